# Flows: checkpoint and restore. The program counts in /tmp/n, and writes a line to /tmp/begun when it begins: a program
# that goes on where it was has begun once, one that was started again has begun twice.
counter='echo begun >>/tmp/begun; i=0; while :; do i=$((i+1)); echo $i >/tmp/m; mv /tmp/m /tmp/n; sleep 0.1; done'

# can_checkpoint: fails with a skipped check where CRIU is missing, or the kernel is none for it.
can_checkpoint() {
  if ! criu --version >/dev/null 2>&1; then
    skip "CRIU is missing"
  elif ! criu check >"$work/out" 2>&1; then
    skip "$(criu --version | tr '\n' ' ')does not run on Linux $(uname -r)"
  else
    echo "# CRIU $(criu --version | sed -n 's/^Version: //p'), Linux $(uname -r)"
    return 0
  fi
  return 1
}
can_track_memory() { criu check --feature mem_dirty_track >/dev/null 2>&1; }

# inside NAME WORD…: the output of a program that the engine runs in the container.
inside() { ask exec "$@"; }
number() { inside "$1" cat /tmp/n; }
beyond() {
  local seen
  seen=$(number "$1")
  [[ $seen =~ ^[0-9]+$ ]] && [ "$seen" -gt "$2" ]
}
# counted NAME: waits until it has counted, and sets `then`, the number from where it goes on at least.
counted() {
  check "$1 counts" "$(until_true beyond "$1" 20 && echo yes)" yes
  then=$(number "$1")
}
# goes_on LABEL NAME: it counts on, and has not begun again.
goes_on() {
  beyond "$2" 0 || { fail "$1: it does not run" && return; }
  check "$1" "$(until_true beyond "$2" "$then" && inside "$2" cat /tmp/begun)" begun
  then=$(number "$2")
}
# restored LABEL NAME WORD…: these words to the engine make it go on.
restored() {
  check "$1" "$(ask_code "${@:3}")" 0
  goes_on "$1: it goes on where it was" "$2"
}
