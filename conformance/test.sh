#!/bin/bash
# Runs every test: installs the missing packages, builds, and runs, as root on a fresh Debian 12 or 13, the parts in the
# table below. The last line is "N passed, N failed, N skipped" over everything. Logs are in build/logs.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/conformance/product/lib.sh"

usage() {
  cat <<'USAGE'
test.sh [--quick|--full] [--only PART…]   as root: installs missing packages, builds, tests
  --quick        leave out runc and crun, the Debian tree, the virtual machines, and most of the long sweeps
  --full         run everything in the virtual machines, also with runc and crun (hours); default: a sample
  --only PART…   run these parts only
  --list         list the parts, with the time of each
  --help         show this help
USAGE
}
read_words "quick full" "$@"

here=$top/conformance/product
oci=$build/runtime/oci-rt
# shellcheck disable=SC2034  # for the commands of the table
judge=$build/conformance/oci-conformance

# peer NAME: a runtime of the distribution as an argument of --runtime. Its known deviations are those of its version, if
# known/ has them, else those of NAME: Debian 12 and 13 have different ones.
peer() {
  local version
  version=$("$1" --version 2>/dev/null | sed -n '1s/.* version \([0-9.]*\).*/\1/p')
  if [ -f "$top/conformance/known/$1-$version.txt" ]; then say "$1-$version=$1"; else say "$1"; fi
}

