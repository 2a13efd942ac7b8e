#!/bin/sh
# check_symbols.sh NM ALLOWED LIBRARY: fails if an object of LIBRARY refers to a symbol that neither the
# library defines nor ALLOWED lists.
set -eu
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
"$1" --undefined-only --format=posix "$3" | awk 'NF >= 2 { print $1 }' | sort -u > "$work/used"
"$1" --defined-only --extern-only --format=posix "$3" | awk 'NF >= 2 { print $1 }' | sort -u > "$work/own"
grep -v '^#' "$2" | sort -u > "$work/allowed"
sort -u "$work/own" "$work/allowed" > "$work/known"
extra=$(comm -23 "$work/used" "$work/known")
[ -z "$extra" ] || { echo "runtime/init calls:"; echo "$extra"; exit 1; }
