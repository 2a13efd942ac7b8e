# Common code of the scripts for the virtual machine: a work directory with an image, daemons, flows with counted
# checks. Sourced with $0's arguments, [--sample] RUNTIME [FLOW…]. Sets $runtime, $kind, $work, $archive. The scripts
# change their machine (/etc, modules, cgroups), so they run in the virtual machine only.
set -uo pipefail
[ -e /share/command ] || { echo "$0 changes the machine it runs in: conformance/product/vm/run --engines -- $0 …" >&2 && exit 2; }

sample=
[ "${1:-}" != --sample ] || { sample=1 && shift; }
runtime=$(realpath "$(command -v "${1:?usage: $0 [--sample] RUNTIME [FLOW…]}")") || exit 2
kind=$(basename "$runtime")
shift
wanted=("$@")
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d /var/tmp/engine.XXXXXX)
if [ -n "${OCI_RT_WITHOUT_LIMITS:-}" ]; then
  mkdir "$work/unlimited"
  printf '#!/bin/sh\nexec %s %s "$@"\n' "$here/without_limits.py" "$runtime" >"$work/unlimited/$kind"
  chmod 755 "$work/unlimited/$kind"
  [ ! -e "$(dirname "$runtime")/oci-rt-systemd" ] || cp "$(dirname "$runtime")/oci-rt-systemd" "$work/unlimited/"
  runtime=$work/unlimited/$kind
fi
export TMPDIR=$work/tmp
# Root of a user namespace passes through it: crun has mounts in TMPDIR.
install -d -m 1777 "$TMPDIR" && chmod 711 "$work"
# Timeout for things that should be immediate. The machine is emulated.
patience=120

# make_archive NAME [ENTRY=VALUE…]: makes $work/rootfs with busybox, and its image in $archive.
archive=$work/image.tar
make_archive() {
  mkdir -p "$work"/rootfs/{bin,dev,etc,proc,sys,tmp,run,root,home}
  chmod 700 "$work/rootfs/root"
  cp "$(command -v busybox)" "$work/rootfs/bin/busybox"
  chroot "$work/rootfs" /bin/busybox --install -s /bin
  printf 'root:x:0:0:root:/root:/bin/sh\nguest:x:1000:1001::/home:/bin/sh\n' >"$work/rootfs/etc/passwd"
  printf 'root:x:0:\nguest:x:1001:\n' >"$work/rootfs/etc/group"
  python3 "$here/oci_image.py" "$work/rootfs" "$@" >"$archive"
}

# make_linked DIRECTORY: copies $work/rootfs and adds dangling links, which are destinations of mounts. $work/given has
# a file for it, token. The machine's /etc/localtime becomes a link, too.
make_linked() {
  cp -a "$work/rootfs" "$1"
  rm -rf "$1/run" "${1:?}/var" && mkdir "${1:?}/var"
  ln -s ../run "$1/var/run"
  ln -s /usr/share/zoneinfo/Etc/Elsewhere "$1/etc/localtime"
  ln -s ../run/systemd/resolve/stub-resolv.conf "$1/etc/resolv.conf"
  mkdir -p "$work/given" && echo word >"$work/given/token"
  mkdir -p /usr/share/zoneinfo/Etc && echo zone >/usr/share/zoneinfo/Etc/Judged
  ln -sf /usr/share/zoneinfo/Etc/Judged /etc/localtime
}

good=0 bad=0 left_out=0 flow=
# check LABEL SEEN WANTED
check() {
  if [ "$2" = "$3" ]; then
    good=$((good + 1)) && echo "ok - $flow: $1"
  else
    bad=$((bad + 1)) && echo "not ok - $flow: $1: '$(cut -c1-300 <<<"$2" | tr '\n' ' ')', not '$3'"
    [ ! -s "$work/out" ] || echo "# the last that was said: $(head -c 500 "$work/out" | tr '\n' ' ')"
  fi
}
# has LABEL TEXT: searches the output of `code` or `output` in $work/out.
has() {
  if grep -qF -- "$2" "$work/out"; then
    good=$((good + 1)) && echo "ok - $flow: $1"
  else
    bad=$((bad + 1)) && echo "not ok - $flow: $1: no '$2' in: $(head -c 500 "$work/out" | tr '\n' ' ')"
  fi
}
skip() { left_out=$((left_out + 1)) && echo "skip - $flow: $1"; }

