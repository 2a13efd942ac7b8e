# Flows: containers started and watched by systemd.

# A quadlet where podman has them (4.4), else the output of `generate systemd`, which leaves the container in
# machine.slice.
flow_unit() {
  local unit=oci-rt-test pid below=/oci-rt-test.service/
  [ "$major" -ge 5 ] || below=/machine.slice/libpod-
  [ "$major" -ge 5 ] || [ "$driver" = systemd ] || below=/libpod_parent/libpod-
  if [ "$major" -ge 5 ]; then
    mkdir -p /etc/containers/systemd
    printf '[Container]\nContainerName=q1\nImage=localhost/box:latest\nNetwork=none\nPull=never\nExec=sh -c "trap exit TERM; while :; do sleep 0.1; done"\nPidsLimit=30\n' \
      >/etc/containers/systemd/$unit.container
  else
    ask_code create --name q1 --network none --pids-limit 30 box sh -c 'trap exit TERM; while :; do sleep 0.1; done' >/dev/null
    podman generate systemd --new --name q1 | sed 's/network-online.target//' >/etc/systemd/system/$unit.service
    ask_code rm q1 >/dev/null
  fi
  systemctl daemon-reload
  check "start" "$(code systemctl start $unit)" 0
  check "active, Type=notify" "$(output systemctl show -P Type -P ActiveState $unit)" "notify active"
  check "its main process is conmon" "$(cat "/proc/$(output systemctl show -P MainPID $unit)/comm")" conmon
  pid=$(field q1 .State.Pid)
  check "its cgroup is below $below" "$(cut -d: -f3 "/proc/$pid/cgroup" | grep -c "$below")" 1
  check "exec, limits" "$(ask exec q1 cat /sys/fs/cgroup/pids.max)" 30
  check "restart" "$(code systemctl restart $unit)" 0
  check "another process" "$([ "$(field q1 .State.Pid)" != "$pid" ] && echo yes)" yes
  check "stop" "$(code systemctl stop $unit)" 0
  check "no container" "$(ask ps -aq)" ""
  rm -f /etc/containers/systemd/$unit.container /etc/systemd/system/$unit.service
  systemctl daemon-reload
  systemctl reset-failed $unit 2>/dev/null
}

# The program in the container reports its readiness itself.
flow_notify() {
  check "READY=1 from inside" "$(code systemd-run --quiet --wait --collect --service-type=notify --property=NotifyAccess=all --property=TimeoutStartSec=100 \
    --property=Delegate=yes podman run --rm --network none --sdnotify=container --cgroups=split -v /usr:/usr:ro box \
    sh -c '/usr/bin/systemd-notify --ready && sleep 1')" 0
}

# A unit may be pinned to a processor, but its containers are not.
flow_affinity() {
  local pinned=(systemd-run --quiet --wait --pipe --collect --property=CPUAffinity=0)
  check "of the unit" "$(output "${pinned[@]}" nproc)" 1
  begin wide -- /bin/sleep 1000
  check_processors "${pinned[@]}"
  end wide
}
