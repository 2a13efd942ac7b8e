#!/bin/bash
# aarch64.sh [TREE]: builds oci-rt for aarch64 with Debian's cross compiler, and runs unit tests with qemu-user. Needs root and
# ten minutes on two cores. The compiler and the packages of arm64 are in a Debian tree of their own, TREE, which is kept
# (default: /var/cache/oci-rt-cross/NAME, with a name made of its packages). Nothing is installed on this machine but mmdebstrap.
#
# The tests are those that qemu-user 7.2 can run: it has neither openat2(2) nor the flags of clone(2) with which programs are
# started, so the tests of files and processes fail there. The tests of seccomp are left out, too: the one that compares random
# profiles with libseccomp crashed there, and the cause is not known. No container starts: qemu translates system calls for the
# kernel of this machine, so the filter, the device program and init of another architecture are compiled and not executed by
# a kernel. The last line is "N passed, N failed, N skipped".
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/conformance/product/lib.sh"
. "$top/conformance/product/mirror.sh"
made=$top/build-aarch64
packages=(g++-aarch64-linux-gnu g++ meson ninja-build pkg-config ccache python3 git qemu-user-static rapidjson-dev libcxxopts-dev
  libseccomp-dev:amd64 libcap-dev:amd64 libseccomp-dev:arm64 libcap-dev:arm64 libsystemd-dev:arm64 libboost-test-dev:arm64)
tree=${1:-/var/cache/oci-rt-cross/bookworm-$(sha256sum <<<"${packages[*]}" | cut -c1-16)}

[ "$(id -u)" = 0 ] || { say "run this as root" >&2 && exit 1; }
if [ -z "${OCI_RT_CROSS_VIEW:-}" ]; then
  OCI_RT_CROSS_VIEW=1 exec unshare --mount --propagation private -- bash "$0" "$@"
fi

make_tree() {
  local mirror building
  install mmdebstrap
  mirror=$(debian_mirror)
  mkdir -p "$(dirname "$tree")"
  building=$(mktemp -d "$(dirname "$tree")/.building.XXXXXX")
  mmdebstrap --mode=root --variant=apt --architectures=amd64,arm64 --aptopt='APT::Install-Recommends "false"' \
    --aptopt='Acquire::Languages "none"' --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/doc/*' \
    --include="$(IFS=, && echo "${packages[*]}")" bookworm "$building" ${mirror:+"$mirror"} >"$tree.log" 2>&1 ||
    { tail -n 20 "$tree.log" >&2 && rm -rf --one-file-system "$building" && exit 1; }
  mv "$building" "$tree"
}
[ -d "$tree" ] || make_tree

# This source, its compiler cache, and a build directory beside it.
for place in /proc /dev; do mount --rbind "$place" "$tree$place"; done
mkdir -p "$tree$top" "${CCACHE_DIR:=$HOME/.cache/ccache}" "$tree/ccache" && mount --bind "$top" "$tree$top"
mount --bind "$CCACHE_DIR" "$tree/ccache"
inside() {
  chroot "$tree" /usr/bin/env -i PATH=/usr/lib/ccache:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root CCACHE_DIR=/ccache \
    CCACHE_SLOPPINESS="$CCACHE_SLOPPINESS" GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*' "$@"
}
[ -f "$made/build.ninja" ] ||
  inside meson setup "$made" "$top" --cross-file "$top/.packaging/aarch64-cross.ini" -Dwerror=true -Dman=false
inside ninja -j 2 -C "$made" runtime/oci-rt runtime/testing/{wire,launch,device_program}_test
inside qemu-aarch64-static "$made/runtime/oci-rt" --version
inside python3 "$top/conformance/product/meson_totals.py" "$made" wire launch devices init-symbols
