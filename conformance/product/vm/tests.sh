#!/bin/bash
# tests.sh whole|sample [peers]: the part of test.sh that runs in the virtual machine: the unit tests, services of
# Type=notify, and on oci-rt every case, or a sample of those that depend on the kernel and its cgroups. `peers` also
# judges Debian's runc and crun. The logs follow. The last line is "N passed, N failed, N skipped".
set -euo pipefail
top=$(cd "$(dirname "$0")/../../.." && pwd)
. "$top/conformance/product/lib.sh"
cd "$top"
judge=$build/conformance/oci-conformance

if [ "${1:-}" = units ]; then
  export BOOST_TEST_COLOR_OUTPUT=no  # colours end in the line after
  for unit in "$build"/runtime/testing/*_test; do
    # Skips pure text processing, which does not depend on the kernel and is slow on an emulated processor.
    wanted=()
    case $(basename "$unit") in
      spec_test) continue ;;
      seccomp_test) wanted=(--run_test='*/the_kernel*') ;;
    esac
    part "$(basename "$unit")" 400 "$unit" ${wanted[@]+"${wanted[@]}"}
  done
  close_report
  exit
fi

options=()
if [ "${1:-}" = sample ]; then
  for chapter in apparmor caller cgroups devices explain intel namespaces resources rootless scheduler seccomp sysctl systemd systemd-bus update users; do
    options+=(--filter "$chapter/*")
  done
fi
part units 900 "$0" units
part conformance-oci-rt 1500 "$judge" --json-paths --runtime "oci-rt=$build/runtime/oci-rt" ${options[@]+"${options[@]}"}
part user-scope 300 "$top/conformance/product/vm/user_scope.sh" "$build/runtime/oci-rt"
part notify 300 "$top/conformance/product/vm/notify.sh" "$build/runtime/oci-rt"
part kill-sweep-systemd 600 "$top/conformance/product/crash/kill_sweep" --sample 12 --jobs 2 "$build/runtime/oci-rt" --systemd-cgroup
part user-session 300 "$top/conformance/product/vm/user_session.sh" "$build/runtime/oci-rt"
if [ "${2:-}" = peers ]; then
  for peer in runc crun; do
    name=$peer-$("$peer" --version | awk 'NR == 1 { sub(/\+.*/, "", $3); print $3 }')
    [ -e "$top/conformance/known/$name.txt" ] || name=$peer
    part "conformance-$peer" 1600 "$judge" --runtime "$name=$peer"
  done
fi
for log in "$build"/logs/*.log; do
  say "--- $(basename "$log" .log)" && cat "$log"
done
close_report
