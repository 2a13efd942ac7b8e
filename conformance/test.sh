#!/bin/bash
# test.sh [--quick|--full]: installs what is missing, builds, and passes every test, as root on a fresh
# Debian 12: unit and root tests, conformance of oci-rt and its peers, engines, crashes, rounds, faults
# that must be caught, and conformance and engines in virtual machines with Linux 6.1 and 6.12.
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

part unit 300 python3 "$here/meson_totals.py" "$build"
part conformance-oci-rt 600 "$build/conformance/oci-conformance" --json-paths --runtime "oci-rt=$oci"
part diff-runc 120 "$build/conformance/oci-conformance" diff --runtime "oci-rt=$oci" --runtime runc
part podman 300 "$here/engines/podman.sh" "$oci"
part buildah 300 "$here/engines/buildah.sh" "$oci"
part rootless 200 "$here/engines/rootless.sh" "$oci"
part install 300 "$here/engines/install.sh" "$oci"
if [ -n "$quick" ]; then
  part kills 300 "$here/crash/kill_sweep" --sample 40 "$oci"
  part rounds 300 "$here/stress/rounds" --rounds 100 "$oci"
else
  part kills 600 "$here/crash/kill_sweep" "$oci"
  part kills-of-init 600 "$here/crash/kill_sweep" --init "$oci"
  part rounds 300 "$here/stress/rounds" "$oci"
  part debian-tree 400 "$here/engines/debian_tree.sh" "$oci"
  # The peers prove the harness: what they fail is listed in known/, and nothing else.
  part conformance-runc 600 "$build/conformance/oci-conformance" --runtime runc
  part conformance-crun 600 "$build/conformance/oci-conformance" --runtime crun
  # Where crun cannot load a device program (it raises RLIMIT_MEMLOCK) it can be compared without.
  part diff-crun 120 "$build/conformance/oci-conformance" diff --without /linux/resources/devices \
    --runtime "oci-rt=$oci" --runtime crun
  chown 0:0 /dev/null # crun gives the host's to the root of user namespaces
  # Each fault is a build; with a compiler cache they take seconds.
  if [ -n "$full" ] || command -v ccache >/dev/null; then
    part mutations 900 "$here/mutation/run" "$build"
  fi
  if [ -n "$full" ]; then
    for release in bookworm trixie; do
      part "vm-$release" 5400 "$here/vm/run" --engines --release $release --timeout 5000 -- "$here/vm/tests.sh" whole peers
      part "vm-$release-engines" 15000 "$here/vm/run" --engines --release $release --memory 3072 --timeout 14000 -- "$here/vm/engines.sh" whole runc crun
    done
  else
    # All of them have the image with engines: one to build for each release.
    for release in bookworm trixie; do
      part "vm-$release" 1500 "$here/vm/run" --engines --release $release --timeout 1000 -- "$here/vm/tests.sh" sample
    done
    part vm-bookworm-engines 1000 "$here/vm/run" --engines --timeout 900 -- "$here/vm/engines.sh" sample podman
    part vm-trixie-engines 1000 "$here/vm/run" --engines --release trixie --timeout 900 -- "$here/vm/engines.sh" sample containerd docker
  fi
fi
close_report
