#!/bin/bash
# vm_containerd.sh [--sample] [--systemd] RUNTIME [FLOW…]: tests containerd's ctr with this runtime under the shim
# io.containerd.runc.v2, in the virtual machine. --systemd: systemd makes the cgroups. Ends "N passed, N failed, N
# skipped".
driver=()
[ "${1:-}" != --systemd ] || { driver=(--runc-systemd-cgroup) && shift; }
. "$(dirname "$0")/vm_common.sh"

image=docker.io/library/box:1
make_archive $image
cat >"$work/config.toml" <<CONF
version = 2
root = "$work/containerd"
state = "$work/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "$work/containerd.sock"
[debug]
  level = "info"
CONF
cli=(ctr --address "$work/containerd.sock")
with=(--runtime io.containerd.runc.v2 --runc-binary "$runtime" ${driver[@]+"${driver[@]}"})
ask() { output "${cli[@]}" "$@"; }

# place ID: prints the option for the cgroup: systemd needs a slice, a prefix and a name.
place() { [ ${#driver[@]} = 0 ] || echo "--cgroup system.slice:ctr:$1"; }
# run ID OPTION… -- WORD…: runs in the foreground, prints the exit code.
run() {
  local id=$1 options=()
  shift
  while [ "$1" != -- ]; do options+=("$1") && shift; done
  shift
  # shellcheck disable=SC2046
  code "${cli[@]}" run "${with[@]}" $(place "$id") --rm ${options[@]+"${options[@]}"} "$image" "$id" "$@"
}
# begin ID OPTION… -- WORD…: starts in the background.
begin() {
  local id=$1 options=()
  shift
  while [ "$1" != -- ]; do options+=("$1") && shift; done
  shift
  # shellcheck disable=SC2046
  check "run -d of $id" "$(code "${cli[@]}" run -d "${with[@]}" $(place "$id") ${options[@]+"${options[@]}"} "$image" "$id" "$@")" 0
}
# end ID: kills it and removes all of it.
end() {
  code "${cli[@]}" task kill -s SIGKILL "$1" >/dev/null
  until_true stopped "$1"
  code "${cli[@]}" task delete "$1" >/dev/null
  check "container delete" "$(code "${cli[@]}" container delete "$1")" 0
  left "$1"
}
status() { "${cli[@]}" task ls | awk -v id="$1" '$1 == id { print $3 }'; }
stopped() { [ "$(status "$1")" = STOPPED ]; }

flow_run() {
  check "exit code 0" "$(run r1 -- /bin/sh -c 'echo "hello $$"')" 0
  has "output and pid 1" "hello 1"
  check "exit code 7" "$(run r2 -- /bin/sh -c 'exit 7')" 7
  check "exit code of a signal" "$(run r3 -- /bin/sh -c 'kill -9 $$; sh -c "kill -9 \$\$"; exit $?')" 137
  check "a missing program fails" "$(run r4 -- /bin/missing)" 1
  has "and is named" /bin/missing
  check "a missing name fails" "$(run r5 -- missing)" 1
  has "and says so" "executable file not found in \$PATH"
  check "a directory fails" "$(run r6 -- /etc)" 1
  has "and says so" "permission denied"
  left r6
}

flow_terminal() {
  # shellcheck disable=SC2046
  check "run -t: exit code" "$(in_terminal "${cli[@]}" run "${with[@]}" $(place t1) --rm -t "$image" t1 /bin/sh -c 'tty; sleep 1; exit 5')" 5
  has "run -t: a terminal" /dev/pts/0
  left t1
}

flow_options() {
  check "--env" "$(run o1 --env WORD=said -- /bin/sh -c 'echo $WORD')" 0 && has "it is there" said
  if "${cli[@]}" run --help | grep -q -e ' --user'; then
    check "--user" "$(run o2 --user 1000:1001 -- /bin/sh -c 'echo $(id -u):$(id -g)')" 0 && has "ids" 1000:1001
  else
    skip "--user: ctr has it not before containerd 1.7"
  fi
  check "--cwd" "$(run o3 --cwd /home -- /bin/pwd)" 0 && has "directory" /home
  check "--read-only" "$(run o4 --read-only -- /bin/touch /made)" 1 && has "and why" "Read-only file system"
  mkdir -p "$work/volume" && echo shared >"$work/volume/file"
  local mount=type=bind,src=$work/volume,dst=/volume,options=rbind:ro
  check "--mount bind" "$(run o5 --mount "$mount" -- /bin/cat /volume/file)" 0 && has "content" shared
  check "--mount bind, ro" "$(run o6 --mount "$mount" -- /bin/touch /volume/file)" 1
  check "--cap-drop" "$(run o7 --cap-drop CAP_CHOWN -- /bin/chown 1 /home)" 1
  check "--device" "$(run o8 --device /dev/ttyS0 -- /bin/test -c /dev/ttyS0)" 0
  check "--net-host" "$(run o9 --net-host -- /bin/readlink /proc/self/ns/net)" 0
  has "the host's" "$(readlink /proc/self/ns/net)"
}

flow_limits() {
  begin limits --memory-limit 67108864 --cpus 0.5 -- /bin/sleep 1000
  check "memory.max" "$(cgroup_file limits memory.max)" 67108864
  check "cpu.max" "$(cgroup_file limits cpu.max)" "50000 100000"
  end limits
}

flow_oom() {
  local events
  "${cli[@]}" events >"$work/events" 2>&1 </dev/null &
  events=$!
  sleep 3
  check "exit code" "$(run oom --memory-limit 20971520 -- /bin/sh -c 'tail /dev/zero; exit $?')" 137
  cp "$work/events" "$work/out"
  has "the event" /tasks/oom
  kill $events && wait $events 2>/dev/null
  left oom
}

flow_confinement() {
  check "--seccomp" "$(run c1 --seccomp -- /bin/grep Seccomp: /proc/self/status)" 0 && has "a filter" $'Seccomp:\t2'
  check "--seccomp: unshare" "$(run c2 --seccomp -- /bin/unshare -m /bin/true)" 1 && has "is refused" "not permitted"
  if [ -e /sys/kernel/security/apparmor/profiles ]; then
    check "--apparmor-default-profile" "$(run c3 --apparmor-default-profile box-default -- /bin/cat /proc/self/attr/current)" 0
    has "the profile" "box-default (enforce)"
  else
    skip "--apparmor-default-profile: no AppArmor"
  fi
  check "--privileged" "$(run c4 --privileged -- /bin/sh -c 'mount -t tmpfs none /home && grep CapEff /proc/self/status')" 0
  has "all capabilities" "$(all_capabilities)"
}

flow_namespaces() {
  ip netns add joined
  check "--with-ns" "$(run n1 --with-ns network:/run/netns/joined -- /bin/readlink /proc/self/ns/net)" 0
  has "it is that one" "$(ip netns exec joined readlink /proc/self/ns/net)"
  ip netns delete joined
  [ ${#driver[@]} = 0 ] || return
  begin placed --cgroup /own/place -- /bin/sleep 1000
  check "--cgroup" "$(cat /sys/fs/cgroup/own/place/cgroup.procs)" "$("${cli[@]}" task ls | awk '$1 == "placed" { print $2 }')"
  end placed
  check "its cgroup goes" "$(ls -d /sys/fs/cgroup/own/place 2>/dev/null)" ""
  rmdir /sys/fs/cgroup/own 2>/dev/null
}

flow_background() {
  begin web --pid-file "$work/pid" -- /bin/sh -c 'trap "exit 3" TERM; echo up; while :; do sleep 0.1; done'
  check "task ls" "$(status web)" RUNNING
  check "--pid-file" "$(cat "$work/pid")" "$("${cli[@]}" task ls | awk '$1 == "web" { print $2 }')"
  check "the id is taken" "$(begin_again)" 1
  check "task kill" "$(code "${cli[@]}" task kill web)" 0
  check "it stops" "$(until_true stopped web && echo yes)" yes
  check "task delete" "$(code "${cli[@]}" task delete web)" 0
  has "it says the code" 3
  check "container delete" "$(code "${cli[@]}" container delete web)" 0
  left web
}
begin_again() {
  # shellcheck disable=SC2046
  code "${cli[@]}" run -d "${with[@]}" $(place web) "$image" web /bin/true
}

# A container that stays, and has one task after another.
flow_start() {
  begin later -- /bin/sh -c 'echo begun; exit 4'
  check "it ends" "$(until_true stopped later && echo yes)" yes
  check "task delete" "$(code "${cli[@]}" task delete later)" 0
  check "task start: its code" "$(code "${cli[@]}" task start later)" 4
  has "task start: output" begun
  check "and again" "$(code "${cli[@]}" task start later)" 4
  check "container delete" "$(code "${cli[@]}" container delete later)" 0
  left later
}

flow_exec() {
  begin box -- /bin/sleep 1000
  check "exit code 7" "$(code "${cli[@]}" task exec --exec-id e1 box /bin/sh -c 'echo said; exit 7')" 7
  has "output" said
  check "a missing program fails" "$(code "${cli[@]}" task exec --exec-id e2 box /bin/missing)" 1
  has "and is named" /bin/missing
  check "--user and --cwd" "$(ask task exec --exec-id e3 --user 1000:1001 --cwd /home box /bin/sh -c 'id -u; id -g; pwd')" "1000 1001 /home"
  check "-t: exit code" "$(in_terminal "${cli[@]}" task exec -t --exec-id e4 box /bin/sh -c 'tty; sleep 1; exit 5')" 5
  has "-t: a terminal" /dev/pts/
  check "-d" "$(code "${cli[@]}" task exec -d --exec-id e5 box /bin/sleep 999)" 0
  check "task ps" "$("${cli[@]}" task ps box | grep -c '^[0-9]')" 2
  check "task kill of a process" "$(code "${cli[@]}" task kill -s SIGKILL --exec-id e5 box)" 0
  end box
}

flow_pause() {
  begin still -- /bin/sleep 1000
  check "task pause" "$(code "${cli[@]}" task pause still)" 0
  check "task ls" "$(status still)" PAUSED
  check "cgroup.freeze" "$(cgroup_file still cgroup.freeze)" 1
  check "task resume" "$(code "${cli[@]}" task resume still)" 0
  check "task ls: again" "$(status still)" RUNNING
  check "it goes on" "$(ask task exec --exec-id on still /bin/echo on)" on
  end still
}

flow_metrics() {
  begin measured --memory-limit 67108864 -- /bin/sleep 1000
  check "task metrics" "$(code "${cli[@]}" task metrics measured)" 0
  has "the limit" 67108864
  check "as JSON" "$(code "${cli[@]}" task metrics --format json measured)" 0
  has "pids" '"pids"'
  end measured
}

flow_checkpoint() {
  begin held -- /bin/sleep 1000
  check "task checkpoint fails" "$(code "${cli[@]}" task checkpoint held)" 1
  has "and says so" checkpoint
  check "it still runs" "$(status held)" RUNNING
  end held
}

flow_parallel() {
  local number
  for number in $(seq 10); do
    # shellcheck disable=SC2046
    (timeout 300 "${cli[@]}" run "${with[@]}" $(place "many$number") --rm "$image" "many$number" /bin/sh -c "exit $number" \
      >/dev/null 2>"$work/many$number" </dev/null; echo $? >"$work/code$number") &
    jobs[number]=$!
  done
  wait "${jobs[@]}"
  check "ten at once: their codes" "$(cat $(seq -f "$work/code%g" 10) | tr '\n' ' ')" "1 2 3 4 5 6 7 8 9 10 "
  left many
}

flow_nothing_left() {
  check "containers" "$(ask container ls -q)" ""
  check "tasks" "$(ask task ls -q)" ""
  check "shims" "$(pgrep -fc '^/[^ ]*containerd-shim' || true)" 0
  check "the daemon lives" "$(kill -0 "${daemons[containerd]}" && echo yes)" yes
}

daemon containerd containerd --config "$work/config.toml"
flow=daemon
check "containerd answers" "$(until_true "${cli[@]}" version && echo yes)" yes
check "image import" "$(code "${cli[@]}" image import "$archive")" 0
has "its name" "$image"
flows=(run terminal options limits oom confinement namespaces background start exec pause metrics checkpoint
  parallel nothing-left)
[ -z "$sample" ] || flows=(terminal limits background exec pause nothing-left)
run_flows "${flows[@]}"
[ "$bad" = 0 ] || grep -E 'level=error' "$work/containerd.log" | tail -n 30
close_engine
