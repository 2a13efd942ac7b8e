#!/bin/bash
# engines.sh sample ENGINE… | whole [PEER…] | peers PEER… | only RUNTIME,… ENGINE[:FLOW,…]…: the part of test.sh that
# runs in the virtual machine with engines: podman, buildah, containerd, its CRI plugin and docker with oci-rt, with
# both cgroup drivers of each engine. `sample` runs the flows that a broken runtime would fail, with podman, containerd,
# cri or docker. A PEER, runc or crun of Debian, runs the same flows with the default driver of each engine, and its
# failures are not counted. `peers` leaves oci-rt out. `only` runs flows by name, with each RUNTIME (oci-rt, a peer) and
# systemd's cgroups. Each part ends with its log, below "--- NAME". table.py makes the tables of runtime/ENGINES.md from
# them. The last line is "N passed, N failed, N skipped".
set -euo pipefail
top=$(cd "$(dirname "$0")/../../.." && pwd)
. "$top/conformance/product/lib.sh"
cd "$top/conformance/product/engines"
oci=$build/runtime/oci-rt

# Ends each part with its log. A log printed at once survives if the machine times out.
show() { say "--- $1" && cat "$build/logs/$1.log"; }
judged() {
  part "$@"
  show "$1"
}
asked() {
  local name=$1 seconds=$2
  shift 2
  timeout --kill-after=20 "$seconds" "$@" >"$build/logs/$name.log" 2>&1 </dev/null || true
  show "$name"
}

what=${1:-whole}
[ $# = 0 ] || shift
mkdir -p "$build/logs"
if [ "$what" = sample ]; then
  for engine in "$@"; do
    judged "$engine" 300 "./vm_$engine.sh" --sample "$oci"
  done
  close_report
  exit
fi
if [ "$what" = only ]; then
  read -r -a runtimes <<<"${1//,/ }"
  shift
  for wanted in "$@"; do
    engine=${wanted%%:*} flows=() systemd=()
    [ "$engine" = "$wanted" ] || read -r -a flows <<<"$(tr , ' ' <<<"${wanted#*:}")"
    case $engine in containerd | cri | docker) systemd=(--systemd) ;; esac
    for runtime in "${runtimes[@]}"; do
      log=$engine${systemd:+-systemd} words=("./vm_$engine.sh" ${systemd[@]+"${systemd[@]}"})
      if [ "$runtime" = oci-rt ]; then
        judged "$log" 3600 "${words[@]}" "$oci" ${flows[@]+"${flows[@]}"}
      else
        asked "$log-$runtime" 3600 "${words[@]}" "$runtime" ${flows[@]+"${flows[@]}"}
      fi
    done
  done
  close_report
  exit
fi
if [ "$what" = whole ]; then
  judged podman 3600 ./vm_podman.sh "$oci"
  judged podman-cgroupfs 3600 ./vm_podman.sh --cgroupfs "$oci"
  judged buildah 1800 ./vm_buildah.sh "$oci"
  for engine in containerd cri docker; do
    judged $engine 1800 ./vm_$engine.sh "$oci"
    judged $engine-systemd 1800 ./vm_$engine.sh --systemd "$oci"
  done
fi
for peer in "$@"; do
  asked "podman-$peer" 3600 ./vm_podman.sh "$peer"
  asked "buildah-$peer" 1800 ./vm_buildah.sh "$peer"
  asked "containerd-$peer" 1800 ./vm_containerd.sh "$peer"
  asked "cri-systemd-$peer" 1800 ./vm_cri.sh --systemd "$peer"
  asked "docker-systemd-$peer" 1800 ./vm_docker.sh --systemd "$peer"
done
close_report
