#!/bin/bash
# notify.sh RUNTIME [FLOW…]: tests services of Type=notify with the program in a container. Runs inside the virtual machine,
# where systemd is the manager. flow.sh has the other options.
. "$(dirname "$0")/../flow.sh"
flows=(run detached ends)
patience=120

set_up() {
  build=${BUILD_DIR:-$(dirname "$0")/../../../build}
  root=$work/state
}
clean_up() { systemctl --quiet stop "on-*" 2>/dev/null; }
show() { systemctl show --property "$2" --value "$1"; }
ended() { [ "$(show "$1" ActiveState)" != active ]; }

# bundle NAME SCRIPT
bundle() {
  local rootfs=$work/$1/rootfs
  mkdir -p "$rootfs"/{bin,proc,dev}
  cp "$(command -v busybox)" "$rootfs/bin/busybox"
  cp "$build/conformance/oci-probe" "$rootfs/bin/probe"
  cat >"$work/$1/config.json" <<JSON
{"ociVersion": "1.2.0", "root": {"path": "rootfs", "readonly": true},
 "process": {"cwd": "/", "user": {"uid": 0, "gid": 0}, "env": ["PATH=/bin"],
             "args": ["/bin/busybox", "sh", "-c", "$2"]},
 "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"},
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs"}],
 "linux": {"namespaces": [{"type": "pid"}, {"type": "mount"}, {"type": "ipc"}, {"type": "uts"}]}}
JSON
}

# service NAME WORD…: prints the exit code, when the service is ready or has failed.
service() {
  local name=$1
  shift
  code systemd-run --quiet --collect --unit="$name" --property=Type=notify --property=TimeoutStartSec=60 \
    "$runtime" --root "$root" "$@"
}

flow_run() {
  bundle on-run 'trap exit TERM; busybox sleep 1; probe notify STATUS=up READY=1 barrier; busybox sleep 1000 & wait'
  check 'the service starts' "$(service on-run run --bundle "$work/on-run" on-run)" 0
  check 'it is active once the program is ready' "$(show on-run ActiveState)" active
  check 'its status is the one that the program told' "$(show on-run StatusText)" up
  check 'the main process is the runtime' "$(readlink "/proc/$(show on-run MainPID)/exe")" "$runtime"
  systemctl stop on-run
  check 'nothing is left after stop' "$("$runtime" --root "$root" list -q)" ''
}

flow_detached() {
  local pid
  flow="run --detach"
  bundle on-detached 'busybox sleep 1; probe notify READY=1; exec busybox sleep 1000'
  check 'the service starts' "$(service on-detached run --detach --bundle "$work/on-detached" on-detached)" 0
  check 'it is active though the runtime has left' "$(show on-detached ActiveState)" active
  pid=$("$runtime" --root "$root" state on-detached | sed -n 's/.*"pid": \([0-9]*\).*/\1/p')
  check 'the main process is the init of the container' "$(show on-detached MainPID)" "$pid"
  "$runtime" --root "$root" kill on-detached KILL
  until_true ended on-detached
  check 'it ends with the container' "$(show on-detached ActiveState)" inactive
  "$runtime" --root "$root" delete --force on-detached
}

flow_ends() {
  flow=run
  bundle on-ends 'exit 3'
  check 'a program that ends unready is a service that fails' "$(($(service on-ends run --bundle "$work/on-ends" on-ends) != 0))" 1
}

run_script "$@"
