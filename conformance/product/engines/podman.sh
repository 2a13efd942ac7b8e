#!/bin/bash
# podman.sh RUNTIME [FLOW…]: tests podman run, -d, -it, stop, exec codes, kill, rm -f with this runtime, on a plain root
# filesystem. Its storage is in a temporary directory. flow.sh has the other options.
. "$(dirname "$0")/../flow.sh"
. "$(dirname "$0")/machine.sh"
. "$(dirname "$0")/containers.sh"
flows=(run terminal background kill exec create)
common=(--network none --pids-limit 0) forced=(-t 0)

set_up() {
  make_machine
  cli=(podman --root "$work/storage" --runroot "$work/runroot" --tmpdir "$work/libpod"
    --storage-driver vfs --runtime "$runtime" --cgroup-manager cgroupfs)
  image=(--rootfs "$rootfs")
}
# start OPTION… -- WORD…: in the background. Its id is in $id.
start() {
  local options words
  split "$@"
  id=$(ask run -d "${common[@]}" "${options[@]}" "${image[@]}" "${words[@]}")
}
# left ID LABEL: checks for cgroups and state of a removed container.
left() {
  flow=
  check "no cgroup of $2 is left" "$(find /sys/fs/cgroup -type d -name "*$1*" 2>/dev/null | head -n 3)" ""
  check "no state of $2 is left" "$(find /run -maxdepth 3 -name "*$1*" 2>/dev/null | head -n 3)" ""
}

flow_run() {
  check "exit code 0" "$(box_code -- /bin/sh -c 'echo "hello $$"')" 0
  has "output and pid 1" "hello 1"
  check "exit code 7" "$(box_code -- /bin/sh -c 'exit 7')" 7
  check "exit code of a signal" "$(box_code -- /bin/sh -c 'sh -c "kill -9 \$\$"; exit $?')" 137
  check "a missing program is 127" "$(box_code -- /bin/missing)" 127
  check "a missing name is 127" "$(box_code -- missing)" 127
  check "a directory is 126" "$(box_code -- /etc)" 126
  check "standard error" "$(box -- /bin/sh -c 'echo err >&2')$(cat "$work/errors")" err
  check "standard input" "$(echo typed | "${cli[@]}" run --rm -i "${common[@]}" "${image[@]}" /bin/cat)" typed
  check "environment" "$(box -e WORD=x -- /bin/sh -c 'echo $WORD')" x
  check "hostname" "$(box --hostname box -- /bin/hostname)" box
  check "user" "$(box --user 1000:1001 -- /bin/sh -c 'id -u; id -g')" "1000 1001"
  check "working directory" "$(box --workdir /tmp -- /bin/sh -c pwd)" /tmp
  check "a read-only root" "$(box_code --read-only -- /bin/touch /x)" 1
  mkdir -p "$work/volume" && echo shared >"$work/volume/file"
  check "a volume" "$(box -v "$work/volume:/volume:ro" -- /bin/cat /volume/file)" shared
  check "only lo" "$("${cli[@]}" run --rm "${common[@]}" "${image[@]}" /bin/ip -o link | grep -c .)" 1
}

# A terminal, as for a person.
flow_terminal() {
  flow="run -it"
  check "exit code" "$(in_terminal "${cli[@]}" run --rm -it "${common[@]}" "${image[@]}" /bin/sh -c 'tty; sleep 0.5; exit 5')" 5
  has "a terminal" /dev/
}

# Output, stop with the program's own code, remove.
flow_background() {
  start -- /bin/sh -c 'trap "exit 3" TERM; echo begun; while :; do sleep 0.05; done'
  flow="run -d"
  check "running" "$(status "$id")" running
  until_true logs_have "$id" begun
  ask logs "$id" >/dev/null
  has "logs" begun
  flow="stop"
  check "exit code" "$(ask_code stop -t 10 "$id")" 0
  check "the program's own code" "$(field "$id" '.State.ExitCode}} {{.State.Status')" "3 exited"
  flow="start"
  check "again" "$(ask_code start "$id")" 0
  check "running" "$(status "$id")" running
  flow="rm -f"
  check "a running one" "$(ask_code rm -f -t 0 "$id")" 0
  left "$id" "what rm -f removed"
}

flow_kill() {
  start -- /bin/sleep 1000
  check "exit code" "$(ask_code kill "$id")" 0
  flow="wait"
  check "137" "$(ask wait "$id")" 137
  flow="rm"
  check "exit code" "$(ask_code rm "$id")" 0
  left "$id" "what was killed"
}

# In a running container: more programs, a pause, a process list.
flow_exec() {
  start --hostname box -- /bin/sleep 1000
  check "output" "$(ask exec "$id" /bin/hostname)" box
  check "exit code 7" "$(ask_code exec "$id" /bin/sh -c 'exit 7')" 7
  check "a missing program is 127" "$(ask_code exec "$id" /bin/missing)" 127
  check "a directory is 126" "$(ask_code exec "$id" /etc)" 126
  check "user and environment" "$(ask exec --user 12:34 -e WORD=x "$id" /bin/sh -c 'id -u; id -g; echo $WORD')" "12 34 x"
  flow="exec -i"
  check "standard input" "$(echo typed | "${cli[@]}" exec -i "$id" /bin/cat)" typed
  flow="exec -it"
  check "exit code" "$(in_terminal "${cli[@]}" exec -it "$id" /bin/sh -c 'tty; sleep 0.5; exit 5')" 5
  has "a terminal" /dev/
  flow="exec -d"
  check "exit code" "$(ask_code exec -d "$id" /bin/sleep 999)" 0
  flow="top"
  ask top "$id" >/dev/null
  has "what exec started" "sleep 999"
  flow="pause"
  check "exit code" "$(ask_code pause "$id")" 0
  check "status" "$(status "$id")" paused
  flow="unpause"
  check "exit code" "$(ask_code unpause "$id")" 0
  check "it goes on" "$(ask exec "$id" /bin/echo on)" on
  flow="rm -f"
  check "exit code" "$(ask_code rm -f -t 0 "$id")" 0
  left "$id" "what ran more programs"
}

flow_create() {
  id=$(ask create "${common[@]}" "${image[@]}" /bin/sh -c 'echo later')
  flow="create, start -a"
  check "output" "$(ask start -a "$id")" later
  flow="rm"
  check "exit code" "$(ask_code rm "$id")" 0
  flow="ps"
  check "none" "$(ask ps -aq)" ""
}

run_script "$@"
