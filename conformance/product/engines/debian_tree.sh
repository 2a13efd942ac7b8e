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
# Without a config.json, as root and as an ordinary user, in one line each.
check "run --rootfs: apt" "$(code "$runtime" --root "$work/state" run --rootfs "$tree" --net none apt-get --version)" 0
has "run --rootfs: apt speaks" "$work/out" "apt "
check "run --rootfs: a user by name" "$(code "$runtime" --root "$work/state" run --rootfs "$tree" -u www-data id -un)" 0
has "run --rootfs: it is that user" "$work/out" "www-data"
# Below a directory that this user may enter.
mkdir -p "$work/tree" && mount --bind "$tree" "$work/tree"
mkdir -p "$work/bin" "$work/user" && cp "$runtime" "$runtime-tools" "$work/bin/" && chmod 755 "$work" && chown 12345 "$work/user"
check "run --rootfs, as a user" "$(code setpriv --reuid 12345 --regid 12345 --clear-groups env XDG_RUNTIME_DIR="$work/user" \
  "$work/bin/$(basename "$runtime")" run --rootfs "$work/tree" bash -c 'id -u; . /etc/os-release; echo $VERSION_CODENAME')" 0
has "run --rootfs, as a user: it is bookworm" "$work/out" bookworm
close_engine
