#!/bin/bash
# notify.sh: tests services of Type=notify with the program in a container. Runs inside the virtual machine, where
# systemd is the manager. Ends with "N passed, N failed, N skipped".
set -euo pipefail
top=$(cd "$(dirname "$0")/../../.." && pwd)
build=${BUILD_DIR:-$top/build}
runtime=${1:-$build/runtime/oci-rt}
work=$(mktemp -d /var/tmp/oci-rt-notify.XXXXXX)
root=$work/state
passed=0 failed=0
trap 'systemctl --quiet stop "on-*" 2>/dev/null; rm -rf "$work"' EXIT

# check LABEL SEEN WANTED
check() {
  if [ "$2" = "$3" ]; then passed=$((passed + 1)) && echo "ok - $1"
  else failed=$((failed + 1)) && echo "not ok - $1: '$2', not '$3'"; fi
}
show() { systemctl show --property "$2" --value "$1"; }

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

# service NAME WORDS...: starts it, and returns when it is ready or has failed
service() {
  local name=$1
  shift
  systemd-run --quiet --collect --unit="$name" --property=Type=notify --property=TimeoutStartSec=60 \
    "$runtime" --root "$root" "$@"
}

bundle on-run 'trap exit TERM; busybox sleep 1; probe notify STATUS=up READY=1 barrier; busybox sleep 1000 & wait'
status=0
service on-run run --bundle "$work/on-run" on-run || status=$?
check 'run: the service starts' "$status" 0
check 'run: it is active once the program is ready' "$(show on-run ActiveState)" active
check 'run: its status is the one that the program told' "$(show on-run StatusText)" up
check 'run: the main process is the runtime' "$(readlink "/proc/$(show on-run MainPID)/exe")" "$runtime"
systemctl stop on-run
check 'run: nothing is left after stop' "$("$runtime" --root "$root" list -q)" ''

bundle on-detached 'busybox sleep 1; probe notify READY=1; exec busybox sleep 1000'
status=0
service on-detached run --detach --bundle "$work/on-detached" on-detached || status=$?
check 'run --detach: the service starts' "$status" 0
check 'run --detach: it is active though the runtime has left' "$(show on-detached ActiveState)" active
pid=$("$runtime" --root "$root" state on-detached | sed -n 's/.*"pid": \([0-9]*\).*/\1/p')
check 'run --detach: the main process is the init of the container' "$(show on-detached MainPID)" "$pid"
"$runtime" --root "$root" kill on-detached KILL
for _ in $(seq 100); do [ "$(show on-detached ActiveState)" = active ] || break; sleep 0.1; done
check 'run --detach: it ends with the container' "$(show on-detached ActiveState)" inactive
"$runtime" --root "$root" delete --force on-detached

bundle on-ends 'exit 3'
status=0
service on-ends run --bundle "$work/on-ends" on-ends 2>/dev/null || status=$?
check 'run: a program that ends unready is a service that fails' "$((status != 0))" 1

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
