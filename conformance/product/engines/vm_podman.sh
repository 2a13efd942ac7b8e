#!/bin/bash
# vm_podman.sh [--cgroupfs] [--sample] RUNTIME [FLOW…]: tests podman with this runtime in the virtual machine, as root
# and as a user. Each flow is a function in podman/. systemd makes the cgroups, or podman itself with --cgroupfs. The
# runtime is the default one, configured by name in a drop-in like that of README.md. Ends "N passed, N failed, N
# skipped".
manager=systemd
[ "${1:-}" != --cgroupfs ] || { manager=cgroupfs && shift; }
. "$(dirname "$0")/vm_common.sh"
. "$here/drivers.sh"
for part in setup run files drivers limits security life together units rootless; do
  . "$here/podman/$part.sh"
done

set_up
if [ ${#wanted[@]} = 0 ] && [ -n "$sample" ]; then
  wanted=(limits no-cgroups seccomp apparmor)
fi
[ ${#wanted[@]} != 0 ] || wanted=(
  by-path run terminal read-only volumes host-root tmpfs links directory idmap devices device-files
  hooks driver cdi descriptors
  limits no-cgroups oom
  userns seccomp apparmor privileges namespaces joined init
  life kill pause exec update stats parallel
  pod bare-pod network health kube
  unit notify affinity
  rootless rootless-life rootless-limits rootless-pod nothing-left
)
run_flows "${wanted[@]}"
close_engine
