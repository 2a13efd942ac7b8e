#!/bin/bash
# guide.sh RUNTIME [PAGE…]: runs every command of runtime/docs/guide, each page in a directory of its own, and compares the
# output where the page shows it. guide.py describes the blocks of a page, flow.sh the other options.
. "$(dirname "$0")/../flow.sh"
. "$(dirname "$0")/machine.sh"
guide=$(dirname "$0")/../../../runtime/docs/guide
mapfile -t flows < <(sed -n 's/^[0-9]*\. \[.*\](\(.*\)\.md)$/\1/p' "$guide/README.md")
uid=12345

# The user exists only in this script.
set_up() {
  make_machine
  cover passwd "ocirt:x:$uid:$uid::$work:/bin/bash"
  mkdir -p "$work/bin" "/run/user/$uid"
  chown "$uid:$uid" "/run/user/$uid"
  chmod 711 "$work"
  chmod 700 "/run/user/$uid"
  cp "$runtime" "$work/bin/oci-rt"
  for program in tools explain install; do cp "$runtime-$program" "$work/bin/oci-rt-$program"; done
  mount --bind "$work/bin" /usr/local/bin
  flow=guide
  check "pages" "$([ ${#flows[@]} -ge 10 ] && echo ten)" ten
  check "pages that the index names" "$(find "$guide" -name '*.md' ! -name README.md | wc -l)" ${#flows[@]}
}

run_chosen() {
  local page
  for page in "$@"; do
    flow=$page
    mkdir -p "$work/$page"
    chmod 711 "$work/$page"
    told "$page" "$(dirname "$0")/guide.py" "$guide/$page.md" "$work/$page" "$uid"
    check "nothing is left" "$(oci-rt list --quiet)" ""
  done
}

run_script "$@"
