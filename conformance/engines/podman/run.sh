# Flows: what `podman run` makes of its options.

flow_by_path() {
  check "a program" "$(output podman --runtime "$runtime" run --rm --network none box sh -c 'echo hello $$')" "hello 1"
}

flow_run() {
  check "output, pid, user, directory, environment, host name" \
    "$(box --hostname box --user 1000:1001 --workdir /tmp -e WORD=x -- sh -c 'echo $$ $(id -u):$(id -g) $(pwd) $WORD $(hostname)')" \
    "1 1000:1001 /tmp x box"
  check "nothing on standard error" "$(cat "$work/errors")" ""
  check "exit code 7" "$(box_code -- sh -c 'exit 7')" 7
  check "exit code of a signal" "$(box_code -- sh -c 'sh -c "kill -9 \$\$"; exit $?')" 137
  check "a missing program is 127" "$(box_code -- /bin/missing)" 127
  check "and its error is a line of the runtime's" "$(grep -c "^Error: $kind: .*/bin/missing" "$work/out")" 1
  check "a missing name is 127" "$(box_code -- missing)" 127
  check "a directory is 126" "$(box_code -- /etc)" 126
  check "standard input" "$(echo typed | podman run --rm -i --network none box cat)" typed
  check "standard error" "$(box -- sh -c 'echo err >&2')$(cat "$work/errors")" err
  check "a user by name, with groups" "$(box --user guest --group-add 77 -- id)" "uid=1000(guest) gid=1001(guest) groups=77,1001(guest)"
  check "ulimit, sysctl, oom score" \
    "$(box --ulimit nofile=512:600 --sysctl net.ipv4.ip_default_ttl=33 --oom-score-adj 200 -- \
      sh -c 'ulimit -n; ulimit -Hn; cat /proc/sys/net/ipv4/ip_default_ttl /proc/1/oom_score_adj')" "512 600 33 200"
}

flow_terminal() {
  check "run -it: exit code" "$(in_terminal podman run --rm -it --network none box sh -c 'tty; test -t 0 && test -t 1 && test -t 2 && exit 5')" 5
  has "run -it: a terminal" /dev/pts/0
  timeout "$patience" script -qec "stty cols 91 rows 37; podman run --rm -it --network none box sh -c 'sleep 2; stty size'" /dev/null \
    >"$work/out" 2>&1 </dev/null
  has "run -it: its size" "37 91"
  check "run -it: what is typed" "$( (sleep 4 && echo typed) | timeout "$patience" script -qec \
    "podman run --rm -it --network none box sh -c 'read word; echo got:\$word'" /dev/null | tr -d '\r' | grep got)" "got:typed"
  begin t1 -t -- sh -c 'tty; sleep 1000'
  until_true logs_have t1 /dev/
  check "run -dt: logs" "$(output podman logs t1)" /dev/pts/0
  end t1
}

flow_read_only() {
  check "a read-only root, /tmp and /run for writing" \
    "$(box --read-only -- sh -c 'touch /x 2>/dev/null; echo $?; touch /tmp/x /run/x; echo $?')" "1 0"
  check "nothing for writing" "$(box --read-only --read-only-tmpfs=false -- sh -c 'touch /x /tmp/x /run/x 2>/dev/null; ls /x /tmp /run 2>/dev/null | grep -w x')" ""
}

