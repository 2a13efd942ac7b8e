#!/bin/bash
# vm_podman.sh [--cgroupfs] [--sample] RUNTIME [FLOW…]: podman with this runtime in the virtual machine, as root
# and as a user: each flow is a function in podman/. Cgroups are made by systemd, or by podman itself with
# --cgroupfs. The runtime is the default one, by its name, from a drop-in such as README.md has.
# Ends "N passed, N failed, N skipped".
manager=systemd
[ "${1:-}" != --cgroupfs ] || { manager=cgroupfs && shift; }
. "$(dirname "$0")/vm_common.sh"
for part in setup run limits security life together units rootless; do
  . "$here/podman/$part.sh"
done

set_up
if [ ${#wanted[@]} = 0 ] && [ -n "$sample" ]; then
  wanted=(limits no-cgroups seccomp apparmor)
fi
[ ${#wanted[@]} != 0 ] || wanted=(
  by-path run terminal read-only volumes idmap devices hooks descriptors
  limits no-cgroups oom
  userns seccomp apparmor privileges namespaces init
  life kill pause exec update stats parallel
  pod bare-pod network health kube
  unit notify
  rootless rootless-life rootless-limits rootless-pod nothing-left
)
run_flows "${wanted[@]}"
close_engine
