#!/bin/bash
# vm_cri.sh [--systemd] RUNTIME [FLOW…]: tests containerd's CRI plugin with this runtime, with requests like a kubelet's, in
# the virtual machine. --systemd: systemd makes the cgroups. The flows are those of cri/flows.py. flow.sh has the other
# options.
. "$(dirname "$0")/../flow.sh"
. "$(dirname "$0")/vm.sh"
drivers=(cgroupfs systemd)
mapfile -t flows < <(python3 "$here/cri/flows.py" --list)
sampled=(life resources privileged)

set_up() {
  make_machine
  write_config
  first_containerd
  cli=(ctr --address "$work/containerd.sock" --namespace k8s.io)
  make_archive docker.io/library/pause:1 'Cmd=["sleep", "1000000"]'
  check "image import" "$(ask_code image import "$archive")" 0
  make_archive docker.io/library/box:1
  check "image import" "$(ask_code image import "$archive")" 0
  make_linked "$work/linked"
  python3 "$here/../../../runtime/install/kubernetes/oci_image.py" "$work/linked" docker.io/library/linked:1 >"$archive"
  check "image import" "$(ask_code image import "$archive")" 0
}
# As systemd does after its end. A flow kills it.
start_containerd() { daemon containerd restarting containerd --config "$work/config.toml"; }
restarting() {
  local pid
  trap 'kill "$pid"; wait "$pid"; exit' TERM
  while :; do
    "$@" &
    pid=$!
    wait "$pid"
  done
}
show_logs() { errors_of containerd; }

write_config() {
  local systemd=false version=2 cri='plugins."io.containerd.grpc.v1.cri"' pause
  [ "$driver" != systemd ] || systemd=true
  pause="[$cri]
  sandbox_image"
  # containerd 2 has split the plugin in two.
  case $(containerd --version) in *' v2.'* | *' 2.'*)
    version=3 cri="plugins.'io.containerd.cri.v1.runtime'"
    pause="[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox"
    ;;
  esac
  containerd_config $version <<CONF
$pause = "docker.io/library/pause:1"
  [$cri.cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$work/cni"
  [$cri.containerd]
    default_runtime_name = "judged"
    [$cri.containerd.runtimes.judged]
      runtime_type = "io.containerd.runc.v2"
      [$cri.containerd.runtimes.judged.options]
        BinaryName = "$runtime"
        SystemdCgroup = $systemd
CONF
  mkdir -p "$work/cni"
  cat >"$work/cni/10-bridge.conflist" <<'CNI'
{"cniVersion": "0.4.0", "name": "pods", "plugins": [{"type": "bridge", "bridge": "pods0", "isGateway": true, "ipam":
  {"type": "host-local", "ranges": [[{"subnet": "10.77.0.0/24"}]]}}]}
CNI
}

# One process for all flows: it adds its sums.
run_chosen() {
  local sums
  python3 "$here/cri/flows.py" "$work/containerd.sock" docker.io/library/box:1 "$driver" "$work/given/token" "$@" | tee "$work/said"
  read -r -a sums <<<"$(tail -n 1 "$work/said" | tr -cd '0-9 ')"
  passed=$((passed + ${sums[0]:-0})) failed=$((failed + ${sums[1]:-1})) skipped=$((skipped + ${sums[2]:-0}))
}

run_script "$@"