flow_volumes() {
  local from=$work/from
  mkdir -p "$from/below" && echo shared >"$from/file"
  mount -t tmpfs tmpfs "$from/below"
  check "read-only" "$(box -v "$from:/v:ro" -- sh -c 'cat /v/file; touch /v/x 2>/dev/null; echo $?')" "shared 1"
  check "ro leaves a mount below for writing" "$(box -v "$from:/v:ro,rbind" -- sh -c 'touch /v/below/x; echo $?')" 0
  if [ "$major" -ge 5 ]; then
    check "rro does not" "$(box --mount "type=bind,source=$from,target=/v,ro,bind-propagation=rprivate" -v "$from:/w:rro" -- \
      sh -c 'touch /w/below/x 2>/dev/null; echo $?; touch /w/x 2>/dev/null; echo $?')" "1 1"
  else
    skip "rro: podman 4 has no such option"
  fi
  umount "$from/below"
  check "for writing" "$(box -v "$from:/v" -- touch /v/made)$(ls "$from/made")" "$from/made"
  check "options" "$(box -v "$from:/v:noexec,nosuid,nodev" -- awk '$2 == "/v" { print $4 }' /proc/mounts | tr , '\n' | grep -cE '^(noexec|nosuid|nodev)$')" 3
  check "a named volume, filled from the image" "$(box -v oci-rt-test:/etc -- cat /etc/group | cut -c1-9)" "root:x:0:"
  check "which is kept" "$(box -v oci-rt-test:/v -- sh -c 'ls /v | grep -x passwd')" passwd
  check "and removed" "$(code podman volume rm oci-rt-test)" 0
  check "tmpfs and shm sizes" "$(box --tmpfs /t:size=1m,mode=1700 --shm-size 2m -- sh -c 'df -k /t /dev/shm | awk "NR > 1 { print \$2 }"; stat -c %a /t')" "1024 2048 1700"
  mkdir -p "$from/late"
  begin v1 --mount "type=bind,source=$from,target=/v,bind-propagation=rslave" -- sleep 1000
  mount -t tmpfs tmpfs "$from/late" && touch "$from/late/here"
  check "rslave: a mount made later appears" "$(output podman exec v1 ls /v/late)" here
  umount "$from/late"
  end v1
}

# Who owns a file is mapped, in a container with a user namespace.
flow_idmap() {
  local from=$work/mapped
  mkdir -p "$from" && touch "$from/file" && chown 5:6 "$from/file"
  check "an id-mapped volume" "$(box --uidmap 0:200000:5000 --gidmap 0:200000:5000 -v "$from:/v:idmap" -- stat -c %u:%g /v/file)" 5:6
  check "and without" "$(box --uidmap 0:200000:5000 --gidmap 0:200000:5000 -v "$from:/v" -- stat -c %u:%g /v/file)" 65534:65534
}

flow_devices() {
  check "one that may be read" "$(box --device /dev/vda:/dev/mine:r -- sh -c 'head -c 3 /dev/mine | wc -c; true 2>/dev/null >/dev/mine; echo $?')" "3 1"
  check "one by major and minor that may not" "$(box --cap-add MKNOD -- sh -c 'mknod /kmsg c 1 11; cat /kmsg 2>&1 | tail -c 24; mknod /null c 1 3; echo x >/null && echo null')" \
    "Operation not permitted null"
  check "the usual ones" "$(box -- sh -c 'for d in null zero full tty random urandom ptmx; do test -c /dev/$d && echo $d; done')" \
    "null zero full tty random urandom ptmx"
  check "privileged: the machine's" "$(box --privileged -- sh -c 'test -b /dev/vda && echo vda')" vda
}

flow_hooks() {
  local hooks=$work/hooks.d stage
  mkdir -p "$hooks"
  for stage in prestart createRuntime poststart poststop; do
    cat >"$hooks/$stage.json" <<JSON
{"version": "1.0.0", "hook": {"path": "/bin/sh", "args": ["sh", "-c", "sed 's/.*\"status\": *\"\\\\([a-z]*\\\\)\".*/$stage \\\\1/' | grep -o '$stage [a-z]*' >>$work/hooks.log"]},
 "when": {"always": true}, "stages": ["$stage"]}
JSON
  done
  : >"$work/hooks.log"
  check "exit code" "$(code podman --hooks-dir "$hooks" run --rm --network none box true)" 0
  until_true grep -q poststop "$work/hooks.log"
  check "each ran, with the state" "$(sed 's/creating/created/' "$work/hooks.log" | tr '\n' ' ')" \
    "prestart created createRuntime created poststart running poststop stopped "
  rm -rf "$hooks"
}

flow_descriptors() {
  echo given >"$work/given"
  check "--preserve-fds" "$(podman run --rm --network none --preserve-fds 1 box cat /proc/self/fd/3 3<"$work/given")" given
  check "no others" "$(box -- sh -c 'ls /proc/self/fd | tr "\n" " "' | sed 's/ 3$//')" "0 1 2"
}
