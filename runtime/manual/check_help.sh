#!/bin/bash
# check_help.sh OCI-RT: the help of each verb fits the width, is the same on a terminal and in a pipe, and is there without oci-rt-help.
set -euo pipefail
program=$(realpath "$1")
unset COLUMNS
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
fail() { echo "FAIL: $1"; failed=1; }

"$program" --help >"$work/general"
verbs=$(sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' "$work/general" | sed '/^$/d')
[ "$(wc -w <<<"$verbs")" -ge 27 ] || fail "the list of verbs is too short"
for verb in $verbs; do
  if ! "$program" "$verb" --help >"$work/piped" 2>"$work/error"; then
    # Without CRIU these have no help.
    case $verb in
      checkpoint | restore) grep -q CRIU "$work/error" || fail "$verb --help" ;;
      *) fail "$verb --help" ;;
    esac
    continue
  fi
  [ "$(grep -c '^    .*oci-rt ' "$work/piped")" -ge 2 ] || fail "$verb --help has no two examples"
  "$program" help "$verb" | cmp - "$work/piped" || fail "help $verb"
  "$program" "$verb" -h | cmp - "$work/piped" || fail "$verb -h"
  COLUMNS=60 "$program" "$verb" --help >"$work/narrow"
  # A usage and an example are one line each, to be copied.
  long=$(sed '/^  oci-rt /d; /^    .*oci-rt /d' "$work/narrow" | awk 'length > 60')
  [ -z "$long" ] || fail "$verb --help is wider than 60 columns: $long"
  if command -v script >/dev/null; then
    script -qec "stty cols 80; '$program' $verb --help" /dev/null </dev/null | tr -d '\r' >"$work/terminal"
    cmp "$work/terminal" "$work/piped" || fail "$verb --help in a terminal"
    script -qec "stty cols 60; '$program' $verb --help" /dev/null </dev/null | tr -d '\r' >"$work/terminal"
    cmp "$work/terminal" "$work/narrow" || fail "$verb --help in a terminal of 60 columns"
  fi
done
cp "$program" "$work/oci-rt"
"$work/oci-rt" run --help >"$work/short"
grep -q -- '--rootfs' "$work/short" || fail "run --help without oci-rt-help"
[ "$failed" = 0 ]
