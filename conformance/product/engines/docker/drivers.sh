# Flows of vm_docker.sh: device drivers, processors.

# Runs before dockerd starts, which looks for the hook that --gpus adds. Also makes a runtime named `vendor`, which adds
# hooks to each config and then executes the tested runtime.
prepare_drivers() {
  make_driver
  printf '#!/bin/sh\nexec %s inject\n' "$driver_hook" >"$work/builder/nvidia-container-runtime-hook"
  cat >"$work/vendor" <<VENDOR
#!/bin/sh
case " \$* " in *" create "*) $driver_hook configure "\$@" || exit ;; esac
exec "$runtime" "\$@"
VENDOR
  chmod +x "$work/vendor" "$work/builder/nvidia-container-runtime-hook"
  [ "$major" -lt 25 ] || make_cdi
}
driven() { box --runtime vendor "$@"; }
more_driven() {
  check "--gpus: a prestart hook binds a library" "$(box --gpus all -- /bin/sh -c 'wc -c </usr/lib/libcap.so.2')" "${driver_wanted%% *}"
}

# The engine's units may be pinned to a processor, but its containers are not.
flow_affinity() {
  local unit=(systemd-run --quiet --collect --property=CPUAffinity=0 --property=Delegate=yes --property=KillMode=process)
  end_daemon docker
  end_daemon containerd
  "${unit[@]}" --unit=judged-containerd "$(command -v containerd)" --config "$work/config.toml"
  until_true containerd_answers
  "${unit[@]}" --unit=judged-docker --setenv="PATH=$work/builder:$PATH" "$(command -v dockerd)" --config-file "$work/daemon.json"
  check "dockerd answers" "$(until_true docker version && echo yes)" yes
  check "the processors of its unit" "$(awk '/^Cpus_allowed_list/ { print $2 }' "/proc/$(systemctl show -P MainPID judged-docker)/status")" 0
  begin wide -- /bin/sleep 1000
  check_processors env
  end wide
  systemctl stop judged-docker judged-containerd
  start_containerd
  start_docker
}
