#!/bin/bash
# podman.sh RUNTIME: tests podman run, -d, -it, stop, exec codes, kill, rm -f with this runtime, on a plain root
# filesystem. Its storage is in a temporary directory. Ends "N passed, N failed, N skipped".
. "$(dirname "$0")/common.sh"

engine=("$(command -v podman)" --root "$work/storage" --runroot "$work/runroot" --tmpdir "$work/libpod"
  --storage-driver vfs --runtime "$runtime" --cgroup-manager cgroupfs)
container=(--network none --pids-limit 0 --rootfs "$rootfs")
ask() { "${engine[@]}" "$@"; }
podman_run=("${engine[@]}" run --rm)

check "run: exit code 0" "$(code "${podman_run[@]}" "${container[@]}" /bin/sh -c 'echo "hello $$"')" 0
has "run: output and pid 1" "$work/out" "hello 1"
check "run: exit code 7" "$(code "${podman_run[@]}" "${container[@]}" /bin/sh -c 'exit 7')" 7
check "run: exit code of a signal" "$(code "${podman_run[@]}" "${container[@]}" /bin/sh -c 'sh -c "kill -9 \$\$"; exit $?')" 137
check "run: a missing program is 127" "$(code "${podman_run[@]}" "${container[@]}" /bin/missing)" 127
check "run: a missing name is 127" "$(code "${podman_run[@]}" "${container[@]}" missing)" 127
check "run: a directory is 126" "$(code "${podman_run[@]}" "${container[@]}" /etc)" 126
check "run: standard error" "$("${podman_run[@]}" "${container[@]}" /bin/sh -c 'echo err >&2' 2>&1 >/dev/null)" err
check "run: standard input" "$(echo typed | "${podman_run[@]}" -i "${container[@]}" /bin/cat)" typed
check "run: environment" "$("${podman_run[@]}" -e WORD=x "${container[@]}" /bin/sh -c 'echo $WORD')" x
check "run: hostname" "$("${podman_run[@]}" --hostname box "${container[@]}" /bin/hostname)" box
check "run: user" "$("${podman_run[@]}" --user 1000:1001 "${container[@]}" /bin/sh -c 'id -u; id -g' | tr '\n' ' ')" "1000 1001 "
check "run: working directory" "$("${podman_run[@]}" --workdir /tmp "${container[@]}" /bin/sh -c pwd)" /tmp
check "run: a read-only root" "$(code "${podman_run[@]}" --read-only "${container[@]}" /bin/touch /x)" 1
mkdir -p "$work/volume" && echo shared >"$work/volume/file"
check "run: a volume" "$("${podman_run[@]}" -v "$work/volume:/volume:ro" "${container[@]}" /bin/cat /volume/file)" shared
check "run: only lo" "$("${podman_run[@]}" "${container[@]}" /bin/ip -o link | grep -c .)" 1

# A terminal, as for a person.
timeout 60 script -qec "$(printf '%q ' "${podman_run[@]}" -it "${container[@]}" /bin/sh -c 'tty; sleep 0.5; exit 5')" /dev/null \
  >"$work/out" 2>&1 </dev/null
check "run -it: exit code" "$?" 5
has "run -it: a terminal" "$work/out" /dev/

# In the background: output, stop with the program's own code, remove.
id=$(ask run -d "${container[@]}" /bin/sh -c 'trap "exit 3" TERM; echo begun; while :; do sleep 0.05; done')
check "run -d: running" "$(ask inspect --format '{{.State.Status}}' "$id")" running
for _ in 1 2 3 4 5 6 7 8 9 10; do ask logs "$id" 2>/dev/null | grep -q begun && break; sleep 0.1; done
ask logs "$id" >"$work/out" 2>&1
has "run -d: logs" "$work/out" begun
check "stop: exit code" "$(code "${engine[@]}" stop -t 10 "$id")" 0
check "stop: the program's own code" "$(ask inspect --format '{{.State.ExitCode}} {{.State.Status}}' "$id")" "3 exited"
check "start: again" "$(code "${engine[@]}" start "$id")" 0
check "start: running" "$(ask inspect --format '{{.State.Status}}' "$id")" running
check "rm -f: a running one" "$(code "${engine[@]}" rm -f -t 0 "$id")" 0
left "$id" "what rm -f removed"

id=$(ask run -d "${container[@]}" /bin/sleep 1000)
check "kill: exit code" "$(code "${engine[@]}" kill "$id")" 0
check "wait: 137" "$(ask wait "$id")" 137
check "rm: exit code" "$(code "${engine[@]}" rm "$id")" 0
left "$id" "what was killed"

# In a running container: more programs, a pause, a process list.
id=$(ask run -d --hostname box "${container[@]}" /bin/sleep 1000)
check "exec: output" "$(ask exec "$id" /bin/hostname)" box
check "exec: exit code 7" "$(code "${engine[@]}" exec "$id" /bin/sh -c 'exit 7')" 7
check "exec: a missing program is 127" "$(code "${engine[@]}" exec "$id" /bin/missing)" 127
check "exec: a directory is 126" "$(code "${engine[@]}" exec "$id" /etc)" 126
check "exec: user and environment" "$(ask exec --user 12:34 -e WORD=x "$id" /bin/sh -c 'id -u; id -g; echo $WORD' | tr '\n' ' ')" "12 34 x "
check "exec -i: standard input" "$(echo typed | ask exec -i "$id" /bin/cat)" typed
timeout 60 script -qec "$(printf '%q ' "${engine[@]}" exec -it "$id" /bin/sh -c 'tty; sleep 0.5; exit 5')" /dev/null \
  >"$work/out" 2>&1 </dev/null
check "exec -it: exit code" "$?" 5
has "exec -it: a terminal" "$work/out" /dev/
check "exec -d: exit code" "$(code "${engine[@]}" exec -d "$id" /bin/sleep 999)" 0
ask top "$id" >"$work/out" 2>&1
has "top: what exec started" "$work/out" "sleep 999"
check "pause: exit code" "$(code "${engine[@]}" pause "$id")" 0
check "pause: status" "$(ask inspect --format '{{.State.Status}}' "$id")" paused
check "unpause: exit code" "$(code "${engine[@]}" unpause "$id")" 0
check "unpause: it goes on" "$(ask exec "$id" /bin/echo on)" on
check "rm -f: exit code" "$(code "${engine[@]}" rm -f -t 0 "$id")" 0
left "$id" "what ran more programs"

id=$(ask create "${container[@]}" /bin/sh -c 'echo later')
check "create, start -a: output" "$(ask start -a "$id")" later
check "rm: exit code" "$(code "${engine[@]}" rm "$id")" 0
check "ps: none" "$(ask ps -aq)" ""
close_engine
