# Flows: limits. Each is seen in the cgroup, and as podman knows it.

# in_cgroup FILE…: a script that prints them.
in_cgroup() { printf 'cd /sys/fs/cgroup && cat'; printf ' %s' "$@"; }

flow_memory() {
  check "--memory, --memory-swap, --memory-reservation" \
    "$(box --memory 64m --memory-swap 96m --memory-reservation 32m -- sh -c "$(in_cgroup memory.max memory.swap.max memory.low)")" \
    "67108864 33554432 33554432"
  begin m1 --memory 64m -- sleep 1000
  check "podman knows" "$(field m1 .HostConfig.Memory)" 67108864
  check "the machine's side" "$(cgroup_file "$id" memory.max || cat "$(find /sys/fs/cgroup -path "*$id*" -name memory.max | head -n 1)")" 67108864
  check "who made the cgroup" "$(cgroup_of "$id" | grep -c '\.scope$')" "$([ "$manager" = systemd ] && echo 1 || echo 0)"
  end m1
  check "a limit that is too low is refused or kills" "$([ "$(box_code --memory 512k -- true)" != 0 ] && echo yes)" yes
}

flow_cpu() {
  check "--cpus, --cpuset-cpus" "$(box --cpus 0.5 --cpuset-cpus 0 -- sh -c "$(in_cgroup cpu.max cpuset.cpus)")" "50000 100000 0"
  # 1024 shares are the default; how a weight is made from them has changed (crun 1.21, runc 1.3).
  check "--cpu-shares: less than the default" \
    "$(box --cpu-shares 512 -- sh -c "$(in_cgroup cpu.weight)" | awk '{ print $1 > 1 && $1 < 100 ? "less" : $1 }')" less
}

flow_pids() {
  check "--pids-limit" "$(box --pids-limit 20 -- sh -c "$(in_cgroup pids.max)")" 20
  check "no more than that" "$(box --pids-limit 5 -- sh -c 'for i in 1 2 3 4 5 6; do sleep 5 & done; wait' >/dev/null; grep -ci 'fork' "$work/out")" 1
  check "podman's default" "$(box -- sh -c "$(in_cgroup pids.max)")" 2048
}

flow_no_cgroups() {
  begin n1 --cgroups=disabled -- sleep 1000
  check "it is where podman was" "$(cat "/proc/$(field n1 .State.Pid)/cgroup")" "$(cat /proc/self/cgroup)"
  check "exec" "$(output podman exec n1 echo on)" on
  end n1
  begin n2 --cgroups=split -- sleep 1000
  check "split: below podman's own cgroup" "$(cut -d: -f3 "/proc/$(field n2 .State.Pid)/cgroup" | grep -c "^$(cut -d: -f3 /proc/self/cgroup)/")" 1
  end n2
}

flow_oom() {
  local hog='head -c 100000000 /dev/zero | tail | sleep 100'
  check "exit code" "$(code podman run --name o1 --network none --memory 16m --memory-swap 16m box sh -c "exec tail /dev/zero")" 137
  check "podman knows why" "$(field o1 .State.OOMKilled)" true
  end o1
}
