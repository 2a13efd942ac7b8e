# Flows of vm_docker.sh: options of containers.

flow_info() {
  check "default runtime" "$(ask info --format '{{.DefaultRuntime}}')" judged
  check "cgroups" "$(ask info --format '{{.CgroupDriver}} {{.CgroupVersion}}')" "$driver 2"
  check "its commit" "$(ask info --format '{{.RuncCommit.ID}}')" "$("$runtime" --version | sed -n 's/^commit: //p')"
  if [ "$major" -ge 25 ]; then
    ask info --format '{{json .Runtimes}}' >/dev/null
    has "its features" ociVersionMax
  else
    skip "its features: docker before 25 does not ask for them"
  fi
}

flow_limits() {
  begin limited --memory 64m --memory-reservation 32m --memory-swap 64m --cpus 0.5 --cpu-shares 512 --cpuset-cpus 0 --pids-limit 50 -- /bin/sleep 1000
  local pair
  for pair in memory.max=67108864 memory.low=33554432 memory.swap.max=0 "cpu.max=50000 100000" cpuset.cpus=0 pids.max=50; do
    check "${pair%%=*}" "$(cgroup_file "$id" "${pair%%=*}")" "${pair#*=}"
  done
  # Other versions of runc and crun convert shares to other weights, all below the default of 100.
  check "cpu.weight" "$([ "$(cgroup_file "$id" cpu.weight)" -lt 100 ] && echo less)" less
  check "what it sees" "$(ask exec limited /bin/cat /sys/fs/cgroup/memory.max)" 67108864
  end limited
}

flow_update() {
  begin changed --memory 64m --cpus 0.5 -- /bin/sleep 1000
  check "update" "$(ask_code update --memory 48m --memory-swap 96m --cpus 0.25 --pids-limit 60 changed)" 0
  check "memory.max" "$(cgroup_file "$id" memory.max)" 50331648
  check "memory.swap.max" "$(cgroup_file "$id" memory.swap.max)" 50331648
  check "cpu.max" "$(cgroup_file "$id" cpu.max)" "25000 100000"
  check "pids.max" "$(cgroup_file "$id" pids.max)" 60
  check "a device is still there" "$(ask exec changed /bin/sh -c 'echo x >/dev/null && echo yes')" yes
  end changed
}

flow_oom() {
  check "exit code" "$(ask_code run --name oom --network none --memory 20m --memory-swap 20m "${image[@]}" /bin/sh -c 'exec tail /dev/zero')" 137
  check "OOMKilled" "$(field oom .State.OOMKilled)" true
  end oom
}

flow_options() {
  check "-e" "$(box -e WORD=said -- /bin/sh -c 'echo $WORD')" said
  check "--user" "$(box --user guest -- /bin/sh -c 'id -u; id -g')" "1000 1001"
  check "--group-add" "$(box --user 12:34 --group-add 56 -- /bin/id -G)" "34 56"
  check "--workdir" "$(box --workdir /made/here -- /bin/pwd)" /made/here
  check "--hostname" "$(box --hostname box -- /bin/hostname)" box
  check "--read-only" "$(box_code --read-only -- /bin/touch /made)" 1
  check "--tmpfs" "$(box --read-only --tmpfs /tmp:size=1m -- /bin/sh -c 'touch /tmp/made && grep -c " /tmp tmpfs" /proc/mounts')" 1
  check "--ulimit" "$(box --ulimit nofile=512:1024 -- /bin/sh -c 'ulimit -n; ulimit -Hn')" "512 1024"
  check "--sysctl" "$(box --sysctl net.ipv4.ip_forward=1 -- /bin/cat /proc/sys/net/ipv4/ip_forward)" 1
  check "--shm-size" "$(box --shm-size 2m -- /bin/sh -c 'df -k /dev/shm | tail -n 1' | awk '{ print $2 }')" 2048
  check "--oom-score-adj" "$(box --oom-score-adj 500 -- /bin/cat /proc/self/oom_score_adj)" 500
}

flow_directory() {
  check "--workdir that is missing, --read-only" "$(box --read-only --workdir /made/here -- /bin/pwd)" /made/here
  check "of a user, below a tmpfs" "$(box --read-only --tmpfs /t --user 1000 --workdir /t/deep/er -- /bin/pwd)" /t/deep/er
}

