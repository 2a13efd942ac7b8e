#!/bin/bash
# vm_cri.sh [--sample] [--systemd] RUNTIME [FLOW…]: tests containerd's CRI plugin with this runtime, with requests like
# a kubelet's, in the virtual machine. --systemd: systemd makes the cgroups. Ends "N passed, N failed, N skipped".
driver=cgroupfs
[ "${1:-}" != --systemd ] || { driver=systemd && shift; }
. "$(dirname "$0")/vm_common.sh"

# containerd 2 has split the plugin in two.
version=2 cri='plugins."io.containerd.grpc.v1.cri"'
pause="[$cri]
  sandbox_image"
case $(containerd --version) in *' v2.'* | *' 2.'*)
  version=3 cri="plugins.'io.containerd.cri.v1.runtime'"
  pause="[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox"
  ;;
esac
cat >"$work/config.toml" <<CONF
version = $version
root = "$work/containerd"
state = "$work/state"
[grpc]
  address = "$work/containerd.sock"
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
        SystemdCgroup = $([ $driver = systemd ] && echo true || echo false)
CONF
mkdir -p "$work/cni"
cat >"$work/cni/10-bridge.conflist" <<'CNI'
{"cniVersion": "0.4.0", "name": "pods", "plugins": [{"type": "bridge", "bridge": "pods0", "isGateway": true, "ipam":
  {"type": "host-local", "ranges": [[{"subnet": "10.77.0.0/24"}]]}}]}
CNI

daemon containerd containerd --config "$work/config.toml"
cli=(ctr --address "$work/containerd.sock" --namespace k8s.io)
flow=daemon
check "containerd answers" "$(until_true "${cli[@]}" version && echo yes)" yes
make_archive docker.io/library/pause:1 'Cmd=["sleep", "1000000"]'
check "image import" "$(code "${cli[@]}" image import "$archive")" 0
make_archive docker.io/library/box:1
check "image import" "$(code "${cli[@]}" image import "$archive")" 0
make_linked "$work/linked"
python3 "$here/oci_image.py" "$work/linked" docker.io/library/linked:1 >"$archive"
check "image import" "$(code "${cli[@]}" image import "$archive")" 0
[ -z "$sample" ] || wanted=(life resources privileged)
python3 "$here/cri/flows.py" "$work/containerd.sock" docker.io/library/box:1 $driver "$work/given/token" ${wanted[@]+"${wanted[@]}"} | tee "$work/said"
for number in 1 2 3; do
  counts[number]=$(tail -n 1 "$work/said" | tr -cd '0-9 ' | tr -s ' ' | cut -d' ' -f$number)
done
good=$((good + ${counts[1]:-0})) bad=$((bad + ${counts[2]:-1})) left_out=$((left_out + ${counts[3]:-0}))
[ "$bad" = 0 ] || grep -E 'level=error' "$work/containerd.log" | tail -n 30
close_engine
