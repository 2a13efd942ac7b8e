# The framework of the scripts that test a product by flows: options, checks, commands with a time limit, daemons,
# clean-up, the closing line. Sourced by bash. A script has this command line:
#
#   SCRIPT [--list] [--sample] [--DRIVER] RUNTIME [FLOW…]
#
# It sets the arrays `flows`, of names, and perhaps `sampled`, those of --sample, and `drivers`, those of cgroups with the
# default first. It defines flow_NAME for each flow, with - written as _. A flow may set $flow, the name in its lines;
# with unnamed=- no line has one.
# It defines these functions where it needs them:
#
#   enter "$@"     checks the machine, or restarts the script in another namespace
#   set_up         prepares everything before the first flow
#   run_chosen     runs the flows that are its arguments
#   clean_up       removes everything else than $work; runs at the end, after a signal, too
#   show_logs      prints logs after a failure
#
# Its last command is run_script "$@". A check prints a line that table.py reads: "ok - FLOW: LABEL", "not ok - FLOW:
# LABEL: reason" or "skip - FLOW: reason". The last line is "N passed, N failed, N skipped".
set -uo pipefail

flows=() sampled=() drivers=() chosen=()
flow='' sample='' driver='' runtime='' kind='' work='' patience=60
passed=0 failed=0 skipped=0

enter() { :; }
set_up() { :; }
clean_up() { :; }
show_logs() { :; }

usage() {
  local one words=''
  for one in "${drivers[@]:1}"; do words+="[--$one] "; done
  echo "usage: $0 [--list] [--sample] ${words}RUNTIME [FLOW…]" >&2
  exit 2
}