flow_volumes() {
  mkdir -p "$work/volume/nested" && echo shared >"$work/volume/file"
  check "-v" "$(box -v "$work/volume:/volume" -- /bin/sh -c 'echo more >>/volume/file; cat /volume/file')" "shared more"
  check "-v ro" "$(box_code -v "$work/volume:/volume:ro" -- /bin/touch /volume/file)" 1
  mount -t tmpfs none "$work/volume/nested"
  check "-v ro: what is mounted below" "$(box_code -v "$work/volume:/volume:ro" -- /bin/touch /volume/nested/made)" "$(nested_code)"
  umount "$work/volume/nested"
  check "a named one" "$(box -v named:/volume -- /bin/sh -c 'echo kept >/volume/file')" ""
  check "and again" "$(box -v named:/volume -- /bin/cat /volume/file)" kept
  check "--mount" "$(box --mount "type=bind,src=$work/volume,dst=/volume,bind-propagation=rslave" -- /bin/head -n 1 /volume/file)" shared
  check "a file" "$(box -v "$work/volume/file:/etc/one:ro" -- /bin/head -n 1 /etc/one)" shared
  check "volume rm" "$(ask_code volume rm named)" 0
}
# Since docker 25, read-only is recursive if the runtime supports it.
nested_code() {
  if [ "$major" -ge 25 ] && "$runtime" features 2>/dev/null | grep -q '"rro"'; then echo 1; else echo 0; fi
}

flow_devices() {
  check "not without --device" "$(box_code -- /bin/test -e /dev/ttyS0)" 1
  check "--device" "$(box_code --device /dev/ttyS0:/dev/serial -- /bin/test -c /dev/serial)" 0
  check "--device, r: writing" "$(box_code --device /dev/kmsg:/dev/other:r -- /bin/sh -c 'echo x >/dev/other')" 1
  has "is refused" "not permitted"
  check "another device is refused" "$(box_code -- /bin/sh -c 'mknod /kmsg c 1 11 && head -c 1 /kmsg')" 1
  check "--device-cgroup-rule" "$(box_code --device-cgroup-rule 'c 1:9 r' -- /bin/sh -c 'mknod /u c 1 9 && head -c 1 /u >/dev/null')" 0
}

flow_confinement() {
  check "seccomp by default" "$(box -- /bin/sh -c 'sed -n "s/^Seccomp:.//p" /proc/self/status')" 2
  cat >"$work/seccomp.json" <<'FILTER'
{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95}]}
FILTER
  check "seccomp=FILE" "$(box_code --security-opt "seccomp=$work/seccomp.json" -- /bin/mkdir /made)" 1
  has "the errno" "not supported"
  check "seccomp=unconfined" "$(box --security-opt seccomp=unconfined -- /bin/sh -c 'sed -n "s/^Seccomp:.//p" /proc/self/status')" 0
  check "no-new-privileges" "$(box --security-opt no-new-privileges -- /bin/sh -c 'sed -n "s/^NoNewPrivs:.//p" /proc/self/status')" 1
  check "masked" "$(box -- /bin/sh -c 'cat /proc/timer_list | wc -c; ls /sys/firmware | wc -l')" "0 0"
  if [ -e /sys/kernel/security/apparmor/profiles ]; then
    check "AppArmor by default" "$(box -- /bin/cat /proc/self/attr/current)" "docker-default (enforce)"
    check "apparmor=unconfined" "$(box --security-opt apparmor=unconfined -- /bin/cat /proc/self/attr/current)" unconfined
    check "an unknown profile fails" "$(box_code --security-opt apparmor=missing -- /bin/true)" 125
  else
    skip "AppArmor: this kernel has none"
  fi
}

flow_capabilities() {
  local default=00000000a80425fb
  check "the default" "$(box -- /bin/sh -c 'sed -n "s/^CapEff:.//p" /proc/self/status')" $default
  check "--cap-drop" "$(box_code --cap-drop CHOWN -- /bin/chown 1 /home)" 1
  check "--cap-drop ALL" "$(box --cap-drop ALL -- /bin/sh -c 'sed -n "s/^CapBnd:.//p" /proc/self/status')" 0000000000000000
  check "--cap-add" "$(box --cap-add NET_ADMIN -- /bin/sh -c 'ip link set lo mtu 2000 && cat /sys/class/net/lo/mtu')" 2000
  check "a user has none" "$(box --user 1000 -- /bin/sh -c 'sed -n "s/^CapEff:.//p" /proc/self/status')" 0000000000000000
}

flow_privileged() {
  check "all capabilities" "$(box --privileged -- /bin/sh -c 'sed -n "s/^CapEff:.//p" /proc/self/status')" \
    "$(docker_capabilities)"
  check "mount" "$(box_code --privileged -- /bin/mount -t tmpfs none /home)" 0
  check "the host's devices" "$(box_code --privileged -- /bin/test -b /dev/vda)" 0
  check "sysfs is writable" "$(box_code --privileged -- /bin/sh -c 'grep " /sys sysfs rw" /proc/mounts')" 0
}

flow_init() {
  check "pid 1" "$(box --init -- /bin/sh -c 'cat /proc/1/comm; echo $$' | sed 's/ [0-9]*$//')" docker-init
  check "exit code" "$(box_code --init -- /bin/sh -c 'exit 8')" 8
}

