# Common code of the scripts here and of .ci/run: packages, a private root, parts with a log and totals. Sourced by bash
# scripts with set -euo pipefail. Expects $top, the top of the tree.

build=${BUILD_DIR:-$top/build}
export CCACHE_SLOPPINESS=pch_defines,time_macros  # the tests have a precompiled header

# shellcheck disable=SC2034  # for the scripts that source this file
build_packages=(g++ meson ninja-build pkg-config rapidjson-dev libseccomp-dev libcap-dev
  libcxxopts-dev libboost-test-dev libsystemd-dev busybox-static)
# shellcheck disable=SC2034
test_packages=(runc crun podman buildah conmon strace iproute2 procps python3 bsdutils debootstrap patch uidmap)

say() { printf '%s\n' "$*"; }

# install PACKAGE...: installs the missing ones. Package lists may be absent or old, so it updates them once if the
# first try fails.
install() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
      missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return 0
  say "installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  local log began=$SECONDS
  log=$(mktemp)
  apt_install "${missing[@]}" >"$log" 2>&1 ||
    { apt-get -qq update >>"$log" 2>&1 && apt_install "${missing[@]}" >>"$log" 2>&1; } ||
    { tail -n 20 "$log" >&2 && rm -f "$log" && return 1; }
  rm -f "$log"
  say "installed in $((SECONDS - began)) s"
}
apt_install() {
  apt-get -qq -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 --no-install-recommends install "$@"
}

# build_all [TARGET...]: configures once, then compiles everything that is out of date.
# shellcheck disable=SC2120  # quickstart.sh names a target in its table
build_all() {
  [ -f "$build/build.ninja" ] ||
    meson setup "$build" "$top" >"$build.log" 2>&1 ||
    { cat "$build.log" >&2 && return 1; }
  rm -f "$build.log"
  compile "$@" && return 0
  if grep -q '^FAILED: .*-unity[0-9]' "$build/compile.log"; then
    say "two sources share a name and cannot be compiled as one; going on with one at a time"
    meson configure "$build" -Dunity=off && compile "$@" && return 0
  fi
  tail -n 60 "$build/compile.log" >&2
  return 1
}
compile() {
  NINJA_STATUS='[%f/%t] ' ninja -C "$build" "$@" 2>&1 | tee "$build/compile.log" | progress
  return "${PIPESTATUS[0]}"
}

# progress: shows ninja's progress from its lines "[done/all] …": on a terminal in one line, else every ten seconds.
progress() {
  local line began=$SECONDS shown=$SECONDS passed_seconds text=
  while IFS= read -r line; do
    [[ $line =~ ^\[([0-9]+)/([0-9]+)\]\  ]] || continue
    passed_seconds=$((SECONDS - began))
    text="${BASH_REMATCH[1]} of ${BASH_REMATCH[2]} built, $passed_seconds s"
    if [ -t 1 ]; then
      printf '\r  %s ' "$text"
    elif [ $((SECONDS - shown)) -ge 10 ]; then
      shown=$SECONDS && say "  $text"
    fi
  done
  [ -z "$text" ] || [ ! -t 1 ] || printf '\r'
  [ -z "$text" ] || say "  $text "
}

# in_private_root "$0" "$@": restarts the script in a private mount namespace that has everything a container runtime
# needs. A tree entered with a bare chroot has no /proc, no cgroups, and a root that is not a mount point, so
# pivot_root(2) fails there. Nothing is changed outside.
in_private_root() {
  [ "${OCI_RT_PRIVATE_ROOT:-}" = 1 ] && return 0
  export OCI_RT_PRIVATE_ROOT=1
  cd /
  exec unshare --mount --propagation unchanged -- perl "$top/conformance/product/private_mounts.pl" \
    bash "$top/conformance/product/private_root.sh" "$@"
}

