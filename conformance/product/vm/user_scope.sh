#!/bin/bash
# user_scope.sh RUNTIME [FLOW…]: tests an unprivileged user with a systemd user manager that makes the cgroups of the
# containers, over the user's bus. Runs in the virtual machine. flow.sh has the other options.
. "$(dirname "$0")/../flow.sh"
. "$(dirname "$0")/as_user.sh"
# Each uses what those before it have made.
flows=(without-a-bus with-a-bus deleted)

set_up() {
  make_user ocirt-scope 12346 sleep
  # The units of dbus-user-session; the image has dbus-daemon alone.
  mkdir -p /etc/systemd/user/sockets.target.wants
  [ -e /usr/lib/systemd/user/dbus.socket ] || {
    printf '[Socket]\nListenStream=%%t/bus\n' >/etc/systemd/user/dbus.socket
    printf '[Unit]\nRequires=dbus.socket\n[Service]\nType=notify\nExecStart=/usr/bin/dbus-daemon --session %s\n' \
      '--address=systemd: --nofork --nopidfile --systemd-activation --syslog-only' >/etc/systemd/user/dbus.service
    ln -sf ../dbus.socket /etc/systemd/user/sockets.target.wants/dbus.socket
  }
  config '
config["process"]["args"] = ["/bin/sleep", "1000"]
config["linux"]["resources"] = {"memory": {"limit": 67108864}, "pids": {"limit": 50}}
config["linux"]["cgroupsPath"] = "user.slice:oci:web1"'
  mkdir -p "$home/state" && chown "$uid:$uid" "$home/state"
  path=/user.slice/user-$uid.slice/user@$uid.service/user.slice/oci-web1.scope
  cgroup=/sys/fs/cgroup$path
}

# create: started processes must not keep the streams of user() open.
create() { user sh -c "exec $home/oci-rt --root $home/state --systemd-cgroup create --bundle web1 web1 >$home/out 2>&1"; }
act() { user "$home/oci-rt" --root "$home/state" "$@"; }
property() { user systemctl --user show --value --property "$1" oci-web1.scope; }

flow_without_a_bus() {
  local told
  create
  check "without a bus, create fails" "$code" 1
  case $(cat "$home/out") in
    *"cannot reach the user bus at $run_directory/bus (not running)"*loginctl\ enable-linger*) told=yes ;;
    *) told=$(cat "$home/out") ;;
  esac
  check "and how to get one is told" "$told" yes
}

flow_with_a_bus() {
  start_manager bus
  create
  check "with one, it does not ($(cat "$home/out"))" "$code" 0
  check "its cgroup" "$(cat "/proc/$(cut -d' ' -f1 "$cgroup/cgroup.procs" | head -n 1)/cgroup" 2>&1)" "0::$path"
  check "the processes in it" "$(wc -l <"$cgroup/cgroup.procs")" 1
  check "memory.max" "$(cat "$cgroup/memory.max")" 67108864
  check "pids.max" "$(cat "$cgroup/pids.max")" 50
  property MemoryMax
  check "MemoryMax" "$said" 67108864
  act start web1
  check "start ($said)" "$code" 0
  act exec web1 /bin/sleep 0
  check "exec, from a cgroup that is root's" "$code" 0
  act update --pids-limit 60 web1
  check "update ($said)" "$code" 0
  user systemctl --user daemon-reload
  check "pids.max, after a reload" "$(cat "$cgroup/pids.max")" 60
}

flow_deleted() {
  act delete --force web1
  check "delete ($said)" "$code" 0
  for _ in $(seq 50); do
    property LoadState && [ "$said" = not-found ] && break
    sleep 0.1
  done
  check "the unit, after delete" "$said" not-found
  check "the cgroup, after delete" "$(ls -d "$cgroup" 2>/dev/null)" ""
  user systemctl --user list-units --plain --no-legend 'oci-rt-itself*'
  check "what held the runtime itself" "$said" ""
}

run_script "$@"
