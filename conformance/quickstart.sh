#!/bin/bash
# Gets from a fresh Debian 12 or 13, as root, to a running container: installs the missing packages, builds oci-rt,
# makes a bundle around busybox in a temporary directory and runs it. Leaves only packages and build/.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/conformance/product/lib.sh"

usage() {
  cat <<'USAGE'
quickstart.sh [--only PART…]   as root: from a fresh Debian to a running container
  --only PART…   run these parts only: packages, build, container
  --list         list the parts, with the time of each
  --help         show this help
USAGE
}
read_words "" "$@"
# With packages from a mirror nearby, and nothing built before.
read_parts <<'PARTS'
packages  | usual | - | 60 | - | packages
build     | usual | - | 75 | - | build_all runtime/oci-rt
container | usual | - | 1  | - | container
PARTS
choose_parts
[ -z "$list" ] || { list_parts && exit 0; }

packages() {
  install "${build_packages[@]}"
}
container() {
  local work bundle applet
  [ -x "$build/runtime/oci-rt" ] || { say "there is no $build/runtime/oci-rt: run the part build first" >&2 && return 1; }
  work=$(mktemp -d /var/tmp/oci-rt-quickstart.XXXXXX)
  # shellcheck disable=SC2064
  trap "rm -rf '$work'" EXIT
  bundle=$work/hello
  mkdir -p "$bundle"/rootfs/{bin,dev,etc,proc,sys,tmp}
  cp "$(command -v busybox)" "$bundle/rootfs/bin/busybox"
  for applet in sh hostname mount ip ps ls cat; do ln -s busybox "$bundle/rootfs/bin/$applet"; done
  cat >"$bundle/config.json" <<'CONFIG'
{
  "ociVersion": "1.3.0",
  "hostname": "hello",
  "root": {"path": "rootfs"},
  "process": {
    "user": {"uid": 0, "gid": 0},
    "cwd": "/",
    "env": ["PATH=/bin"],
    "args": ["sh", "-c", "echo; echo \"PID $$ on $(hostname)\"; echo; ps; echo; echo mounts:; mount; echo; echo links:; ip -o link"]
  },
  "mounts": [
    {"destination": "/proc", "type": "proc", "source": "proc"},
    {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]}
  ],
  "linux": {
    "namespaces": [{"type": "pid"}, {"type": "mount"}, {"type": "uts"}, {"type": "ipc"}, {"type": "network"}]
  }
}
CONFIG
  say "oci-rt run $bundle"
  "$build/runtime/oci-rt" --root "$work/state" run "$bundle"
}

[ "$(id -u)" = 0 ] || { say "run this as root" >&2 && exit 1; }
in_private_root "$top/conformance/quickstart.sh" "$@"
for name in "${chosen_parts[@]}"; do
  announce "$name"
  eval "${part_command[$name]}"
done
