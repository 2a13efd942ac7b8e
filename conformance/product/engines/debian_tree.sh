#!/bin/bash
# debian_tree.sh RUNTIME: tests `spec`, then `run` with bash in a Debian tree made by debootstrap, and with busybox. The
# tree is cached in $BUILD_DIR (or build).
. "$(dirname "$0")/common.sh"
top=$(cd "$(dirname "$0")/../../.." && pwd)
. "$top/conformance/product/mirror.sh"
tree=${BUILD_DIR:-$top/build}/debian-tree

if [ ! -e "$tree.made" ]; then
  mirror=$(debian_mirror)
  rm -rf "$tree"
  if ! debootstrap --variant=minbase bookworm "$tree" ${mirror:+"$mirror"} >"$work/log" 2>&1; then
    tail -n 5 "$work/log"
    echo "skipped: debootstrap could not make a tree"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
  fi
  touch "$tree.made"
fi

# edit FILE ARGS ROOT: edits a config of `spec`: no terminal, this program, this root.
edit() {
  python3 - "$1" "$2" "$3" <<'EDIT'
import json, sys
path, program, root = sys.argv[1:]
config = json.load(open(path))
config["process"]["terminal"] = False
config["process"]["args"] = json.loads(program)
config["root"] = {"path": root, "readonly": True}
json.dump(config, open(path, "w"))
EDIT
}

for name in debian busybox; do
  mkdir -p "$work/$name"
  (cd "$work/$name" && "$runtime" spec)
  check "spec: a config for $name" "$?" 0
done
edit "$work/debian/config.json" '["/bin/bash", "-c", "echo $BASH_VERSION; echo pid $$; . /etc/os-release; echo $VERSION_CODENAME; dpkg --version | head -n 1"]' "$tree"
check "run: Debian's bash" "$(code "$runtime" --root "$work/state" run --bundle "$work/debian" debian)" 0
has "run: it is pid 1" "$work/out" "pid 1"
has "run: it is bookworm" "$work/out" bookworm
has "run: dpkg works" "$work/out" "package management"
edit "$work/busybox/config.json" '["sh", "-c", "echo pid $$; ip -o link | wc -l"]' "$rootfs"
check "run: busybox" "$(code "$runtime" --root "$work/state" run --bundle "$work/busybox" busybox)" 0
has "run: it is pid 1" "$work/out" "pid 1"
close_engine