# read_words "LEVEL..." "$@": parses the arguments of a script with parts: --help, --list, --only NAME..., and at most
# one --LEVEL. Refuses any other argument. Sets $level ("usual" if none is given), $list and only_parts. The script must
# define a function `usage`.
level=usual list='' only_parts=()
# shellcheck disable=SC2034  # list is for the script
read_words() {
  local levels=" $1 "
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      --help | -h) usage && exit 0 ;;
      --list) list=1 ;;
      --only)
        [[ ${2:--} != -* ]] || { say "--only needs the name of a part" >&2 && exit 2; }
        while [[ ${2:--} != -* ]]; do only_parts+=("$2") && shift; done
        ;;
      *)
        [[ $levels == *" ${1#--} "* && $1 == --* && $level = usual ]] ||
          { say "unknown: $1" >&2 && usage >&2 && exit 2; }
        level=${1#--}
        ;;
    esac
    shift
  done
}

# read_parts: reads the table of a script's parts from standard input, a line each, with fields separated by "|":
#   NAME | LEVELS | LANE | USUAL | LIMIT | COMMAND
# LEVELS: the levels in which it runs. Of two rows with one name, the one with $level counts. Parts of one LANE ("-":
# none) run one after another, in parallel with other lanes. USUAL and LIMIT are seconds, USUAL on two otherwise idle
# cores.
declare -A part_levels=() part_lane=() part_usual=() part_limit=() part_command=()
all_parts=() chosen_parts=()
read_parts() {
  local name levels lane usual limit command
  while IFS='|' read -r name levels lane usual limit command; do
    name=${name// /}
    [ -n "$name" ] || continue
    if [ -z "${part_usual[$name]:-}" ]; then
      all_parts+=("$name")
    elif [[ " $levels " != *" $level "* ]]; then
      continue
    fi
    part_levels[$name]=" $levels " part_lane[$name]=${lane// /} part_usual[$name]=${usual// /}
    part_limit[$name]=${limit// /} part_command[$name]=$command
  done
}
# choose_parts: selects those named by --only, or those of the level, in the order of the table.
choose_parts() {
  local name
  for name in ${only_parts[@]+"${only_parts[@]}"}; do
    [ -n "${part_usual[$name]:-}" ] || { say "there is no part '$name'; --list names them" >&2 && exit 2; }
  done
  for name in "${all_parts[@]}"; do
    if [ ${#only_parts[@]} -gt 0 ]; then
      [[ " ${only_parts[*]} " != *" $name "* ]] || chosen_parts+=("$name")
    else
      [[ ${part_levels[$name]} != *" $level "* ]] || chosen_parts+=("$name")
    fi
  done
}
# Lists the chosen parts with their usual time, and the total.
list_parts() {
  local name lane sum=0 longest=0
  declare -A lanes=()
  for name in "${chosen_parts[@]}"; do
    lane=${part_lane[$name]}
    printf '%-20s about %s\n' "$name" "$(duration "${part_usual[$name]}")"
    lanes[$lane]=$((${lanes[$lane]:-0} + part_usual[$name]))
  done
  for lane in "${!lanes[@]}"; do
    if [ "$lane" = - ]; then sum=${lanes[$lane]}; elif [ "${lanes[$lane]}" -gt "$longest" ]; then longest=${lanes[$lane]}; fi
  done
  printf '%-20s about %s\n' together "$(duration $((sum + longest)))"
}
duration() {
  if [ "$1" -ge 7200 ]; then say "$(($1 / 3600)) h"; elif [ "$1" -ge 120 ]; then say "$((($1 + 30) / 60)) min"; else say "$1 s"; fi
}
# run_parts: runs the chosen parts. Lanes come last, in parallel.
run_parts() {
  local name lanes=()
  for name in "${chosen_parts[@]}"; do
    if [ "${part_lane[$name]}" = - ]; then
      run_part "$name"
    elif [[ " ${lanes[*]-} " != *" ${part_lane[$name]} "* ]]; then
      # shellcheck disable=SC2190  # the map of this name is of another function
      lanes+=("${part_lane[$name]}")
    fi
  done
  [ ${#lanes[@]} = 0 ] || together "${lanes[@]}"
}
run_part() {
  announce "$1"
  eval "part $1 ${part_limit[$1]} ${part_command[$1]}"
}
# announce NAME: prints its position among the chosen parts.
announce() {
  local place=0
  while [ "${chosen_parts[$place]}" != "$1" ]; do place=$((place + 1)); done
  say "part $((place + 1)) of ${#chosen_parts[@]}: $1, about $(duration "${part_usual[$1]}")"
}

# part NAME SECONDS COMMAND...: runs it with its log in $build/logs, adds up its closing line "N passed, N failed, N
# skipped", and shows failures. A command without such a line counts as one.
passed=0 failed=0 skipped=0
part() {
  local name=$1 seconds=$2 began=$SECONDS status=0 log closing
  shift 2
  log=$build/logs/$name.log
  mkdir -p "$build/logs"
  timeout --kill-after=20 "$seconds" "$@" >"$log" 2>&1 </dev/null || status=$?
  closing=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$log" | tail -n 1) || true
  if [ -n "$closing" ]; then
    local counts
    read -r -a counts <<<"${closing//[^0-9 ]/}"
    passed=$((passed + counts[0])) failed=$((failed + counts[1])) skipped=$((skipped + counts[2]))
    [ "$status" = 0 ] || [ "${counts[1]}" -gt 0 ] || failed=$((failed + 1))
  elif [ "$status" = 0 ]; then
    passed=$((passed + 1)) closing="ok"
  else
    failed=$((failed + 1)) closing="failed"
  fi
  printf '%-32s %4d s  %s\n' "$name" $((SECONDS - began)) "$closing"
  sed -n 's/^skipped: /  &/p' "$log"
  [ "$status" = 0 ] && return 0
  [ "$status" = 124 ] && say "  $name took longer than $seconds s"
  say "  exit code $status; the whole log is $log; its failures or its end:"
  failures_or_end "$log" | cut -c1-400 | sed 's/^/  | /'
}
# failures_or_end LOG: prints the first sixty lines about failures, or the last forty lines. A log may hold the report
# of another script, with lines that begin with "|" and totals of its parts.
failures_or_end() {
  local pattern='^[ |]*(not ok|FAIL)|^[^#].*(error:|: error|fatal)|^[a-z-]+ +[0-9]+ s  .*([1-9][0-9]* failed|failed$)'
  if grep -qE "$pattern" "$1"; then grep -m 60 -E "$pattern" "$1"; else tail -n 40 "$1"; fi
}

# skip_part REASON: the command for a part that cannot run here.
skip_part() { say "skipped: $*" && say "0 passed, 0 failed, 1 skipped"; }
export -f say skip_part

# shellcheck disable=SC2030,SC2031  # each lane counts for itself, and passes its sums on in a file
# together LANE...: runs the parts of these lanes, the lanes in parallel, since they mostly wait.
together() {
  local lane name counts=()
  for lane in "$@"; do
    rm -f "$build/logs/$lane.totals"
    (
      passed=0 failed=0 skipped=0
      for name in "${chosen_parts[@]}"; do
        [ "${part_lane[$name]}" != "$lane" ] || run_part "$name"
      done
      say "$passed $failed $skipped" >"$build/logs/$lane.totals"
    ) &
  done
  wait
  for lane in "$@"; do
    read -r -a counts <"$build/logs/$lane.totals" || counts=(0 1 0)
    rm -f "$build/logs/$lane.totals"
    passed=$((passed + counts[0])) failed=$((failed + counts[1])) skipped=$((skipped + counts[2]))
  done
}

# Prints the closing line. Fails if a part failed.
close_report() {
  say "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" = 0 ]
}
