#!/bin/bash
# packages.sh [--release NAME] [--before COMMIT] [DIRECTORY]: tests the Debian packages of .packaging: lintian(1), their
# installation, an upgrade while containers live, an engine, and the purge. Prints the lines of flow.sh.
#
#   DIRECTORY         has the packages. Without it they are built first, as an ordinary user, which takes as long as a build of
#                     everything
#   --release NAME    in a fresh tree of bookworm, trixie or sid with podman, made by mmdebstrap(1) and kept in $BUILD_DIR (or
#                     build). Without it in an overlay of this machine's root
#   --before COMMIT   the upgrade is from the program of this commit, which is built first. Without it the earlier packages are
#                     the same ones with a lower version
. "$(dirname "$0")/flow.sh"
. "$(dirname "$0")/mirror.sh"
. "$(dirname "$0")/packages_steps.sh"
here=$(cd "$(dirname "$0")" && pwd)
top=$(realpath "$here/../..")
release='' before='' debs=''
flow=packages patience=300

words=("$@")
while [ $# -gt 0 ]; do
  case $1 in
    --release) release=${2:?} && shift 2 ;;
    --before) before=${2:?} && shift 2 ;;
    -*) echo "usage: $0 [--release NAME] [--before COMMIT] [DIRECTORY]" >&2 && exit 2 ;;
    *) debs=$1 && shift ;;
  esac
done

# stop REASON: the rest cannot be tested here.
stop() {
  skip "$1"
  close_script
  exit
}

[ "$(id -u)" = 0 ] || stop "not root"
for program in dpkg-buildpackage dh lintian ${release:+mmdebstrap}; do
  command -v "$program" >/dev/null || stop "$program is not installed (dpkg-dev, debhelper, lintian, mmdebstrap)"
done
if [ -z "${OCI_RT_PACKAGES_VIEW:-}" ]; then
  OCI_RT_PACKAGES_VIEW=1 exec unshare --mount --propagation private -- bash "$0" "${words[@]}"
fi
work=$(mktemp -d /var/tmp/oci-rt-packages.XXXXXX)
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' HUP TERM

[ -n "$debs" ] || build_packages
debs=$(realpath "$debs")
check "packages" "$(find "$debs" -name '*.deb' ! -name '*-dbgsym_*' | wc -l)" 3
lint_packages
enter_bed

make_earlier_packages
list_files >"$work/files.before"
check "the earlier ones are installed" "$(code "${bed[@]}" 'apt-get -y install /old/*.deb')" 0
make_containers
check "the upgrade" "$(code "${bed[@]}" 'apt-get -y install $(ls /mnt/*.deb | grep -v dbgsym)')" 0
check "the version" "$(output "${bed[@]}" "dpkg-query -W -f '\${Version}' oci-rt")" "$(dpkg-deb -f "$debs"/oci-rt_*.deb Version)"
manage_containers

check "doctor finds the programs" "$(output "${bed[@]}" 'oci-rt doctor --json | grep -o "\"fact\":\"[^\"]*/libexec/oci-rt/[a-z-]*" | wc -l')" 5
check "each verb has a page" "$(output "${bed[@]}" 'for verb in run exec checkpoint; do [ -s /usr/share/man/man8/oci-rt-$verb.8.gz ] || echo $verb; done')" ""
check "oci-conformance" "$(output "${bed[@]}" 'oci-conformance --json-paths --runtime oci-rt --filter "lifecycle/*" --format tap | grep -A 3 "^not ok"')" ""
check "the sample of autopkgtest" "$(patience=900 code "${bed[@]}" "$(cat "$top/.packaging/debian/tests/sample")"; grep FAIL "$work/out")" 0
[ -z "$release" ] || try_podman
check "install podman" "$(code "${bed[@]}" 'oci-rt install podman')" 0

check "the purge" "$(code "${bed[@]}" 'apt-get -y purge '"${release:+--autoremove}"' oci-rt oci-rt-systemd oci-rt-conformance')" 0
list_files >"$work/files.after"
check "files that are left" "$(comm -13 "$work/files.before" "$work/files.after" | head -n 5 | tr '\n' ' ')" ""
check "files that are gone" "$(comm -23 "$work/files.before" "$work/files.after" | head -n 5 | tr '\n' ' ')" ""
close_script
