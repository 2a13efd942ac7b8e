# Flows: options of `podman run`.

flow_by_path() {
  check "a program" "$(ask --runtime "$runtime" run --rm --network none box sh -c 'echo hello $$')" "hello 1"
}

flow_run() {
  check "output, pid, user, directory, environment, host name" \
    "$(box --hostname box --user 1000:1001 --workdir /tmp -e WORD=x -- sh -c 'echo $$ $(id -u):$(id -g) $(pwd) $WORD $(hostname)')" \
    "1 1000:1001 /tmp x box"
  check "nothing on standard error" "$(cat "$work/errors")" ""
  check "exit code 7" "$(box_code -- sh -c 'echo err >&2; exit 7')" 7
  has "standard error" err
  check "exit code of a signal" "$(box_code -- sh -c 'sh -c "kill -9 \$\$"; exit $?')" 137
  check "a missing program is 127" "$(box_code -- /bin/missing)" 127
  check "and its error is a line of the runtime's" "$(grep -c "^Error: $kind: .*/bin/missing" "$work/out")" 1
  check "a directory is 126" "$(box_code -- /etc)" 126
  check "standard input" "$(echo typed | podman run --rm -i --network none box cat)" typed
  check "a user by name, groups, ulimit, sysctl, oom score" \
    "$(box --user guest --group-add 77 --ulimit nofile=512:600 --sysctl net.ipv4.ip_default_ttl=33 --oom-score-adj 200 -- \
      sh -c 'id -G; ulimit -n; ulimit -Hn; cat /proc/sys/net/ipv4/ip_default_ttl /proc/1/oom_score_adj')" "1001 77 512 600 33 200"
}

flow_terminal() {
  (sleep 6 && echo typed) | timeout "$patience" script -qec "stty cols 91 rows 37; podman run --rm -it --network none box \
    sh -c 'tty; read word; stty size; echo got:\$word; test -t 0 && test -t 1 && test -t 2 && exit 5'" /dev/null >"$work/out" 2>&1
  check "run -it: exit code" $? 5
  has "run -it: a terminal" /dev/pts/0
  has "run -it: its size" "37 91"
  has "run -it: what is typed" got:typed
  begin t1 -t -- sh -c 'tty; sleep 1000'
  check "run -dt: logs" "$(until_true logs_have t1 /dev/; ask logs t1)" /dev/pts/0
  end t1
}

flow_read_only() {
  check "a read-only root, /tmp and /run for writing" \
    "$(box --read-only -- sh -c 'touch /x 2>/dev/null; echo $?; touch /tmp/x /run/x; echo $?')" "1 0"
}

flow_volumes() {
  local from=$work/from
  mkdir -p "$from/below" "$from/late" && echo shared >"$from/file"
  mount -t tmpfs tmpfs "$from/below"
  check "ro, and a mount below is not; rw; mount options; sizes of tmpfs and shm" \
    "$(box -v "$from:/v:ro,rbind" -v "$work:/w:noexec,nosuid,nodev" --tmpfs /t:size=1m,mode=1700 --shm-size 2m -- sh -c '
      cat /v/file; touch /v/x 2>/dev/null; echo $?; touch /v/below/x; echo $?; touch /w/made; echo $?
      awk "\$2 == \"/w\" { print \$4 }" /proc/mounts | tr , "\n" | grep -cE "^(noexec|nosuid|nodev)$"
      df -k /t /dev/shm | awk "NR > 1 { print \$2 }"; stat -c %a /t')" "shared 1 0 0 3 1024 2048 1700"
  skip "rro: podman up to 5.8 has no such option"
  umount "$from/below"
  check "a named volume, filled from the image" "$(box -v oci-rt-test:/etc -- cut -c1-9 /etc/passwd | cut -d' ' -f1)" "root:x:0:"
  check "volume rm" "$(ask_code volume rm oci-rt-test)" 0
  begin v1 --mount "type=bind,source=$from,target=/v,bind-propagation=rslave" -- sleep 1000
  mount -t tmpfs tmpfs "$from/late" && touch "$from/late/here"
  check "rslave: a mount made later appears" "$(ask exec v1 ls /v/late)" here
  umount "$from/late"
  end v1
}

