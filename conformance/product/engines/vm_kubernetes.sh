#!/bin/bash
# vm_kubernetes.sh RUNTIME [FLOW…]: tests `install kubernetes --restart` with the containerd.service and the systemd of the
# virtual machine, with the rights of the container of kubernetes/install.yaml. flow.sh has the other options.
. "$(dirname "$0")/../flow.sh"
. "$(dirname "$0")/vm.sh"
flows=(restart other-kill-mode)
installer=(setpriv '--bounding-set=-all,+sys_chroot' --inh-caps=-all --no-new-privs "$BUILD_DIR/runtime/oci-rt")
cli=(ctr)

set_up() {
  make_machine
  mkdir -p /host && mount --rbind / /host
  check "containerd" "$(code systemctl start containerd)" 0
  make_archive docker.io/library/box:1
  check "image import" "$(ask_code image import "$archive")" 0
}
clean_up() { end_container >/dev/null 2>&1; }
show_logs() { journalctl --no-pager -u containerd | tail -n 20; }

# A live container, with its shim in the cgroup of containerd.
run_container() { check "run" "$(ask_code run --detach --runc-binary "$runtime" docker.io/library/box:1 live sleep 100000)" 0; }
end_container() {
  ctr task kill --signal KILL live
  until_true ctr task delete live
  ctr container delete live
}
on_node() { code "${installer[@]}" "$1" kubernetes --host-root=/host "${@:2}"; }
digest() { find /etc/containerd /etc/kubernetes /opt -type f -printf '%m ' -exec sha256sum {} \; 2>/dev/null | sort -k 3 | sha256sum; }
main_pid() { systemctl show --property MainPID --value containerd; }
# same_or_new LABEL PID WANTED: whether containerd is another process than PID.
same_or_new() { check "$1" "$([ "$(main_pid)" = "$2" ] && echo same || echo new)" "$3"; }
lives() { check "$1: the container lives" "$(ask task list | grep -c 'live .* RUNNING')" 1; }
kill_mode() {
  mkdir -p /run/systemd/system/containerd.service.d
  printf '[Service]\nKillMode=%s\n' "$1" >/run/systemd/system/containerd.service.d/kill-mode.conf
  systemctl daemon-reload
}

flow_restart() {
  local before pid
  kill_mode process
  run_container
  before=$(digest) pid=$(main_pid)
  check "install" "$(on_node install --restart)" 0
  has "install: it has read it" "(containerd reads it)"
  has "install: the restart" "done: systemctl restart containerd.service"
  same_or_new "install: containerd" "$pid" new
  lives "install"
  check "install: the handler" "$(containerd config dump 2>/dev/null | grep -c '/opt/oci-rt/oci-rt')" 1
  check "install: ready" "$(grep -c oci-rt=true /etc/kubernetes/node-feature-discovery/features.d/oci-rt)" 1
  pid=$(main_pid)
  check "install again" "$(on_node install --restart)" 0
  same_or_new "install again: containerd" "$pid" same
  check "uninstall with a container" "$(on_node uninstall --restart)" 1
  has "uninstall with a container: told" "1 containers of oci-rt need the programs in /opt/oci-rt"
  lives "uninstall with a container"
  end_container >/dev/null 2>&1
  check "uninstall" "$(on_node uninstall --restart)" 0
  same_or_new "uninstall: containerd" "$pid" new
  check "every file is what it was" "$(digest)" "$before"
}

flow_other_kill_mode() {
  local before pid
  run_container
  kill_mode control-group
  before=$(digest) pid=$(main_pid)
  check "install" "$(on_node install --restart)" 1
  has "install: told" "its KillMode 'control-group' may end the pods"
  same_or_new "install: containerd" "$pid" same
  lives "install"
  kill_mode process
  end_container >/dev/null 2>&1
  check "control: uninstall" "$(on_node uninstall --restart)" 0
  check "every file is what it was" "$(digest)" "$before"
}

run_script "$@"
