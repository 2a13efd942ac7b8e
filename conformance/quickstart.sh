#!/bin/bash
# From a fresh Debian 12, as root, to a running container: installs what is missing, builds oci-rt,
# makes a bundle around busybox in a temporary directory and runs it. Leaves only packages and build/.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/conformance/lib.sh"

[ "$(id -u)" = 0 ] || { say "run this as root" >&2 && exit 1; }
in_private_root "$top/conformance/quickstart.sh" "$@"
# shellcheck disable=SC2086
install $build_packages
say "building (the first time takes a minute or two)"
build_all runtime/oci-rt

work=$(mktemp -d /var/tmp/oci-rt-quickstart.XXXXXX)
trap 'rm -rf "$work"' EXIT
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
