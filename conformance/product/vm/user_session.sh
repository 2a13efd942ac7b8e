#!/bin/bash
# user_session.sh RUNTIME [FLOW…]: tests an unprivileged user with a systemd user manager, as after a login: limits apply in
# delegated cgroups. Runs in the virtual machine. flow.sh has the other options.
. "$(dirname "$0")/../flow.sh"
. "$(dirname "$0")/as_user.sh"
flows=(limits detached without-limits)
scope=(systemd-run --user --scope --quiet -p Delegate=yes)
both='{"memory": {"limit": 67108864}, "pids": {"limit": 50}}'
show="cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max"

set_up() {
  make_user ocirt 12345 sh sleep cat
  start_manager systemd/private
}
# says RESOURCES SCRIPT: makes a config with them.
says() { config "config['process']['args'] = ['sh', '-c', '$2']; config['linux']['resources'] = $1"; }

flow_limits() {
  local told
  says "$both" "$show"
  user oci-rt run web1
  check "limits without a delegated cgroup are refused" "${said%%:*}" "oci-rt"
  case $said in *"systemd-run --user --scope -p Delegate=yes"*) told=yes ;; *) told=$said ;; esac
  check "and how to get one is told" "$told" yes
  user "${scope[@]}" oci-rt run web1
  check "in a scope of the user's, limits hold" "$said" $'67108864\n50'
  said=$(systemd-run --quiet --wait --pipe --uid="$uid" -p Delegate=yes -E XDG_RUNTIME_DIR="$run_directory" \
    --working-directory="$home" "$home/oci-rt" run web1 2>&1)
  check "in a unit of the machine's that is theirs, limits hold" "$said" $'67108864\n50'
}

flow_detached() {
  local below
  says "$both" "exec sleep 1000"
  # The program inherits its streams, and would keep those of the test open.
  user sh -c "${scope[*]} oci-rt run --detach --bundle web1 web1 >/dev/null 2>&1; echo \$?"
  check "run --detach" "$said" 0
  user cat "/proc/$(grep -o '"pid":[0-9]*' "$run_directory/oci-rt/web1/record.json" | cut -d: -f2)/cgroup"
  case $said in *"/user@$uid.service/"*".scope/web1") below=yes ;; *) below=$said ;; esac
  check "its cgroup is below the scope's" "$below" yes
  user oci-rt exec web1 sh -c 'echo inside'
  check "exec, from outside of the scope" "$said" inside
  user oci-rt update --pids-limit 60 web1
  check "update" "$said" ""
  user oci-rt pause web1
  user sh -c 'oci-rt list | grep -c paused'
  check "pause" "$said" 1
  user oci-rt resume web1
  user oci-rt ps --format json web1
  check "ps" "$(printf '%s' "$said" | tr -d '0-9')" "[]"
  user oci-rt delete --force web1
  check "delete" "$said" ""
  check "no cgroup is left" "$(find /sys/fs/cgroup/user.slice -name web1 -o -name oci-rt.caller)" ""
}

flow_without_limits() {
  says '{}' 'echo without'
  user oci-rt run web1
  check "without limits, by hand" "$said" without
}

run_script "$@"
