# Flows of vm_docker.sh: the lifecycle of a container. Sourced by it.

flow_run() {
  check "exit code 0" "$(run $image /bin/sh -c 'echo "hello $$"')" 0
  has "output and pid 1" "hello 1"
  check "exit code 7" "$(run $image /bin/sh -c 'exit 7')" 7
  check "exit code of a signal" "$(run $image /bin/sh -c 'sh -c "kill -9 \$\$"; exit $?')" 137
  check "a missing program is 127" "$(run $image /bin/missing)" 127
  has "and is named" /bin/missing
  check "a missing name is 127" "$(run $image missing)" 127
  has "and says so" "executable file not found in \$PATH"
  check "a directory is 126" "$(run $image /etc)" 126
  check "a mistake of the caller is 125" "$(run --memory 1k $image /bin/true)" 125
  check "standard error" "$(docker run --rm --network none $image /bin/sh -c 'echo err >&2' 2>&1 >/dev/null </dev/null)" err
  check "-i: standard input" "$(echo typed | docker run --rm -i --network none $image /bin/cat)" typed
}

# By a second name with an option: dockerd calls the runtime through a script.
flow_by_name() {
  check "output" "$(said --runtime $named $image /bin/echo hello)" hello
  check "exit code 7" "$(run --runtime $named $image /bin/sh -c 'exit 7')" 7
  check "a missing program is 127" "$(run --runtime $named $image /bin/missing)" 127
  check "a name that nobody knows is 125" "$(run --runtime nobody $image /bin/true)" 125
  begin called --runtime $named $image /bin/sleep 1000
  check "inspect: its runtime" "$(inspect called HostConfig.Runtime)" $named
  check "exec" "$(ask exec called /bin/echo on)" on
  # The option must have arrived: it makes the runtime write debug records to the shim's log.
  [ "$kind" != oci-rt ] ||
    check "its stages are in the log" "$(find "$work/state" -path "*/$id/log.json" -exec grep -c '"level":"debug"' {} + | sed 's/^[1-9][0-9]*$/some/')" some
  end called
  begin usual $image /bin/sleep 1000
  check "inspect: the default" "$(inspect usual HostConfig.Runtime)" judged
  end usual
}

flow_terminal() {
  check "run -it: exit code" "$(in_terminal docker run --rm -it --network none $image /bin/sh -c 'tty; sleep 1; exit 5')" 5
  has "run -it: a terminal" /dev/pts/0
  begin term -t $image /bin/sh -c 'tty; sleep 1000'
  check "run -dt: logs" "$(sleep 1 && ask logs term)" /dev/pts/0
  end term
}

flow_background() {
  begin web $image /bin/sh -c 'trap "exit 3" TERM; echo up; while :; do sleep 0.1; done'
  check "status" "$(inspect web State.Status)" running
  check "logs" "$(until_true logged web up && ask logs web)" up
  check "the name is taken" "$(code docker run -d --name web $image)" 125
  check "stop" "$(code docker stop -t 60 web)" 0
  check "the program's own code" "$(inspect web 'State.ExitCode')" 3
  check "start: again" "$(code docker start web)" 0
  check "status: again" "$(inspect web State.Status)" running
  check "restart" "$(code docker restart -t 60 web)" 0
  check "status: once more" "$(inspect web State.Status)" running
  end web
  check "create, start -a: code" "$(code docker create --name later --network none $image /bin/sh -c 'echo later; exit 4')" 0
  check "create, start -a: code" "$(code docker start -a later)" 4
  has "create, start -a: output" later
  end later
}
logged() { docker logs "$1" 2>&1 | grep -q "$2"; }

flow_kill() {
  begin victim $image /bin/sh -c 'trap "echo usr1" USR1; trap "" TERM; echo up; while :; do sleep 0.1; done'
  until_true logged victim up
  check "kill -s USR1" "$(code docker kill -s USR1 victim)" 0
  check "it arrives" "$(until_true logged victim usr1 && echo yes)" yes
  check "stop of what ignores it" "$(code docker stop -t 1 victim)" 0
  check "137" "$(inspect victim State.ExitCode)" 137
  check "kill of what is stopped fails" "$(code docker kill victim)" 1
  has "and says so" "is not running"
  check "start" "$(code docker start victim)" 0
  check "kill" "$(code docker kill victim)" 0
  check "wait" "$(ask wait victim)" 137
  end victim
}

flow_exec() {
  begin box --hostname box $image /bin/sleep 1000
  check "output" "$(ask exec box /bin/hostname)" box
  check "exit code 7" "$(code docker exec box /bin/sh -c 'exit 7')" 7
  # 126 for every reason in docker of these versions: moby issue 45795.
  check "a missing program is 126 or 127" "$(code docker exec box /bin/missing | sed 's/12[67]/yes/')" yes
  has "and is named" /bin/missing
  check "a missing name is 126 or 127" "$(code docker exec box missing | sed 's/12[67]/yes/')" yes
  has "and says so" "executable file not found in \$PATH"
  check "a directory is 126" "$(code docker exec box /etc)" 126
  check "-u, -e, -w" "$(ask exec -u 12:34 -e WORD=x -w /home box /bin/sh -c 'id -u; id -g; echo $WORD; pwd')" "12 34 x /home"
  check "-u with a name" "$(ask exec -u guest box /bin/sh -c 'id -u; id -g')" "1000 1001"
  check "-i: standard input" "$(echo typed | docker exec -i box /bin/cat)" typed
  check "-it: exit code" "$(in_terminal docker exec -it box /bin/sh -c 'tty; sleep 1; exit 5')" 5
  has "-it: a terminal" /dev/pts/
  check "-d" "$(code docker exec -d box /bin/sleep 999)" 0
  ask top box >/dev/null
  has "top: what it started" "sleep 999"
  check "--privileged" "$(ask exec --privileged box /bin/sed -n 's/^CapEff:.//p' /proc/self/status)" "$(docker_capabilities)"
  check "a signal is its code" "$(code docker exec box /bin/sh -c 'kill -9 $$')" 137
  end box
}

