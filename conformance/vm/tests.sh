#!/bin/bash
# tests.sh whole|sample [peers]: what test.sh has the virtual machine do; runs inside it. `whole` is every
# unit test and every case on oci-rt, `sample` the cases that the kernel and its cgroups decide, `peers` also
# Debian's runc and crun. The logs follow; the last line is "N passed, N failed, N skipped".
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/conformance/lib.sh"
cd "$top"
judge=$build/conformance/oci-conformance

if [ "${1:-}" = units ]; then
  for unit in "$build"/*/*_test "$build"/*/*/*_test; do
    part "$(basename "$unit")" 120 "$unit"
  done
  close_report
  exit
fi

options=()
if [ "${1:-}" = sample ]; then
  for chapter in apparmor cgroups devices intel namespaces resources scheduler seccomp sysctl users; do
    options+=(--filter "$chapter/*")
  done
else
  part units 300 "$0" units
fi
part conformance-oci-rt 1200 "$judge" --json-paths --runtime "oci-rt=$build/runtime/oci-rt" ${options[@]+"${options[@]}"}
if [ "${2:-}" = peers ]; then
  for peer in runc crun; do
    part "conformance-$peer" 1600 "$judge" --runtime "$peer"
  done
fi
for log in "$build"/logs/*.log; do
  say "--- $(basename "$log" .log)" && cat "$log"
done
close_report
