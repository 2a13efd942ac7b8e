# Flows: limits, checked in the cgroup and in podman's view.

flow_limits() {
  local seen
  begin m1 --memory 64m --memory-swap 96m --memory-reservation 32m --cpus 0.5 --cpuset-cpus 0 --cpu-shares 512 --pids-limit 20 -- sleep 1000
  read -r -a seen <<<"$(ask exec m1 sh -c "$(in_cgroup memory.max memory.swap.max memory.low cpu.max cpuset.cpus cpu.weight pids.max)")"
  flow=memory
  check "--memory, --memory-swap, --memory-reservation" "${seen[*]:0:3}" "67108864 33554432 33554432"
  check "podman knows" "$(field m1 .HostConfig.Memory)" 67108864
  check "who made the cgroup" "$(cgroup_of "$id" | grep -c '\.scope$')" "$([ "$driver" = systemd ] && echo 1 || echo 0)"
  flow=cpu
  check "--cpus, --cpuset-cpus" "${seen[*]:3:3}" "50000 100000 0"
  # The conversion of shares to a weight has changed (crun 1.21, runc 1.3), but it stays below the default.
  check "--cpu-shares" "$([ "${seen[6]:-0}" -gt 1 ] && [ "${seen[6]}" -lt 100 ] && echo less)" less
  flow=pids
  check "--pids-limit" "${seen[7]:-}" 20
  flow=limits
  end m1
  flow=pids
  check "no more than that" "$(box --pids-limit 5 -- sh -c 'for i in 1 2 3 4 5 6; do sleep 5 & done; wait' >/dev/null; grep -ci 'fork' "$work/out")" 1
}

flow_no_cgroups() {
  begin n1 --cgroups=disabled -- sleep 1000
  check "it is where podman was" "$(cat "/proc/$(field n1 .State.Pid)/cgroup")" "$(cat /proc/self/cgroup)"
  check "exec" "$(ask exec n1 echo on)" on
  end n1
  check "split: below podman's own cgroup" "$(box --cgroups=split --cgroupns=host -- cut -d: -f3 /proc/self/cgroup | grep -c "^$(cut -d: -f3 /proc/self/cgroup)/")" 1
}

# conmon 2.1.6 (podman 4.3) reports no OOM with any runtime, neither with runc nor with crun.
flow_oom() {
  check "exit code" "$(ask_code run --name o1 --network none --memory 16m --memory-swap 16m box sh -c 'tail /dev/zero; sleep 3; exit 9')" 9
  check "exit code of pid 1" "$(ask_code run --name o2 --network none --memory 16m --memory-swap 16m box tail /dev/zero)" 137
  if [ "$major" -ge 5 ]; then
    check "podman knows why" "$(field o1 .State.OOMKilled)" true
    check "podman knows why pid 1 ended" "$(field o2 .State.OOMKilled)" true
  else
    skip "podman $major does not know why"
  fi
  check "rm" "$(ask_code rm o1 o2)" 0
}
