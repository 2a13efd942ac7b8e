#!/bin/bash
# check_pages.sh DIR: mandoc finds no fault in the manual pages of DIR, and man shows them. Exit code 77: neither is there.
set -euo pipefail
shown=0 failed=0
for page in "$1"/*.[58]; do
  if command -v mandoc >/dev/null; then
    shown=$((shown + 1))
    mandoc -T lint "$page" || failed=1
  fi
  if command -v man >/dev/null && command -v groff >/dev/null; then
    shown=$((shown + 1))
    problems=$(MANWIDTH=80 man --warnings -l "$page" 2>&1 >/dev/null)
    [ -z "$problems" ] || { echo "$page: $problems"; failed=1; }
    MANWIDTH=80 man -l "$page" | grep -q 'SEE ALSO' || { echo "$page: man shows nothing"; failed=1; }
  fi
done
[ "$shown" != 0 ] || { echo "SKIP: there is no mandoc and no man"; exit 77; }
exit "$failed"