# Commands run in this directory. The image of a virtual machine is built once. The peers prove the harness: known/
# lists exactly the cases that they fail. Most of the time goes into waits that time out, so many cases run in parallel;
# cases disturbed by that are retried. If crun cannot load a device program (it raises RLIMIT_MEMLOCK), the comparison
# leaves it out.
read_parts <<'PARTS'
unit                | quick usual full | -           | 20    | 300   | python3 meson_totals.py "$build"
unit-as-a-user      | quick usual full | -           | 15    | 120   | ./unit_as_user.py "$build"
conformance-oci-rt  | quick usual full | -           | 80    | 600   | "$judge" --json-paths --runtime "oci-rt=$oci"
diff-runc           | quick usual full | -           | 10    | 120   | "$judge" diff --runtime "oci-rt=$oci" --runtime runc
podman              | quick usual full | -           | 10    | 300   | engines/podman.sh "$oci"
buildah             | quick usual full | -           | 5     | 300   | engines/buildah.sh "$oci"
rootless            | quick usual full | -           | 5     | 200   | engines/rootless.sh "$oci"
sessions            | quick usual full | -           | 10    | 300   | sessions/sessions.sh "$oci"
guide               | quick usual full | -           | 5     | 300   | engines/guide.sh "$oci"
install             | quick usual full | -           | 10    | 300   | engines/install.sh "$oci"
kubernetes          | quick usual full | -           | 20    | 300   | engines/kubernetes.sh "$oci"
kills               | quick            | -           | 10    | 300   | crash/kill_sweep --verb all --sample 20 "$oci"
kills               | usual full       | -           | 40    | 600   | crash/kill_sweep --verb all "$oci"
faults              | quick            | -           | 10    | 300   | crash/kill_sweep --verb all --error ENOMEM --sample 10 "$oci"
faults              | usual full       | -           | 40    | 600   | crash/kill_sweep --verb all --error ENOMEM "$oci"
signals             | quick            | -           | 20    | 300   | crash/kill_sweep --signal TERM --sample 30 "$oci"
signals             | usual full       | -           | 60    | 600   | crash/kill_sweep --signal TERM "$oci"
signals-of-run      | usual full       | -           | 60    | 600   | crash/kill_sweep --verb run --signal INT "$oci"
kills-of-init       | usual full       | -           | 10    | 600   | crash/kill_sweep --init "$oci"
kills-of-exec       | usual full       | -           | 10    | 600   | crash/kill_sweep --init --verb exec "$oci"
faults-of-init      | usual full       | -           | 10    | 600   | crash/kill_sweep --init --verb run --error ENOMEM "$oci"
budget              | quick usual full | -           | 5     | 120   | budget/calls "$oci"
rounds              | quick            | -           | 5     | 300   | stress/rounds --rounds 100 "$oci"
rounds              | usual full       | -           | 5     | 300   | stress/rounds "$oci"
fault-matrix        | quick            | -           | 30    | 300   | crash/fault_matrix --tries 1 --live 20 "$oci"
fault-matrix        | usual full       | -           | 50    | 400   | crash/fault_matrix --tries 1 --live 200 "$oci"
bench               | quick usual full | -           | 20    | 600   | ../bench/selftest "$oci"
debian-tree         | usual full       | -           | 30    | 400   | engines/debian_tree.sh "$oci"
mutations           | usual full       | -           | 40    | 900   | mutation/run "$build"
packages            | full             | -           | 900   | 3600  | ./packages.sh --release trixie --before e347afb
aarch64             | full             | -           | 600   | 5000  | ./aarch64.sh
skipped-steps       | usual full       | -           | 120   | 1500  | mutation/skip_steps --build "$top/build-skip"
conformance-runc    | usual full       | peers       | 400   | 2000  | "$judge" --jobs 6 --retry --runtime "$(peer runc)"
conformance-crun    | usual full       | peers       | 400   | 2000  | "$judge" --jobs 6 --retry --runtime "$(peer crun)"
diff-crun           | usual full       | peers       | 10    | 240   | "$judge" diff --without /linux/resources/devices --runtime "oci-rt=$oci" --runtime "$(peer crun)"
vm-bookworm         | usual            | vm_bookworm | 480   | 3000  | vm/run --engines --release bookworm --timeout 2400 -- "$here/vm/tests.sh" sample
vm-bookworm         | full             | vm_bookworm | 4000  | 5600  | vm/run --engines --release bookworm --memory 3072 --timeout 5000 -- "$here/vm/tests.sh" whole peers
vm-bookworm-engines | usual            | vm_bookworm | 90    | 1800  | vm/run --engines --release bookworm --timeout 1200 -- "$here/vm/engines.sh" sample podman
vm-bookworm-engines | full             | vm_bookworm | 10000 | 14600 | vm/run --engines --release bookworm --memory 3072 --timeout 14000 -- "$here/vm/engines.sh" whole runc crun
vm-trixie           | usual            | vm_trixie   | 480   | 3000  | vm/run --engines --release trixie --timeout 2400 -- "$here/vm/tests.sh" sample
vm-trixie           | full             | vm_trixie   | 4000  | 5600  | vm/run --engines --release trixie --memory 3072 --timeout 5000 -- "$here/vm/tests.sh" whole peers
vm-trixie-engines   | usual            | vm_trixie   | 190   | 1800  | vm/run --engines --release trixie --timeout 1200 -- "$here/vm/engines.sh" sample containerd cri docker
vm-trixie-engines   | full             | vm_trixie   | 10000 | 14600 | vm/run --engines --release trixie --memory 3072 --timeout 14000 -- "$here/vm/engines.sh" whole runc crun
vm-sid-kubernetes   | full             | vm_sid      | 300   | 1200  | vm/run --namespaces --engines --release sid --timeout 300 -- "$here/engines/vm_kubernetes.sh" "$oci"
PARTS
choose_parts
[ -z "$list" ] || { list_parts && exit 0; }

[ "$(id -u)" = 0 ] || { say "run this as root" >&2 && exit 1; }
in_private_root "$top/conformance/test.sh" "$@"
install "${build_packages[@]}" "${test_packages[@]}"
say "building everything: about 4 min on two cores, if nothing was built before"
# shellcheck disable=SC2119  # all targets
build_all || { say "0 passed, 1 failed, 0 skipped" && exit 1; }
[ -x "$oci" ] || { say "there is no $oci" && say "0 passed, 1 failed, 0 skipped" && exit 1; }

if [ "$level" = usual ] && [ ${#only_parts[@]} = 0 ] && ! command -v ccache >/dev/null; then
  part_usual[mutations]=0
  part_command[mutations]='bash -c "skip_part each fault is a build: install ccache first, or name this part with --only"'
fi
cd "$here"
trap 'chown 0:0 /dev/null' EXIT  # crun chowns it to the root of user namespaces
run_parts
close_report
