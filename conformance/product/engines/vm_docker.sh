#!/bin/bash
# vm_docker.sh [--systemd] RUNTIME [FLOW…]: tests docker with this runtime as its default, in the virtual machine. --systemd:
# systemd makes the cgroups. flow.sh has the other options.
. "$(dirname "$0")/../flow.sh"
. "$(dirname "$0")/vm.sh"
. "$(dirname "$0")/containers.sh"
. "$(dirname "$0")/flows/files.sh"
. "$(dirname "$0")/flows/life.sh"
. "$(dirname "$0")/flows/drivers.sh"
. "$(dirname "$0")/flows/checkpoint.sh"
. "$(dirname "$0")/docker/life.sh"
. "$(dirname "$0")/docker/options.sh"
. "$(dirname "$0")/docker/drivers.sh"
drivers=(cgroupfs systemd)
flows=(info run by-name terminal background kill exec pause limits update oom options volumes
  host-root tmpfs links directory devices device-files driver cdi confinement
  capabilities privileged init network namespaces stats health restart events checkpoint build buildkit parallel nothing-left
  live-restore affinity userns-remap)
sampled=(run by-name exec update oom nothing-left)
engine=docker cli=(docker) image=(box:1)

set_up() {
  make_machine
  make_archive "${image[@]}"
  major=$(dockerd --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
  # BuildKit runs build steps with the runc that it finds in PATH, and from Docker 25 on with the program that a variable
  # names. This script records its calls of the tested runtime.
  mkdir "$work/builder"
  builder=$work/builder/runc
  [ "$major" -lt 25 ] || builder=$work/builder/named
  cat >"$builder" <<BUILDER
#!/bin/sh
echo "\$*" >>"$work/built"
exec "$runtime" "\$@"
BUILDER
  chmod +x "$builder"
  prepare_drivers
  # The same runtime under a second name, with an option.
  named=peer
  [ "$kind" != oci-rt ] || named=oci-rt
  export DOCKER_HOST=unix://$work/docker.sock DOCKER_CLI_HINTS=false DOCKER_BUILDKIT=0 HOME=$work
  write_settings ''
  containerd_config 2 'disabled_plugins = ["io.containerd.grpc.v1.cri"]' </dev/null
  first_containerd
  start_docker
  check "load" "$(ask_code load -i "$archive")" 0
  has "its name" "${image[@]}"
}
show_logs() { errors_of docker; }

# write_settings EXTRA: writes daemon.json, with additional properties.
write_settings() {
  local cdi=
  [ "$major" -lt 25 ] || cdi=', "features": {"cdi": true}'
  cat >"$work/daemon.json" <<JSON
{"runtimes": {"judged": {"path": "$runtime"}, "vendor": {"path": "$work/vendor"}, "$named": {"path": "$runtime", "runtimeArgs": ["--debug"]}},
 "default-runtime": "judged", "live-restore": true, "experimental": true,
 "exec-opts": ["native.cgroupdriver=$driver"], "data-root": "$work/docker", "exec-root": "$work/exec",
 "containerd": "$work/containerd.sock", "hosts": ["unix://$work/docker.sock"], "pidfile": "$work/docker.pid"$cdi${1:+, $1}}
JSON
}
start_docker() {
  daemon docker env PATH="$work/builder:$PATH" DOCKER_BUILDKIT_RUNC_COMMAND="$builder" dockerd --config-file "$work/daemon.json"
  check "dockerd answers" "$(if until_true docker version; then echo yes; else tail -n 3 "$work/docker.log"; fi)" yes
}
# soon NAME .FIELD VALUE
soon() { until_true has_field "$@" && echo yes; }

# Docker 20.10 knows capabilities up to CAP_AUDIT_READ.
docker_capabilities() { if [ "$major" -lt 23 ]; then echo 0000003fffffffff; else all_capabilities; fi; }

run_script "$@"
