# Flows of vm_docker.sh: the lifecycle of a container.

flow_run() {
  check "exit code 0" "$(box_code -- /bin/sh -c 'echo "hello $$"')" 0
  has "output and pid 1" "hello 1"
  check "exit code 7" "$(box_code -- /bin/sh -c 'exit 7')" 7
  check "exit code of a signal" "$(box_code -- /bin/sh -c 'sh -c "kill -9 \$\$"; exit $?')" 137
  check "a missing program is 127" "$(box_code -- /bin/missing)" 127
  has "and is named" /bin/missing
  check "a missing name is 127" "$(box_code -- missing)" 127
  has "and says so" "executable file not found in \$PATH"
  check "a directory is 126" "$(box_code -- /etc)" 126
  check "a mistake of the caller is 125" "$(box_code --memory 1k -- /bin/true)" 125
  check "standard error" "$(docker run --rm --network none "${image[@]}" /bin/sh -c 'echo err >&2' 2>&1 >/dev/null </dev/null)" err
  check "-i: standard input" "$(echo typed | docker run --rm -i --network none "${image[@]}" /bin/cat)" typed
}

# By a second name with an option: dockerd calls the runtime through a script.
flow_by_name() {
  check "output" "$(box --runtime "$named" -- /bin/echo hello)" hello
  check "exit code 7" "$(box_code --runtime "$named" -- /bin/sh -c 'exit 7')" 7
  check "a missing program is 127" "$(box_code --runtime "$named" -- /bin/missing)" 127
  check "a name that nobody knows is 125" "$(box_code --runtime nobody -- /bin/true)" 125
  begin called --runtime "$named" -- /bin/sleep 1000
  check "inspect: its runtime" "$(field called .HostConfig.Runtime)" "$named"
  check "exec" "$(ask exec called /bin/echo on)" on
  # The option must have arrived: it makes the runtime write debug records to the shim's log.
  [ "$kind" != oci-rt ] ||
    check "its stages are in the log" "$(find "$work/state" -path "*/$id/log.json" -exec grep -c '"level":"debug"' {} + | sed 's/^[1-9][0-9]*$/some/')" some
  end called
  begin usual -- /bin/sleep 1000
  check "inspect: the default" "$(field usual .HostConfig.Runtime)" judged
  end usual
}

flow_terminal() {
  check "run -it: exit code" "$(in_terminal docker run --rm -it --network none "${image[@]}" /bin/sh -c 'tty; sleep 1; exit 5')" 5
  has "run -it: a terminal" /dev/pts/0
  begin term -t -- /bin/sh -c 'tty; sleep 1000'
  check "run -dt: logs" "$(sleep 1 && ask logs term)" /dev/pts/0
  end term
}

flow_background() {
  begin web -- /bin/sh -c 'trap "exit 3" TERM; echo up; while :; do sleep 0.1; done'
  check "status" "$(field web .State.Status)" running
  check "logs" "$(until_true logs_have web up && ask logs web)" up
  check "the name is taken" "$(ask_code run -d --name web "${image[@]}")" 125
  check "stop" "$(ask_code stop -t 60 web)" 0
  check "the program's own code" "$(field web .State.ExitCode)" 3
  check "start: again" "$(ask_code start web)" 0
  check "status: again" "$(field web .State.Status)" running
  check "restart" "$(ask_code restart -t 60 web)" 0
  check "status: once more" "$(field web .State.Status)" running
  end web
  check "create, start -a: code" "$(ask_code create --name later --network none "${image[@]}" /bin/sh -c 'echo later; exit 4')" 0
  check "create, start -a: code" "$(ask_code start -a later)" 4
  has "create, start -a: output" later
  end later
}
flow_kill() {
  begin victim -- /bin/sh -c 'trap "echo usr1" USR1; trap "" TERM; echo up; while :; do sleep 0.1; done'
  until_true logs_have victim up
  check "kill -s USR1" "$(ask_code kill -s USR1 victim)" 0
  check "it arrives" "$(until_true logs_have victim usr1 && echo yes)" yes
  check "stop of what ignores it" "$(ask_code stop -t 1 victim)" 0
  check "137" "$(field victim .State.ExitCode)" 137
  check "kill of what is stopped fails" "$(ask_code kill victim)" 1
  has "and says so" "is not running"
  check "start" "$(ask_code start victim)" 0
  check "kill" "$(ask_code kill victim)" 0
  check "wait" "$(ask wait victim)" 137
  end victim
}

