#!/bin/bash
# run_examples.sh MANUAL OCI-RT: runs each example of the manual, as `MANUAL examples` lists them, in a directory of its own. They see a
# state directory and a cgroup view of their own, so that they find no other container. Exit code 77: this host cannot run them.
set -euo pipefail
manual=$(realpath "$1") program=$(realpath "$2")
skip() { echo "SKIP: $1"; exit 77; }
[ "$(id -u)" = 0 ] || skip "not root"
busybox=$(command -v busybox) || skip "there is no busybox"
command -v ps >/dev/null || skip "there is no ps"
if [ "${OWN_MOUNTS:-}" = "" ]; then
  OWN_MOUNTS=1 exec unshare --mount --propagation private "$0" "$@"
fi
mount -t tmpfs tmpfs /run
mount -t cgroup2 none /sys/fs/cgroup || skip "there is no cgroup v2"
work=$(mktemp -d /var/tmp/oci-rt-examples.XXXXXX)
end() {
  oci-rt list -q | while read -r id; do oci-rt delete --force "$id"; done
  rm -rf "$work"
}
mkdir "$work/bin"
ln -s "$program" "$work/bin/oci-rt"
PATH=$work/bin:$PATH
trap end EXIT

# The directory of one example: ./web is a bundle, ./rootfs a root filesystem, ./seccomp.json a profile.
make_directory() {
  mkdir -p "$1/web/rootfs/bin" "$1/web/rootfs/srv" "$1/rootfs" "$1/etc"
  cp "$busybox" "$1/web/rootfs/bin/busybox"
  for name in sh ps id sleep true; do ln -s busybox "$1/web/rootfs/bin/$name"; done
  cp -a "$1/web/rootfs/." "$1/rootfs"
  echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mount"], "action": "SCMP_ACT_ERRNO"}]}' >"$1/seccomp.json"
  oci-rt spec --bundle "$1/web" "${@:2}"
  sed -i 's/"terminal": true/"terminal": false/' "$1/web/config.json"
}

make_state() {
  case $1 in
    bundle) return ;;
    created) oci-rt create --bundle ./web web ;;
    *) oci-rt run --detach --bundle ./web web ;;
  esac
  case $1 in
    paused) oci-rt pause web ;;
    stopped) oci-rt kill web KILL; oci-rt wait --timeout 10s web ;;
  esac
}

# The host cannot run the example, and oci-rt says so: the controller is in cgroup v1, the build is below /var/tmp, a line of doctor is bad.
lacks() {
  [ "$1" = 1 ] || return 1
  case $2 in
    run | update) grep -q 'controller is not in the cgroup v2 tree' output.txt ;;
    install | uninstall) grep -q 'install it first (meson install)' output.txt ;;
    checkpoint | restore) grep -q -i 'criu' output.txt ;;
    doctor) grep -q -e 'NO ' -e '"bad"' output.txt ;;
    *) false ;;
  esac
}

number=0 failed=0 lacking=0
while IFS=$'\t' read -r verb needs command; do
  number=$((number + 1))
  directory=$work/$number
  program=(sleep 1000)
  [ "$needs" != bundle ] || program=(true)
  make_directory "$directory" "${program[@]}"
  cd "$directory"
  code=0
  make_state "$needs" >state.txt 2>&1 </dev/null || code=$?
  [ "$code" != 0 ] || timeout 30 sh -c "$command" >output.txt 2>&1 </dev/null || code=$?
  if lacks "$code" "$verb"; then
    lacking=$((lacking + 1))
  elif [ "$code" != 0 ]; then
    echo "FAIL: $command: exit code $code"
    cat state.txt output.txt
    failed=$((failed + 1))
  fi
  oci-rt delete --force web
  cd "$work"
  rm -rf "$directory"
done < <("$manual" examples)
echo "$number examples, $failed failed, $lacking not for this host"
[ "$number" -ge 50 ] && [ "$lacking" -le 12 ] && [ "$failed" = 0 ]
