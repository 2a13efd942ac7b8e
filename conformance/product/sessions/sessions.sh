#!/bin/bash
# sessions.sh RUNTIME [SESSION…]: plays the sessions of a user, *.txt here, each in a directory of its own with a root
# filesystem, tree. play.py describes the files, flow.sh the other options.
here=$(dirname "$0")
. "$here/../flow.sh"
. "$here/../engines/machine.sh"
mapfile -t flows < <(cd "$here" && printf '%s\n' *.txt | sed 's/\.txt$//')

set_up() {
  make_machine
  mkdir "$work/bin" "$work/home"
  cp "$runtime" "$work/bin/oci-rt"
  for program in help tools explain criu install; do
    [ ! -e "$runtime-$program" ] || cp "$runtime-$program" "$work/bin/oci-rt-$program"
  done
  export PATH=$work/bin:$PATH HOME=$work/home TERM=xterm-256color LC_ALL=C.UTF-8
}

run_chosen() {
  local session
  for session in "$@"; do
    flow=$session
    mkdir "$work/$session"
    cp -a "$rootfs" "$work/$session/tree"
    told "$session" "$here/play.py" "$here/$session.txt" "$work/$session"
    check "nothing is left" "$(oci-rt list --quiet)" ""
  done
}

run_script "$@"
