#!/bin/bash
# debian_tree.sh RUNTIME [FLOW…]: tests `spec`, then `run` with bash in a Debian tree made by debootstrap, and with busybox.
# The tree is cached in $BUILD_DIR (or build). flow.sh has the other options.
. "$(dirname "$0")/../flow.sh"
. "$(dirname "$0")/machine.sh"
. "$(dirname "$0")/../mirror.sh"
flows=(debian busybox tree)

set_up() {
  local mirror
  make_machine
  tree=${BUILD_DIR:-$(dirname "$0")/../../../build}/debian-tree
  tree=$(realpath -m "$tree")
  [ ! -e "$tree.made" ] || return 0
  mirror=$(debian_mirror)
  rm -rf "$tree"
  if ! debootstrap --variant=minbase bookworm "$tree" ${mirror:+"$mirror"} >"$work/log" 2>&1; then
    tail -n 5 "$work/log"
    echo "skipped: debootstrap could not make a tree"
    skip "debootstrap could not make a tree"
    close_script
    exit 0
  fi
  touch "$tree.made"
}

# bundle NAME: a bundle with the config of `spec`.
bundle() {
  mkdir -p "$work/$1"
  (cd "$work/$1" && "$runtime" spec)
  flow=spec
  check "a config for $1" "$?" 0
  flow=run
}
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

flow_debian() {
  bundle debian
  edit "$work/debian/config.json" '["/bin/bash", "-c", "echo $BASH_VERSION; echo pid $$; . /etc/os-release; echo $VERSION_CODENAME; dpkg --version | head -n 1"]' "$tree"
  check "Debian's bash" "$(code "$runtime" --root "$work/state" run --bundle "$work/debian" debian)" 0
  has "it is pid 1" "pid 1"
  has "it is bookworm" bookworm
  has "dpkg works" "package management"
}

flow_busybox() {
  bundle busybox
  edit "$work/busybox/config.json" '["sh", "-c", "echo pid $$; ip -o link | wc -l"]' "$rootfs"
  check "busybox" "$(code "$runtime" --root "$work/state" run --bundle "$work/busybox" busybox)" 0
  has "it is pid 1" "pid 1"
}

# Without a config.json, as root and as an ordinary user, in one line each.
flow_tree() {
  flow="run --rootfs"
  check "apt" "$(code "$runtime" --root "$work/state" run --rootfs "$tree" --net none apt-get --version)" 0
  has "apt speaks" "apt "
  check "a user by name" "$(code "$runtime" --root "$work/state" run --rootfs "$tree" -u www-data id -un)" 0
  has "it is that user" "www-data"
  # Below a directory that this user may enter.
  mkdir -p "$work/tree" && mount --bind "$tree" "$work/tree"
  mkdir -p "$work/bin" "$work/user" && cp "$runtime" "$runtime-tools" "$work/bin/" && chmod 755 "$work" && chown 12345 "$work/user"
  flow=
  check "run --rootfs, as a user" "$(code setpriv --reuid 12345 --regid 12345 --clear-groups env XDG_RUNTIME_DIR="$work/user" \
    "$work/bin/$(basename "$runtime")" run --rootfs "$work/tree" bash -c 'id -u; . /etc/os-release; echo $VERSION_CODENAME')" 0
  has "run --rootfs, as a user: it is bookworm" bookworm
}

run_script "$@"
