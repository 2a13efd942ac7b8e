#!/bin/bash
# vm_containerd.sh [--systemd] RUNTIME [FLOW…]: tests containerd's ctr with this runtime under the shim
# io.containerd.runc.v2, in the virtual machine. --systemd: systemd makes the cgroups. flow.sh has the other options.
. "$(dirname "$0")/../flow.sh"
. "$(dirname "$0")/vm.sh"
. "$(dirname "$0")/flows/checkpoint.sh"
drivers=(cgroupfs systemd)
flows=(run terminal options limits oom confinement namespaces background start exec pause metrics checkpoint
  parallel nothing-left)
sampled=(terminal limits background exec pause nothing-left)
image=docker.io/library/box:1

set_up() {
  make_machine
  make_archive "$image"
  with=(--runtime io.containerd.runc.v2 --runc-binary "$runtime")
  [ "$driver" = cgroupfs ] || with+=(--runc-systemd-cgroup)
  containerd_config 2 'disabled_plugins = ["io.containerd.grpc.v1.cri"]' </dev/null
  cli=(ctr --address "$work/containerd.sock")
  first_containerd
  check "image import" "$(ask_code image import "$archive")" 0
  has "its name" "$image"
}
show_logs() { errors_of containerd; }

# run_words ID OPTION… -- WORD…: sets `words`, the arguments of `ctr run`. systemd needs a slice, a prefix and a name.
run_words() {
  local id=$1 options placed=()
  shift
  split "$@"
  [ "$driver" = cgroupfs ] || placed=(--cgroup "system.slice:ctr:$id")
  words=("${with[@]}" "${placed[@]}" "${options[@]}" "$image" "$id" "${words[@]}")
}
# run ID OPTION… -- WORD…: runs in the foreground, prints the exit code.
run() {
  local words
  run_words "$1" --rm "${@:2}"
  ask_code run "${words[@]}"
}
# begin ID OPTION… -- WORD…: starts in the background.
begin() {
  local words
  run_words "$1" -d "${@:2}"
  check "run -d of $1" "$(ask_code run "${words[@]}")" 0
}
# end ID: kills it and removes all of it.
end() {
  ask_code task kill -s SIGKILL "$1" >/dev/null
  until_true stopped "$1"
  ask_code task delete "$1" >/dev/null
  check "container delete" "$(ask_code container delete "$1")" 0
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
  local words
  run_words t1 --rm -t -- /bin/sh -c 'tty; sleep 1; exit 5'
  check "run -t: exit code" "$(in_terminal "${cli[@]}" run "${words[@]}")" 5
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
  [ "$driver" = cgroupfs ] || return
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
  check "task kill" "$(ask_code task kill web)" 0
  check "it stops" "$(until_true stopped web && echo yes)" yes
  check "task delete" "$(ask_code task delete web)" 0
  has "it says the code" 3
  check "container delete" "$(ask_code container delete web)" 0
  left web
}
begin_again() {
  local words
  run_words web -d -- /bin/true
  ask_code run "${words[@]}"
}

# A container that stays, and has one task after another.
flow_start() {
  begin later -- /bin/sh -c 'echo begun; exit 4'
  check "it ends" "$(until_true stopped later && echo yes)" yes
  check "task delete" "$(ask_code task delete later)" 0
  check "task start: its code" "$(ask_code task start later)" 4
  has "task start: output" begun
  check "and again" "$(ask_code task start later)" 4
  check "container delete" "$(ask_code container delete later)" 0
  left later
}

flow_exec() {
  begin box -- /bin/sleep 1000
  check "exit code 7" "$(ask_code task exec --exec-id e1 box /bin/sh -c 'echo said; exit 7')" 7
  has "output" said
  check "a missing program fails" "$(ask_code task exec --exec-id e2 box /bin/missing)" 1
  has "and is named" /bin/missing
  check "--user and --cwd" "$(ask task exec --exec-id e3 --user 1000:1001 --cwd /home box /bin/sh -c 'id -u; id -g; pwd')" "1000 1001 /home"
  check "-t: exit code" "$(in_terminal "${cli[@]}" task exec -t --exec-id e4 box /bin/sh -c 'tty; sleep 1; exit 5')" 5
  has "-t: a terminal" /dev/pts/
  check "-d" "$(ask_code task exec -d --exec-id e5 box /bin/sleep 999)" 0
  check "task ps" "$("${cli[@]}" task ps box | grep -c '^[0-9]')" 2
  check "task kill of a process" "$(ask_code task kill -s SIGKILL --exec-id e5 box)" 0
  end box
}

flow_pause() {
  begin still -- /bin/sleep 1000
  check "task pause" "$(ask_code task pause still)" 0
  check "task ls" "$(status still)" PAUSED
  check "cgroup.freeze" "$(cgroup_file still cgroup.freeze)" 1
  check "task resume" "$(ask_code task resume still)" 0
  check "task ls: again" "$(status still)" RUNNING
  check "it goes on" "$(ask task exec --exec-id on still /bin/echo on)" on
  end still
}

flow_metrics() {
  begin measured --memory-limit 67108864 -- /bin/sleep 1000
  check "task metrics" "$(ask_code task metrics measured)" 0
  has "the limit" 67108864
  check "as JSON" "$(ask_code task metrics --format json measured)" 0
  has "pids" '"pids"'
  end measured
}

inside() { ask task exec --exec-id "inside$RANDOM" "$@"; }

# An open file with one of two names removed: CRIU refuses it.
unsaved='echo x >/tmp/a; ln /tmp/a /tmp/b; exec 8<>/tmp/b; rm /tmp/b;'

flow_checkpoint() {
  can_checkpoint || return
  begin held -- /bin/sh -c "$unsaved $counter"
  counted held
  check "task checkpoint fails" "$(ask_code task checkpoint --image-path "$work/unsaved" held)" 1
  has "and says so" criu
  check "it still runs" "$(status held)" RUNNING
  end held
  begin saved -- /bin/sh -c "$counter"
  counted saved
  check "task checkpoint --image-path" "$(ask_code task checkpoint --image-path "$work/images" saved)" 0
  check "the images are there" "$([ -s "$work/images/inventory.img" ] && echo yes)" yes
  goes_on "it goes on meanwhile" saved
  check "container checkpoint" "$(ask_code container checkpoint --image --rw --task saved localhost/saved:1)" 0
  check "it is left running" "$(status saved)" RUNNING
  end saved
  restored "container restore" again container restore --rw --live again localhost/saved:1
  check "task pause, resume" "$(ask_code task pause again)$(ask_code task resume again)" 00
  goes_on "then it goes on" again
  end again
  rm -rf "${work:?}/images" "${work:?}/unsaved"
}

many() {
  local words
  run_words "many$1" --rm -- /bin/sh -c "exit $1"
  limited "${cli[@]}" run "${words[@]}"
}
flow_parallel() {
  at_once "ten at once: their codes" 10 many
  left many
}

flow_nothing_left() {
  check "containers" "$(ask container ls -q)" ""
  check "tasks" "$(ask task ls -q)" ""
  check "shims" "$(until_true no_shims && echo none)" none
  check "the daemon lives" "$(kill -0 "${daemons[containerd]}" && echo yes)" yes
}

run_script "$@"