flow_exec() {
  begin box --hostname box -- /bin/sleep 1000
  check "output" "$(ask exec box /bin/hostname)" box
  check "exit code 7" "$(ask_code exec box /bin/sh -c 'exit 7')" 7
  # 126 for every reason in docker of these versions: moby issue 45795.
  check "a missing program is 126 or 127" "$(ask_code exec box /bin/missing | sed 's/12[67]/yes/')" yes
  has "and is named" /bin/missing
  check "a missing name is 126 or 127" "$(ask_code exec box missing | sed 's/12[67]/yes/')" yes
  has "and says so" "executable file not found in \$PATH"
  check "a directory is 126" "$(ask_code exec box /etc)" 126
  check "-u, -e, -w" "$(ask exec -u 12:34 -e WORD=x -w /home box /bin/sh -c 'id -u; id -g; echo $WORD; pwd')" "12 34 x /home"
  check "-u with a name" "$(ask exec -u guest box /bin/sh -c 'id -u; id -g')" "1000 1001"
  check "-i: standard input" "$(echo typed | docker exec -i box /bin/cat)" typed
  check "-it: exit code" "$(in_terminal docker exec -it box /bin/sh -c 'tty; sleep 1; exit 5')" 5
  has "-it: a terminal" /dev/pts/
  check "-d" "$(ask_code exec -d box /bin/sleep 999)" 0
  ask top box >/dev/null
  has "top: what it started" "sleep 999"
  check "--privileged" "$(ask exec --privileged box /bin/sed -n 's/^CapEff:.//p' /proc/self/status)" "$(docker_capabilities)"
  check "a signal is its code" "$(ask_code exec box /bin/sh -c 'kill -9 $$')" 137
  end box
}

flow_stats() {
  begin measured --memory 64m -- /bin/sleep 1000
  check "stats: the limit" "$(ask stats --no-stream --format '{{.MemUsage}}' measured | sed 's:.*/ ::')" 64MiB
  check "stats: pids" "$(ask stats --no-stream --format '{{.PIDs}}' measured)" 1
  check "top" "$(ask_code top measured)" 0
  has "top: the program" "sleep 1000"
  check "top -o" "$(ask top measured -o pid,comm | tr -s ' ')" "PID COMMAND $(field measured .State.Pid) sleep"
  end measured
  begin spinning -- /bin/sh -c 'while :; do :; done'
  check "stats: processor time of what spins" "$(ask stats --no-stream --format '{{.CPUPerc}}' spinning | sed 's/^[1-9][0-9][0-9.]*%$/time/')" time
  end spinning
}

flow_health() {
  begin healthy --health-cmd 'test -e /tmp/well' --health-interval 1s --health-timeout 60s --health-retries 1 -- /bin/sleep 1000
  check "unhealthy" "$(soon healthy .State.Health.Status unhealthy)" yes
  check "a mark" "$(ask_code exec healthy /bin/touch /tmp/well)" 0
  check "healthy" "$(soon healthy .State.Health.Status healthy)" yes
  end healthy
}

flow_restart() {
  begin again --restart on-failure:2 -- /bin/sh -c 'exit 9'
  check "twice" "$(soon again .RestartCount 2)" yes
  check "then it stays" "$(soon again .State.Status exited)" yes
  check "its code" "$(field again .State.ExitCode)" 9
  end again
}

flow_events() {
  local since
  since=$(date +%s)
  check "a container" "$(box_code --name shown -- /bin/sh -c 'exit 6')" 6
  check "events" "$(ask events --since "$since" --until "$(($(date +%s) + 1))" --filter container=shown --format '{{.Action}}')" \
    "create attach start die destroy"
}

flow_nothing_left() {
  check "containers" "$(ask ps -aq)" ""
  check "shims" "$(until_true no_shims && echo none)" none
  check "cgroups" "$(find /sys/fs/cgroup -type d \( -path '*/docker/*' -o -name 'docker-*.scope' \) | head -n 3)" ""
  check "state" "$(find "$work"/exec/runtime-*/moby -mindepth 1 | head -n 3)" ""
}

# dockerd stops and restarts while the container goes on.
flow_live_restore() {
  local pid
  begin lasting -- /bin/sh -c 'trap "exit 3" TERM; while :; do sleep 0.1; done'
  pid=$(field lasting .State.Pid)
  end_daemon docker
  check "it runs without dockerd" "$(kill -0 "$pid" && echo yes)" yes
  start_docker
  check "it is the same" "$(field lasting .State.Status) $(field lasting .State.Pid)" "running $pid"
  check "exec" "$(ask exec lasting /bin/echo on)" on
  check "stop" "$(ask_code stop -t 60 lasting)" 0
  check "its code" "$(field lasting .State.ExitCode)" 3
  end lasting
}

# Docker 28 asks for the new network namespace of a container before the runtime has restored it.
flow_checkpoint() {
  local common=(--network host)
  can_checkpoint || return
  begin held -- /bin/sh -c "$counter"
  counted held
  check "checkpoint create" "$(ask_code checkpoint create held first)" 0
  check "it has ended" "$(soon held .State.Status exited)" yes
  check "checkpoint ls" "$(ask_code checkpoint ls held)" 0
  has "its name" first
  restored "start --checkpoint" held start --checkpoint first held
  check "pause, unpause" "$(ask_code pause held)$(ask_code unpause held)" 00
  goes_on "then it goes on" held
  check "checkpoint create --leave-running" "$(ask_code checkpoint create --leave-running held second)" 0
  check "it is left running" "$(field held .State.Status)" running
  goes_on "it goes on meanwhile" held
  check "checkpoint rm" "$(ask_code checkpoint rm held first)" 0
  end held
}
