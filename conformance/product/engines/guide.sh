#!/bin/bash
# guide.sh RUNTIME [PAGE…]: runs every command of runtime/docs/guide and of conformance/JUDGE.md, each page in a directory of its
# own, and compares the output where the page shows it. guide.py describes the blocks of a page, flow.sh the other options.
. "$(dirname "$0")/../flow.sh"
. "$(dirname "$0")/machine.sh"
guide=$(dirname "$0")/../../../runtime/docs/guide
mapfile -t flows < <(sed -n 's/^[0-9]*\. \[.*\](\(.*\)\.md)$/\1/p' "$guide/README.md")
judge=$(dirname "$0")/../../JUDGE.md
flows+=(judge)
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
  check "pages" "$([ ${#flows[@]} -ge 11 ] && echo eleven)" eleven
  check "pages that the index names" "$(find "$guide" "$judge" -name '*.md' ! -name README.md | wc -l)" ${#flows[@]}
  # Beside a runtime in its build.
  judging=$(realpath -m "$(dirname "$runtime")/../conformance/oci-conformance")
  [ ! -x "$judging" ] || ln -s "$judging" "$work/bin/oci-conformance"
}

run_chosen() {
  local page path
  for page in "$@"; do
    path=$guide/$page.md
    [ "$page" != judge ] || path=$judge
    flow=$page
    mkdir -p "$work/$page"
    chmod 711 "$work/$page"
    told "$(basename "$path" .md)" "$(dirname "$0")/guide.py" "$path" "$work/$page" "$uid"
    check "nothing is left" "$(oci-rt list --quiet)" ""
  done
}

run_script "$@"
