#!/bin/bash
# check_manual.sh MANUAL OCI-CONFORMANCE: mandoc finds no fault in the page, and its examples run.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ln -s "$(realpath "$2")" "$work/oci-conformance"
"$1" page >"$work/oci-rt-conformance.1"
grep -q -e '--filter' < <(sed 's/\\-/-/g' "$work/oci-rt-conformance.1")
if command -v mandoc >/dev/null; then mandoc -T lint "$work/oci-rt-conformance.1"; else echo "there is no mandoc"; fi
"$1" examples >"$work/examples"
[ "$(wc -l <"$work/examples")" = 2 ]
while read -r command; do
  PATH=$work:$PATH sh -c "$command" >"$work/output"
  [ -s "$work/output" ]
done <"$work/examples"
