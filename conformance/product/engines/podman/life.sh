# Flows: the lifecycle of a container in the background.

flow_life() {
  begin l1 -- sh -c 'trap "exit 3" TERM; echo begun; while :; do sleep 0.1; done'
  until_true logs_have l1 begun
  check "logs" "$(ask logs l1)" begun
  check "stop" "$(ask_code stop -t 20 l1)" 0
  check "the program's own code" "$(field l1 '.State.ExitCode}} {{.State.Status')" "3 exited"
  check "start again" "$(ask_code start l1)" 0
  check "restart" "$(ask_code restart -t 20 l1)" 0
  check "it has begun three times, and runs" "$(until_true began_three_times; status l1)" running
  end l1
  check "create" "$(ask_code create --name l2 --network none box sh -c 'echo later; exit 4')" 0
  check "start -a: its exit code" "$(ask_code start -a l2)" 4
  has "start -a: its output" later
  check "rm" "$(ask_code rm l2)" 0
  begin l3 --rm -- sh -c 'sleep 4; exit 9'
  check "wait" "$(ask wait l3)" 9
  left "$id"
}
began_three_times() { [ "$(podman logs l1 | grep -c begun)" = 3 ]; }

flow_kill() {
  begin k1 -- sh -c 'trap "echo usr1" USR1; trap "" TERM; echo begun; while :; do sleep 0.1; done'
  until_true logs_have k1 begun
  check "kill -s USR1" "$(ask_code kill -s USR1 k1)" 0
  check "it is handled" "$(until_true logs_have k1 usr1 && echo yes)" yes
  check "stop of one that does not listen" "$(ask_code stop -t 1 k1)" 0
  check "its code" "$(field k1 .State.ExitCode)" 137
  fails "kill of a stopped one fails" podman kill k1
  check "start, kill" "$(ask_code start k1)$(ask_code kill k1)" 00
  check "wait: 137" "$(ask wait k1)" 137
  end k1
}

flow_exec() {
  begin e1 --hostname box --memory 100m -- sleep 1000
  check "output, the same cgroup, --user, --env, --workdir" "$(ask exec --user 12:34 -e WORD=x --workdir /tmp e1 \
    sh -c 'echo $(hostname) $(cat /sys/fs/cgroup/memory.max) $(id -u):$(id -g) $WORD $(pwd)')" "box 104857600 12:34 x /tmp"
  check "-i, and exit code 7" "$(echo typed | podman exec -i e1 sh -c 'cat; exit 7'; echo $?)" "typed
7"
  check "a signal" "$(ask_code exec e1 sh -c 'kill -9 $$')" 137
  check "a missing program is 127" "$(ask_code exec e1 /bin/missing)" 127
  check "a directory is 126" "$(ask_code exec e1 /etc)" 126
  check "-it: exit code" "$(in_terminal podman exec -it e1 sh -c 'tty; test -t 0 && exit 5')" 5
  has "-it: a terminal" /dev/pts/
  check "--privileged" "$(ask exec --privileged e1 grep CapEff /proc/self/status)" "$(grep CapEff /proc/self/status)"
  check "-d" "$(ask_code exec -d e1 sleep 999)" 0
  check "top" "$(until_true top_has e1 'sleep 999' && echo seen)" seen
  end e1
}
top_has() { podman top "$1" | grep -qF -- "$2"; }

flow_update() {
  podman update --help >/dev/null 2>&1 || { skip "this podman has no update" && return; }
  begin n1 --memory 64m --memory-swap 128m --cpus 0.5 --pids-limit 50 -- sleep 1000
  local pids=(--pids-limit 70)
  podman update --help | grep -q -e --pids-limit || pids=()  # podman 5 has it
  check "--memory, --memory-swap, --cpus, ${pids[0]-no --pids-limit}, --cpuset-cpus" \
    "$(ask_code update --memory 128m --memory-swap 256m --cpus 0.25 "${pids[@]}" --cpuset-cpus 1 n1)" 0
  check "seen inside" "$(ask exec n1 sh -c "$(in_cgroup memory.max memory.swap.max cpu.max pids.max cpuset.cpus)")" "134217728 134217728 25000 100000 ${pids[1]-50} 1"
  end n1
}

flow_stats() {
  begin s1 --memory 64m -- sh -c 'while :; do :; done'
  # It spins, so it must have used at least a tenth of the time since its start.
  check "stats: memory, its limit, processes, time" \
    "$(ask stats --no-stream --format '{{.MemUsage}} {{.PIDs}} {{.CPU}}' s1 | sed 's/^[1-9][0-9.]*[kM]B/some/; s/ [1-9][0-9][0-9.]*%*$/ time/')" "some / 67.11MB 1 time"
  check "top" "$(ask top s1 pid user comm | tr -s ' ')" "PID USER COMMAND 1 root sh"
  check "inspect: its pid" "$(cut -d' ' -f2 "/proc/$(field s1 .State.Pid)/stat")" "(sh)"
  end s1
}