flow_pause() {
  begin still $image /bin/sleep 1000
  check "pause" "$(code docker pause still)" 0
  check "status" "$(inspect still State.Status)" paused
  check "cgroup.freeze" "$(cgroup_file "$id" cgroup.freeze)" 1
  check "exec in it fails" "$(code docker exec still /bin/true)" 1
  has "and says so" paused
  check "unpause" "$(code docker unpause still)" 0
  check "it goes on" "$(ask exec still /bin/echo on)" on
  check "pause: again" "$(code docker pause still)" 0
  check "stop of a paused one" "$(code docker stop -t 1 still)" 0
  end still
}

flow_stats() {
  begin measured --memory 64m $image /bin/sleep 1000
  check "stats: the limit" "$(ask stats --no-stream --format '{{.MemUsage}}' measured | sed 's:.*/ ::')" 64MiB
  check "stats: pids" "$(ask stats --no-stream --format '{{.PIDs}}' measured)" 1
  check "top" "$(code docker top measured)" 0
  has "top: the program" "sleep 1000"
  check "top -o" "$(ask top measured -o pid,comm | tr -s ' ')" "PID COMMAND $(inspect measured State.Pid) sleep"
  end measured
  begin spinning $image /bin/sh -c 'while :; do :; done'
  check "stats: processor time of what spins" "$(ask stats --no-stream --format '{{.CPUPerc}}' spinning | sed 's/^[1-9][0-9][0-9.]*%$/time/')" time
  end spinning
}

flow_health() {
  begin healthy --health-cmd 'test -e /tmp/well' --health-interval 1s --health-timeout 60s --health-retries 1 $image /bin/sleep 1000
  check "unhealthy" "$(soon healthy State.Health.Status unhealthy)" yes
  check "a mark" "$(code docker exec healthy /bin/touch /tmp/well)" 0
  check "healthy" "$(soon healthy State.Health.Status healthy)" yes
  end healthy
}

flow_restart() {
  begin again --restart on-failure:2 $image /bin/sh -c 'exit 9'
  check "twice" "$(soon again RestartCount 2)" yes
  check "then it stays" "$(soon again State.Status exited)" yes
  check "its code" "$(inspect again State.ExitCode)" 9
  end again
}

flow_events() {
  local since
  since=$(date +%s)
  check "a container" "$(run --name shown $image /bin/sh -c 'exit 6')" 6
  check "events" "$(ask events --since "$since" --until "$(($(date +%s) + 1))" --filter container=shown --format '{{.Action}}')" \
    "create attach start die destroy"
}

flow_parallel() {
  local number jobs=()
  for number in $(seq 20); do
    (timeout 400 docker run --rm --network none $image /bin/sh -c "exit $number" >"$work/many$number" 2>&1 </dev/null
      echo $? >"$work/code$number") &
    jobs[number]=$!
  done
  wait "${jobs[@]}"
  check "twenty at once: their codes" "$(cat $(seq -f "$work/code%g" 20) | tr '\n' ' ')" "$(seq 20 | tr '\n' ' ')"
  for number in $(seq 20); do
    [ "$(cat "$work/code$number")" = "$number" ] || head -c 300 "$work/many$number"
  done
}

flow_nothing_left() {
  check "containers" "$(ask ps -aq)" ""
  check "shims" "$(until_true no_shims && echo none)" none
  check "cgroups" "$(find /sys/fs/cgroup -type d \( -path '*/docker/*' -o -name 'docker-*.scope' \) | head -n 3)" ""
  check "state" "$(find "$work"/exec/runtime-*/moby -mindepth 1 | head -n 3)" ""
}
no_shims() { ! pgrep -f '^/[^ ]*containerd-shim'; }

# dockerd stops and restarts while the container goes on.
flow_live_restore() {
  local pid
  begin lasting $image /bin/sh -c 'trap "exit 3" TERM; while :; do sleep 0.1; done'
  pid=$(inspect lasting State.Pid)
  end_daemon docker
  check "it runs without dockerd" "$(kill -0 "$pid" && echo yes)" yes
  start_docker
  check "it is the same" "$(inspect lasting State.Status) $(inspect lasting State.Pid)" "running $pid"
  check "exec" "$(ask exec lasting /bin/echo on)" on
  check "stop" "$(code docker stop -t 60 lasting)" 0
  check "its code" "$(inspect lasting State.ExitCode)" 3
  end lasting
}
