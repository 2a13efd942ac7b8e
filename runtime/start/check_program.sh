#!/bin/sh
# check_program.sh PROGRAM: fails if the program needs something at its start that runtime/start/entry.cc does not do.
set -eu
bad=0
say() { echo "$1"; bad=1; }
kinds=$(readelf -rW "$1" | awk '$3 ~ /^R_X86_64_/ { print $3 }' | sort -u | grep -vx -e R_X86_64_RELATIVE -e R_X86_64_NONE || true)
[ -z "$kinds" ] || say "relocations of these kinds: $kinds"
readelf -lW "$1" | grep -q '^  TLS ' && say "thread-local variables (PT_TLS): errno is a plain variable, and there is one thread"
readelf -lW "$1" | grep -q '^  INTERP ' && say "a program interpreter (PT_INTERP)"
readelf -dW "$1" | grep -q '(NEEDED)' && say "shared libraries (DT_NEEDED)"
entry=$(readelf -hW "$1" | awk '/Entry point/ { print $NF }')
case $(readelf -sW "$1" | awk '$8 == "oci_rt_entry" { print $2 }') in
  '') ;; # stripped
  *"${entry#0x}") ;;
  *) say "its entry is not oci_rt_entry" ;;
esac
exit "$bad"
