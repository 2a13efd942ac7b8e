#!/bin/bash
# vm_podman.sh [--cgroupfs] RUNTIME [FLOW…]: tests podman with this runtime in the virtual machine, as root and as a user.
# systemd makes the cgroups, or podman itself with --cgroupfs. The runtime is the default one, configured by name in a
# drop-in like that of README.md. flow.sh has the other options.
. "$(dirname "$0")/../flow.sh"
. "$(dirname "$0")/vm.sh"
. "$(dirname "$0")/containers.sh"
. "$(dirname "$0")/flows/files.sh"
. "$(dirname "$0")/flows/life.sh"
. "$(dirname "$0")/flows/drivers.sh"
. "$(dirname "$0")/flows/checkpoint.sh"
. "$(dirname "$0")/podman/setup.sh"
. "$(dirname "$0")/podman/run.sh"
. "$(dirname "$0")/podman/limits.sh"
. "$(dirname "$0")/podman/security.sh"
. "$(dirname "$0")/podman/life.sh"
. "$(dirname "$0")/podman/checkpoint.sh"
. "$(dirname "$0")/podman/together.sh"
. "$(dirname "$0")/podman/units.sh"
. "$(dirname "$0")/podman/rootless.sh"
drivers=(systemd cgroupfs)
flows=(
  by-path run terminal read-only volumes host-root tmpfs links directory idmap devices device-files
  hooks driver cdi descriptors
  limits no-cgroups oom
  userns seccomp apparmor privileges namespaces joined init
  life kill pause exec update stats checkpoint checkpoint-export checkpoint-parts parallel
  pod bare-pod network health kube
  unit notify affinity
  rootless rootless-life rootless-limits rootless-pod nothing-left
)
sampled=(limits no-cgroups seccomp apparmor)
engine=podman cli=(podman) forced=(-t 0)

set_up() {
  make_machine
  set_up_podman
  prepare_drivers
}

run_script "$@"