# File owners are mapped in a container with a user namespace.
flow_idmap() {
  local from=$work/mapped
  mkdir -p "$from" && touch "$from/file" && chown 5:6 "$from/file"
  check "an id-mapped volume, and one that is not" "$(box --uidmap 0:200000:5000 --gidmap 0:200000:5000 -v "$from:/v:idmap" -v "$from:/w" -- \
    stat -c %u:%g /v/file /w/file)" "5:6 65534:65534"
}

flow_devices() {
  check "one that may be read, the usual ones, one that is forbidden" "$(box --cap-add MKNOD --device /dev/vda:/dev/mine:r -- sh -c '
    head -c 3 /dev/mine | wc -c; true 2>/dev/null >/dev/mine; echo $?
    for d in null zero full tty random urandom ptmx; do test -c /dev/$d && echo $d; done
    mknod /kmsg c 1 11; cat /kmsg 2>&1 | grep -o "not permitted"')" "3 1 null zero full tty random urandom ptmx not permitted"
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
  check "exit code" "$(ask_code --hooks-dir "$hooks" run --rm --network none box true)" 0
  until_true grep -q poststop "$work/hooks.log"
  # podman 5 has no prestart hooks: it turns them into createRuntime hooks, in the order of the file names.
  local first="prestart created createRuntime created"
  [ "$major" -lt 5 ] || first="createRuntime created prestart created"
  check "each ran, with the state" "$(sed 's/creating/created/' "$work/hooks.log" | tr '\n' ' ')" \
    "$first poststart running poststop stopped "
  rm -rf "$hooks"
}

flow_descriptors() {
  echo given >"$work/given"
  # The last one is the directory that ls reads.
  check "--preserve-fds, and no others" "$(podman run --rm --network none --preserve-fds 1 box sh -c 'cat <&3; exec ls /proc/self/fd' 3<"$work/given" | tr '\n' ' ')" "given 0 1 2 3 4 "
}

# podman creates the directory if it can. Below a mount it leaves that to the runtime.
flow_directory() {
  check "--workdir below a tmpfs, --read-only" "$(box --read-only --tmpfs /t --workdir /t/deep/er -- pwd)" /t/deep/er
  printf 'FROM localhost/box\nWORKDIR /of/image\n' >"$work/directory"
  check "build" "$(ask_code build --pull=never --isolation chroot -t directory -f "$work/directory" "$work/tmp")" 0
  check "WORKDIR of the image, --read-only" "$(ask run --rm --network none --read-only --user 1000 directory pwd)" /of/image
  check "rmi" "$(ask_code rmi directory)" 0
}

driven() {
  local cli=(podman --hooks-dir "$work/drivers.d")
  box "$@"
}
prepare_drivers() {
  local stage verb
  make_driver
  make_cdi
  mkdir -p "$work/drivers.d"
  for stage in prestart createContainer; do
    verb=refresh
    [ "$stage" != prestart ] || verb=inject
    cat >"$work/drivers.d/$stage.json" <<JSON
{"version": "1.0.0", "hook": {"path": "$driver_hook", "args": ["driver_hook.py", "$verb"]}, "when": {"always": true}, "stages": ["$stage"]}
JSON
  done
}
more_driven() {
  # A createContainer hook also runs in the user namespace, where it may not read the bundle.
  rm "$work/drivers.d/createContainer.json"
  check "with a user namespace: a library" "$(driven --userns=auto:size=4096 -- wc -c /usr/lib/libcap.so.2)" "${driver_wanted%% *} /usr/lib/libcap.so.2"
}