# read_options WORD…: sets the variables above.
# shellcheck disable=SC2034  # driver and kind are for the script
read_options() {
  local list='' word
  driver=${drivers[0]:-}
  while [[ ${1:-} = --* ]]; do
    word=${1#--}
    case $word in
      list) list=1 ;;
      sample) sample=1 ;;
      *)
        [[ " ${drivers[*]} " = *" $word "* ]] || usage
        driver=$word
        ;;
    esac
    shift
  done
  chosen=("${flows[@]}")
  [ -z "$sample" ] || [ ${#sampled[@]} = 0 ] || chosen=("${sampled[@]}")
  [ -z "$list" ] || { printf '%s\n' "${chosen[@]}" && exit 0; }
  [[ ${1:--} != -* ]] || usage
  runtime=$(realpath "$(command -v "$1")") || { echo "$0: there is no runtime '$1'" >&2 && exit 2; }
  kind=$(basename "$runtime")
  shift
  for word in "$@"; do
    [[ " ${flows[*]} " = *" $word "* ]] || { echo "$0: there is no flow '$word'; --list names them" >&2 && exit 2; }
  done
  [ $# = 0 ] || chosen=("$@")
}

run_script() {
  read_options "$@"
  enter "$@"
  work=$(mktemp -d /var/tmp/oci-rt-flows.XXXXXX)
  trap finish EXIT
  trap 'exit 130' INT
  trap 'exit 143' HUP TERM
  set_up
  run_chosen "${chosen[@]}"
  close_script
}
run_chosen() {
  local began one_flow
  for one_flow in "$@"; do
    began=$SECONDS flow=${unnamed:-$one_flow}
    [ "$flow" != - ] || flow=
    "flow_${one_flow//-/_}"
    echo "# $one_flow: $((SECONDS - began)) s"
  done
}
close_script() {
  [ "$failed" = 0 ] || show_logs
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" = 0 ]
}
finish() {
  local one_daemon
  for one_daemon in "${!daemons[@]}"; do
    end_daemon "$one_daemon"
  done
  clean_up
  # Mounts of a failed flow are below $work, or belong to the engine's shims.
  grep -F "$work" /proc/self/mountinfo | cut -d' ' -f5 | sort -r | xargs -r -n 1 umount --lazy 2>/dev/null
  rm -rf --one-file-system "$work"
}

pass() { passed=$((passed + 1)) && echo "ok - ${flow:+$flow: }$1"; }
fail() {
  failed=$((failed + 1)) && echo "not ok - ${flow:+$flow: }$1"
  [ ! -s "$work/out" ] || echo "# the last that was said: $(head -c 500 "$work/out" | tr '\n' ' ')"
}
skip() { skipped=$((skipped + 1)) && echo "skip - ${flow:+$flow: }$1"; }

# check LABEL SEEN WANTED
check() {
  if [ "$2" = "$3" ]; then pass "$1"; else fail "$1: '$(cut -c1-300 <<<"$2" | tr '\n' ' ')', not '$3'"; fi
}
# has LABEL TEXT [FILE]: searches FILE, or the output of the last `code` or `output`.
has() {
  if grep -qF -- "$2" "${3:-$work/out}"; then pass "$1"; else fail "$1: no '$2' in ${3:-the output}"; fi
}
# fails LABEL COMMAND…: expects another exit code than 0.
fails() {
  local label=$1
  shift
  if [ "$(code "$@")" != 0 ]; then pass "$label"; else fail "$label: exit code 0"; fi
}

# limited COMMAND…: runs it without input. It ends after $patience seconds.
limited() { timeout --kill-after=10 "$patience" "$@" </dev/null; }
# code COMMAND…: prints its exit code. Its output goes to $work/out.
code() {
  limited "$@" >"$work/out" 2>&1
  echo $?
}
# output COMMAND…: prints its standard output in one line. Both streams go to $work/out, too, and standard error to
# $work/errors.
output() {
  limited "$@" >"$work/only" 2>"$work/errors"
  cat "$work/only" "$work/errors" >"$work/out"
  tr -d '\r' <"$work/only" | tr '\n' ' ' | sed 's/ *$//'
}
# in_terminal COMMAND…: runs it on a terminal, prints its exit code.
in_terminal() { code script -qec "$(printf '%q ' "$@")" /dev/null; }
# until_true COMMAND…: repeats it until it succeeds. Fails at the time limit.
until_true() {
  local end=$((SECONDS + patience))
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.3
  done
}
# at_once LABEL NUMBER COMMAND…: runs NUMBER of them in parallel, each with its number as the last word. Each must exit with
# its number.
at_once() {
  local label=$1 number=$2 one jobs=() good=0 patience=400
  shift 2
  for one in $(seq "$number"); do
    "$@" "$one" >"$work/parallel.$one" 2>&1 &
    jobs+=($!)
  done
  for one in $(seq "$number"); do
    wait "${jobs[one - 1]}"
    if [ $? = "$one" ]; then good=$((good + 1)); else echo "# $one: $(head -c 300 "$work/parallel.$one")"; fi
  done
  check "$label" "$good" "$number"
}

# ask WORD…: prints what the client of the engine says. ask_code WORD…: its exit code.
cli=()
ask() { output "${cli[@]}" "$@"; }
ask_code() { code "${cli[@]}" "$@"; }

# split OPTION… -- WORD…: sets the arrays `options` and `words`.
split() {
  options=()
  while [ "$1" != -- ]; do options+=("$1") && shift; done
  words=("${@:2}")
}

# told NAME COMMAND…: takes over the lines of a program that prints them as this script does, with "end of NAME" as the last.
told() {
  local name=$1 status
  shift
  "$@" >"$work/lines" 2>&1
  status=$?
  check "$name was read to its end" "$([ $status -le 1 ] && tail -n 1 "$work/lines")" "end of $name"
  sed '$d' "$work/lines"
  passed=$((passed + $(grep -c '^ok - ' "$work/lines")))
  failed=$((failed + $(grep -c '^not ok - ' "$work/lines")))
  skipped=$((skipped + $(grep -c '^skip - ' "$work/lines")))
}

# daemon NAME COMMAND…: starts it with its log in $work/NAME.log. Its pid is in daemons[NAME].
declare -A daemons=()
daemon() {
  local name=$1
  shift
  "$@" >>"$work/$name.log" 2>&1 </dev/null &
  daemons[$name]=$!
}
# end_daemon NAME [SIGNAL]
end_daemon() {
  local pid=${daemons[$1]:-}
  [ -n "$pid" ] || return 0
  unset "daemons[$1]"
  kill "-${2:-TERM}" "$pid" 2>/dev/null
  for _ in $(seq 200); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.3
  done
  kill -KILL "$pid" 2>/dev/null
  wait "$pid" 2>/dev/null
}