# code COMMAND…: prints its exit code. Its output goes to $work/out.
code() {
  timeout --kill-after=10 "$patience" "$@" >"$work/out" 2>&1 </dev/null
  echo $?
}
# output COMMAND…: prints its standard output in one line. Both streams go to $work/out, too.
output() {
  timeout --kill-after=10 "$patience" "$@" >"$work/only" 2>"$work/errors" </dev/null
  cat "$work/only" "$work/errors" >"$work/out"
  tr -d '\r' <"$work/only" | tr '\n' ' ' | sed 's/ *$//'
}
# in_terminal COMMAND…: runs it on a terminal, prints its exit code.
in_terminal() {
  timeout --kill-after=10 "$patience" script -qec "$(printf '%q ' "$@")" /dev/null >"$work/out" 2>&1 </dev/null
  echo $?
}
# until_true COMMAND…: repeats it until it succeeds. Fails at the timeout.
until_true() {
  local end=$((SECONDS + patience))
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.3
  done
}

# cgroup_file ID NAME: prints a file in the cgroup of a container, with either cgroup driver.
cgroup_of() { find /sys/fs/cgroup -type d \( -name "$1" -o -name "*-$1.scope" \) | head -n 1; }
cgroup_file() { cat "$(cgroup_of "$1")/$2" 2>/dev/null; }

all_capabilities() { printf '%016x' $(((2 << $(cat /proc/sys/kernel/cap_last_cap)) - 1)); }

# left ID: checks for leftovers of a removed container.
left() {
  [ -n "$1" ] || return
  sleep 0.2
  until_gone "$1"
  check "nothing of it is left" "$(remains "$1")" ""
}
remains() {
  find /sys/fs/cgroup -type d -name "*$1*" 2>/dev/null | head -n 3
  find /run/containerd/runc "$work"/*/runtime* /run/oci-rt /run/runc -maxdepth 2 -name "*$1*" 2>/dev/null | head -n 3
  grep -F -- "$1" /proc/self/mountinfo | cut -d' ' -f5 | head -n 3
}
# A shim needs some time after its answer.
until_gone() {
  local turn
  for turn in $(seq 30); do
    [ -n "$(remains "$1")" ] || return 0
    sleep 0.3
  done
}

# daemon NAME COMMAND…: starts it with its log in $work/NAME.log. Its pid is in daemons[NAME].
declare -A daemons
daemon() {
  local name=$1
  shift
  "$@" >>"$work/$name.log" 2>&1 </dev/null &
  daemons[$name]=$!
}
# end_daemon NAME [SIGNAL]
end_daemon() {
  local turn pid=${daemons[$1]:-}
  [ -n "$pid" ] || return 0
  unset "daemons[$1]"
  kill "-${2:-TERM}" "$pid" 2>/dev/null
  for turn in $(seq 200); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.3
  done
  kill -KILL "$pid" 2>/dev/null
  wait "$pid" 2>/dev/null
}

finish() {
  local name
  for name in "${!daemons[@]}"; do
    end_daemon "$name"
  done
  # Mounts left by a failed flow are below $work, or belong to the engine's shims.
  grep -F "$work" /proc/self/mountinfo | cut -d' ' -f5 | sort -r | xargs -r -n 1 umount --lazy 2>/dev/null
  rm -rf --one-file-system "$work"
}
trap finish EXIT

# run_flows FLOW…: runs those that were requested, or all. Each is a function flow_FLOW, with - written as _.
run_flows() {
  local began
  for flow in "$@"; do
    [ ${#wanted[@]} = 0 ] || [[ " ${wanted[*]} " = *" $flow "* ]] || continue
    began=$SECONDS
    "flow_${flow//-/_}"
    echo "# $flow: $((SECONDS - began)) s"
  done
}
close_engine() {
  echo "$good passed, $bad failed, $left_out skipped"
  [ "$bad" = 0 ]
}