flow_network() {
  check "none: only lo" "$(box -- /bin/sh -c 'ls /sys/class/net')" lo
  check "host" "$(ask run --rm --network host "${image[@]}" /bin/readlink /proc/self/ns/net)" "$(readlink /proc/self/ns/net)"
  if ! docker network inspect bridge >/dev/null 2>&1; then
    skip "bridge: docker made none"
    return
  fi
  check "bridge: eth0" "$(ask run --rm "${image[@]}" /bin/sh -c 'ls /sys/class/net')" "eth0 lo"
  check "bridge: the gateway answers" "$(ask_code run --rm "${image[@]}" /bin/ping -c 1 -W 20 "$(ip -4 -o address show docker0 | tr -s ' ' | cut -d' ' -f4 | cut -d/ -f1)")" 0
  begin served -- /bin/sleep 1000
  check "container:" "$(ask run --rm --network container:served "${image[@]}" /bin/readlink /proc/self/ns/net)" "$(ask exec served /bin/readlink /proc/self/ns/net)"
  end served
}

flow_namespaces() {
  check "--pid host" "$(box --pid host -- /bin/readlink /proc/self/ns/pid)" "$(readlink /proc/self/ns/pid)"
  check "--ipc host" "$(box --ipc host -- /bin/readlink /proc/self/ns/ipc)" "$(readlink /proc/self/ns/ipc)"
  check "--uts host" "$(box --uts host -- /bin/hostname)" "$(hostname)"
  check "--cgroupns private" "$(box --cgroupns private -- /bin/cat /proc/self/cgroup)" 0::/
  check "--cgroupns host" "$(box --cgroupns host -- /bin/readlink /proc/self/ns/cgroup)" "$(readlink /proc/self/ns/cgroup)"
  begin shown -- /bin/sleep 1000
  check "--pid container:" "$(box_code --pid container:shown -- /bin/grep -q sleep /proc/1/comm)" 0
  end shown
}

flow_build() {
  mkdir -p "$work/context"
  printf 'FROM %s\nRUN echo made >/made\nRUN test "$(cat /made)" = made && id -u >/user\nCMD cat /made /user\n' "${image[@]}" >"$work/context/Dockerfile"
  check "docker build" "$(ask_code build --network none -t classic "$work/context")" 0
  check "what it made" "$(from classic --)" "made 0"
  printf 'FROM %s\nRUN exit 11\n' "${image[@]}" >"$work/context/Dockerfile"
  check "a failing RUN" "$(ask_code build --network none "$work/context")" 11
  mapfile -t words < <(docker ps -aq)
  ask_code rm -f "${words[@]}" >/dev/null
}

flow_buildkit() {
  mkdir -p "$work/context"
  printf 'FROM %s\nRUN echo made >/made\nRUN test "$(cat /made)" = made && id -u >/user\nCMD cat /made /user\n' "${image[@]}" >"$work/context/Dockerfile"
  check "docker build" "$(code env DOCKER_BUILDKIT=1 docker build --network none -t kit "$work/context")" 0
  cp "$work/built" "$work/out" 2>/dev/null
  has "this runtime ran it" "run --bundle"
  check "what it made" "$(from kit --)" "made 0"
  printf 'FROM %s\nRUN exit 11\n' "${image[@]}" >"$work/context/Dockerfile"
  check "a failing RUN" "$(code env DOCKER_BUILDKIT=1 docker build --network none "$work/context")" 1
  has "its code" "11"
}

# A second daemon: all its containers have a user namespace.
flow_userns_remap() {
  end_daemon docker
  grep -q '^dockremap:' /etc/passwd || echo 'dockremap:x:977:977::/:/bin/false' >>/etc/passwd
  grep -q '^dockremap:' /etc/group || echo 'dockremap:x:977:' >>/etc/group
  echo dockremap:300000:65536 | tee /etc/subuid >/etc/subgid
  chmod 711 "$work" && echo settled >"$work/settled"
  write_settings '"userns-remap": "default"'
  start_docker
  check "load" "$(ask_code load -i "$archive")" 0
  check "uid_map" "$(box -- /bin/cat /proc/self/uid_map | tr -s ' ')" " 0 300000 65536"
  begin mapped -- /bin/sleep 1000
  check "on the host" "$(stat -c %u "/proc/$(field mapped .State.Pid)")" 300000
  check "exec" "$(ask exec mapped /bin/id -u)" 0
  check "-v /:/host:ro" "$(box -v /:/host:ro,rslave -- /bin/sh -c "cat /host$work/settled; touch /host/made 2>/dev/null; echo \$?")" "settled 1"
  check "--tmpfs /root: its mode" "$(box --tmpfs /root -- /bin/stat -c %a /root)" 700
  check "a device on another" "$(box -v /dev/urandom:/dev/random -- /bin/stat -c %t:%T /dev/random)" 1:9
  check "--userns host" "$(box --userns host -- /bin/readlink /proc/self/ns/user)" "$(readlink /proc/self/ns/user)"
  check "-it: exit code" "$(in_terminal docker run --rm -it --network none "${image[@]}" /bin/sh -c 'tty; sleep 1; exit 5')" 5
  end mapped
}
