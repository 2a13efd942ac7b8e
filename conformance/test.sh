#!/bin/bash
# test.sh [--quick|--full]: installs what is missing, builds, and runs every test, as root on a fresh
# Debian 12: unit and root tests, conformance of oci-rt, engines, crashes, rounds, faults that must be caught;
# then side by side conformance of its peers, and oci-rt with engines in virtual machines with Linux 6.1 and 6.12.
# The last line is "N passed, N failed, N skipped" over everything; logs are in build/logs.
# --quick leaves out the peers, the Debian tree, the virtual machines, and all but a sample of the long sweeps.
# --full has the virtual machines judge everything, also the peers; otherwise they do a sample.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/conformance/lib.sh"

quick= full=
case ${1:-} in
  --quick) quick=1 ;;
  --full) full=1 ;;
esac
[ "$(id -u)" = 0 ] || { say "run this as root" >&2 && exit 1; }
in_private_root "$top/conformance/test.sh" "$@"
# shellcheck disable=SC2086
install $build_packages $test_packages
build_all || { say "0 passed, 1 failed, 0 skipped" && exit 1; }

here=$top/conformance
oci=$build/runtime/oci-rt
[ -x "$oci" ] || { say "there is no $oci" && say "0 passed, 1 failed, 0 skipped" && exit 1; }

# The peers prove the harness: what they fail is listed in known/, and nothing else. What they wait for in
# vain takes most of the time, so many wait at once; what that changes is asked again.
peers() {
  part conformance-runc 900 "$build/conformance/oci-conformance" --jobs 6 --retry --runtime runc
  part conformance-crun 900 "$build/conformance/oci-conformance" --jobs 6 --retry --runtime crun
  # Where crun cannot load a device program (it raises RLIMIT_MEMLOCK) it can be compared without.
  part diff-crun 240 "$build/conformance/oci-conformance" diff --without /linux/resources/devices \
    --runtime "oci-rt=$oci" --runtime crun
  chown 0:0 /dev/null # crun gives the host's to the root of user namespaces
}
# vm RELEASE NAME SECONDS WORD...: a script of vm/ in a virtual machine, whose image with engines is built once.
vm() {
  local release=$1 name=$2 seconds=$3 memory=2048
  [ -z "$full" ] || memory=3072
  shift 3
  part "$name" $((seconds + 600)) "$here/vm/run" --engines --release "$release" --memory $memory --timeout "$seconds" -- "$here/vm/$1" "${@:2}"
}
vm_bookworm() { vm_lane bookworm podman; }
vm_trixie() { vm_lane trixie containerd cri docker; }
# vm_lane RELEASE ENGINE...: everything, or a sample with these engines.
vm_lane() {
  local release=$1
  if [ -n "$full" ]; then
    vm "$release" "vm-$release" 5000 tests.sh whole peers
    vm "$release" "vm-$release-engines" 14000 engines.sh whole runc crun
  else
    vm "$release" "vm-$release" 1500 tests.sh sample
    vm "$release" "vm-$release-engines" 1200 engines.sh sample "${@:2}"
  fi
}

part unit 300 python3 "$here/meson_totals.py" "$build"
part conformance-oci-rt 600 "$build/conformance/oci-conformance" --json-paths --runtime "oci-rt=$oci"
part diff-runc 120 "$build/conformance/oci-conformance" diff --runtime "oci-rt=$oci" --runtime runc
part podman 300 "$here/engines/podman.sh" "$oci"
part buildah 300 "$here/engines/buildah.sh" "$oci"
part rootless 200 "$here/engines/rootless.sh" "$oci"
part install 300 "$here/engines/install.sh" "$oci"
if [ -n "$quick" ]; then
  part kills 300 "$here/crash/kill_sweep" --verb all --sample 20 "$oci"
  part faults 300 "$here/crash/kill_sweep" --verb all --error ENOMEM --sample 10 "$oci"
  part rounds 300 "$here/stress/rounds" --rounds 100 "$oci"
else
  part kills 600 "$here/crash/kill_sweep" --verb all "$oci"
  part faults 600 "$here/crash/kill_sweep" --verb all --error ENOMEM "$oci"
  part kills-of-init 600 "$here/crash/kill_sweep" --init "$oci"
  part kills-of-exec 600 "$here/crash/kill_sweep" --init --verb exec "$oci"
  part faults-of-init 600 "$here/crash/kill_sweep" --init --verb run --error ENOMEM "$oci"
  part rounds 300 "$here/stress/rounds" "$oci"
  part debian-tree 400 "$here/engines/debian_tree.sh" "$oci"
  # Each fault is a build; with a compiler cache they take seconds.
  if [ -n "$full" ] || command -v ccache >/dev/null; then
    part mutations 900 "$here/mutation/run" "$build"
  fi
  together peers vm_bookworm vm_trixie
fi
close_report
