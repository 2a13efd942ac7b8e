#!/bin/bash
# engines.sh sample ENGINE… | whole [peers]: what test.sh has the virtual machine with engines do; runs inside it:
# podman, buildah, containerd, its CRI plugin and docker with oci-rt, cgroups made by the engine's driver of both
# kinds. `sample` is what a broken runtime would not survive, with podman, containerd, cri or docker. `peers` also
# tries Debian's runc and crun: what they fail is not counted.
# The logs follow; the last line is "N passed, N failed, N skipped".
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/conformance/lib.sh"
cd "$top/conformance/engines"

if [ "${1:-}" = sample ]; then
  shift
  for engine in "$@"; do
    part "$engine" 300 "./vm_$engine.sh" --sample "$build/runtime/oci-rt"
  done
  set --
else
  part podman 3600 ./vm_podman.sh "$build/runtime/oci-rt"
  part podman-cgroupfs 3600 ./vm_podman.sh --cgroupfs "$build/runtime/oci-rt"
  part buildah 1800 ./vm_buildah.sh "$build/runtime/oci-rt"
  for engine in containerd cri docker; do
    for driver in '' --systemd; do
      # shellcheck disable=SC2086
      part "$engine$driver" 1800 ./vm_$engine.sh $driver "$build/runtime/oci-rt"
    done
  done
fi
if [ "${2:-}" = peers ]; then
  for engine in podman buildah containerd cri docker; do
    for peer in runc crun; do
      timeout 1800 ./vm_$engine.sh "$peer" >"$build/logs/$engine-$peer.log" 2>&1 </dev/null || true
    done
  done
fi
for log in "$build"/logs/*.log; do
  say "--- $(basename "$log" .log)" && cat "$log"
done
close_report
