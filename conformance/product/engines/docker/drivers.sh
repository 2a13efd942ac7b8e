# Flows of vm_docker.sh: device drivers, processors. Sourced by it.

# Runs before dockerd starts, which looks for the hook that --gpus adds. Also makes a runtime named `vendor`, which adds
# hooks to each config and then executes the tested runtime.
prepare_drivers() {
  make_driver
  printf '#!/bin/sh\nexec %s inject\n' $driver_hook >"$work/builder/nvidia-container-runtime-hook"
  cat >"$work/vendor" <<VENDOR
#!/bin/sh
case " \$* " in *" create "*) $driver_hook configure "\$@" || exit ;; esac
exec "$runtime" "\$@"
VENDOR
  chmod +x "$work/vendor" "$work/builder/nvidia-container-runtime-hook"
  [ "$major" -lt 25 ] || make_cdi
}

flow_driver() {
  local seen='wc -c </usr/lib/libcap.so.2'
  check "--gpus: a prestart hook binds a library" "$(said --gpus all $image /bin/sh -c "$seen")" "${driver_wanted%% *}"
  check "a vendor's runtime: ldconfig, chroot, pivot_root, too" "$(said --runtime vendor $image /bin/sh -c "$driver_seen")" "$driver_wanted"
  mkdir -p "$work/libraries"
  check "below a volume" "$(said --runtime vendor -v "$work/libraries:/usr/lib" $image /bin/sh -c "$driver_seen")" "$driver_wanted"
  check "nothing is mounted on the machine" "$(on_machine)" 0
}

flow_cdi() {
  [ "$major" -ge 25 ] || { skip "docker before 25 has none" && return; }
  check "--device CLASS=NAME" "$(said --device oci-rt.test/card=all $image /bin/sh -c "$driver_seen; echo \$CARD; stat -c %t:%T /dev/card")" "$driver_wanted all 1:5"
  check "without" "$(said $image /bin/sh -c 'ls -d /usr/lib/* /dev/card 2>/dev/null')" ""
}

# The engine's units may be pinned to a processor, but its containers are not.
flow_affinity() {
  local unit=(systemd-run --quiet --collect --property=CPUAffinity=0 --property=Delegate=yes --property=KillMode=process)
  end_daemon docker
  end_daemon containerd
  "${unit[@]}" --unit=judged-containerd "$(command -v containerd)" --config "$work/config.toml"
  until_true ctr --address "$work/containerd.sock" version
  "${unit[@]}" --unit=judged-docker --setenv="PATH=$work/builder:$PATH" "$(command -v dockerd)" --config-file "$work/daemon.json"
  check "dockerd answers" "$(until_true docker version && echo yes)" yes
  check "the processors of its unit" "$(awk '/^Cpus_allowed_list/ { print $2 }' "/proc/$(systemctl show -P MainPID judged-docker)/status")" 0
  check "run: all processors" "$(said $image /bin/nproc)" "$(nproc)"
  [ -n "${OCI_RT_WITHOUT_LIMITS:-}" ] || check "run --cpuset-cpus: those" "$(said --cpuset-cpus 1 $image /bin/awk '/^Cpus_allowed_list/ { print $2 }' /proc/self/status)" 1
  begin wide $image /bin/sleep 1000
  check "exec: all processors" "$(ask exec wide /bin/nproc)" "$(nproc)"
  end wide
  systemctl stop judged-docker judged-containerd
  daemon containerd containerd --config "$work/config.toml"
  start_docker
}
