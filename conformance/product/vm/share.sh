# The second drive of the virtual machine: the scripts and the built programs, and the command. Sourced by run.

# make_share WORK [PATH…] -- CMD…: writes WORK/share.img. It contains files/, which appears in the guest at the same
# absolute paths; paths, a list of mounts; command, a script for bash.
make_share() {
  local work=$1 staging=$1/share program
  shift
  mkdir -p "$staging/files"
  for program in conformance hooks runtime spec; do
    stage "$top/$program"
  done
  for program in "$build"/conformance/oci-* "$build"/runtime/oci-rt{,-criu,-install,-systemd,-explain,-tools} "$build"/runtime/testing/*_test; do
    [ ! -f "$program" ] || stage "$program"
  done
  echo "$top" >"$staging/paths"
  # The one library that the guest lacks, or has in another version.
  { ldd "$build"/runtime/testing/*_test 2>/dev/null || true; } | awk '/libboost/ { print $3 }' | sort -u | while read -r program; do
    stage "$program" && echo "$program" >>"$staging/paths"
  done
  [[ $build = "$top"/* ]] || echo "$build" >>"$staging/paths"
  while [ "$1" != -- ]; do
    stage "$1"
    [[ $1 = "$top"/* ]] || echo "$1" >>"$staging/paths"
    shift
  done
  shift
  {
    printf 'export BUILD_DIR=%q\n' "$build"
    [ "$accel" != tcg ] || cat <<'EMULATED'
export OCI_CONFORMANCE_PATIENCE=6
# Linux may panic at a breakpoint that qemu emulates: CRIU goes without.
if [ -x /usr/sbin/criu ]; then
  printf '#!/bin/sh\nCRIU_FAULT=130 exec /usr/sbin/criu "$@"\n' >/usr/local/sbin/criu
  chmod 755 /usr/local/sbin/criu
fi
EMULATED
    [ -z "$namespaces" ] || echo 'export OCI_RT_WITHOUT_LIMITS=1'
    printf 'exec' && printf ' %q' "$@" && echo
  } >"$staging/command"
  [ -z "$namespaces" ] || return 0  # namespaces.sh takes the directory
  mke2fs -q -t ext4 -m 0 -O ^has_journal -d "$staging" "$work/share.img" \
    $(($(du -sm "$staging" | cut -f 1) * 5 / 4 + 64))M >/dev/null
  rm -rf --one-file-system "$staging"
}

stage() { (cd / && cp -a --parents ".$1" "$staging/files"); }
