#!/bin/bash
# packages.sh [DIRECTORY]: tests the Debian packages of .packaging: lintian(1), then their installation, an upgrade while a
# container runs, and the purge. All that happens in an overlay of this machine's root, in memory. Without DIRECTORY the
# packages are built first, as an ordinary user, which takes as long as a build of everything. Prints the lines of flow.sh.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
passed=0 failed=0 skipped=0

check() { # LABEL FOUND WANTED
  if [ "$2" = "$3" ]; then
    passed=$((passed + 1))
    echo "ok - packages: $1"
  else
    failed=$((failed + 1))
    echo "not ok - packages: $1: '$2' instead of '$3'"
  fi
}
finish() {
  echo "$passed passed, $failed failed, $skipped skipped"
  [ $failed = 0 ]
  exit
}
skip() {
  skipped=$((skipped + 1))
  echo "skip - packages: $1"
  finish
}

[ "$(id -u)" = 0 ] || skip "not root"
for program in dpkg-buildpackage dh lintian; do
  command -v $program >/dev/null || skip "$program is not installed (dpkg-dev, debhelper, lintian)"
done
if [ -z "${OCI_RT_PACKAGES_VIEW:-}" ]; then
  OCI_RT_PACKAGES_VIEW=1 exec unshare --mount --propagation private -- bash "$0" "$@"
fi
work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work" 2>/dev/null' EXIT
debs=${1:-$work/debs}
if [ $# = 0 ]; then
  # git archive reads the repository of another user only where it is told to.
  install -d -o nobody -m 755 "$work/home" "$debs"
  setpriv --reuid nobody --regid nogroup --clear-groups env HOME="$work/home" bash -c '
    git config --global --add safe.directory "*" && "$1/../../.packaging/build" deb "$2"' \
    build "$here" "$debs" >"$work/log" 2>&1
  check "they are built as an ordinary user" $? 0
  [ $failed = 0 ] || { tail -n 20 "$work/log" && finish; }
fi
debs=$(realpath "$debs")
check "packages" "$(find "$debs" -name '*.deb' ! -name '*-dbgsym_*' | wc -l)" 3

lintian --fail-on error,warning --tag-display-limit 0 "$debs"/*.changes >"$work/lintian" 2>&1
check "lintian" "$?: $(grep -E '^[EW]:' "$work/lintian" | head -n 5)" "0: "

mount -t tmpfs -o mode=755 tmpfs "$work"
mkdir "$work/up" "$work/overlay" "$work/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$work/up,workdir=$work/overlay" "$work/root" ||
  skip "there is no overlay of the root"
for tree in proc sys dev; do mount --rbind "/$tree" "$work/root/$tree"; done
mount -t cgroup2 none "$work/root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$work/root/run"
mount --rbind "$debs" "$work/root/mnt"
inside() { chroot "$work/root" env PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive bash -c "$1" 2>&1; }
code() {
  inside "$1" >"$work/log"
  echo $?
}

# The same packages with an older version.
inside 'mkdir /old && cd /old && for deb in /mnt/*.deb; do
  case $deb in *-dbgsym_*) continue ;; esac
  dpkg-deb -R "$deb" one && sed -i "s/^Version: .*/Version: 0.0.1-1/; s/(= [^)]*)/(= 0.0.1-1)/" one/DEBIAN/control &&
  dpkg-deb --root-owner-group -b one "$(basename "$deb")" && rm -rf one; done' >/dev/null
check "the older ones are installed" "$(code 'dpkg -i /old/*.deb')" 0
check "a container runs" "$(code 'mkdir -p /b/rootfs/bin && cp /bin/busybox /b/rootfs/bin/sh && cd / &&
  oci-rt spec --bundle b sh -c "sleep 1000" && sed -i "s/\"terminal\": true/\"terminal\": false/" b/config.json &&
  oci-rt run --detach --bundle b packaged </dev/null >/dev/null')" 0
check "the upgrade" "$(code 'dpkg -i $(ls /mnt/*.deb | grep -v dbgsym)')" 0
check "the version" "$(inside "dpkg-query -W -f '\${Version}' oci-rt")" "$(dpkg-deb -f "$debs"/oci-rt_*.deb Version)"
check "the container still runs" "$(inside 'oci-rt list --format "{{.ID}} {{.Status}}"')" "packaged running"
check "exec in it" "$(inside 'oci-rt exec packaged sh -c "echo inside"')" inside
check "it can be deleted" "$(code 'oci-rt delete --force packaged')" 0
check "doctor finds the programs" "$(inside 'oci-rt doctor --json' | grep -o '"fact":"[^"]*/libexec/oci-rt/[a-z-]*' | wc -l)" 4
check "install podman" "$(code 'oci-rt install podman --dry-run')" 0
check "oci-conformance" "$(inside 'oci-conformance --json-paths --runtime oci-rt --filter "lifecycle/*" --format tap | grep -A 1 "^not ok"')" ""
listed=$(inside 'dpkg -L oci-rt oci-rt-systemd oci-rt-conformance' | grep -E '/oci-(rt|conformance)' | sort -u)
check "files of the packages" "$([ "$(wc -l <<<"$listed")" -gt 20 ] && echo many)" many
check "the purge" "$(code 'dpkg --purge oci-rt oci-rt-systemd oci-rt-conformance')" 0
check "files that are left" "$(inside 'ls -d '"$(tr '\n' ' ' <<<"$listed")"' 2>/dev/null')" ""
finish
