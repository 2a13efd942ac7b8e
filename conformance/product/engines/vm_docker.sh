#!/bin/bash
# vm_docker.sh [--sample] [--systemd] RUNTIME [FLOW…]: tests docker with this runtime as its default, in the virtual
# machine. --systemd: systemd makes the cgroups. Ends "N passed, N failed, N skipped".
driver=cgroupfs
[ "${1:-}" != --systemd ] || { driver=systemd && shift; }
. "$(dirname "$0")/vm_common.sh"
. "$here/drivers.sh"
for part in life options files drivers; do
  . "$here/docker/$part.sh"
done

image=box:1
make_archive $image
# BuildKit runs build steps with the runc that it finds in PATH. This script records its calls of the tested runtime.
mkdir "$work/builder"
cat >"$work/builder/runc" <<BUILDER
#!/bin/sh
echo "\$*" >>"$work/built"
exec "$runtime" "\$@"
BUILDER
chmod +x "$work/builder/runc"
major=$(dockerd --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
prepare_drivers

# The same runtime under a second name, with an option.
named=peer
[ "$kind" != oci-rt ] || named=oci-rt

# settings EXTRA: writes daemon.json with additional properties.
# shellcheck disable=SC2120  # a part that is sourced gives one
settings() {
  local cdi=
  [ "$major" -lt 25 ] || cdi=', "features": {"cdi": true}'
  cat >"$work/daemon.json" <<JSON
{"runtimes": {"judged": {"path": "$runtime"}, "vendor": {"path": "$work/vendor"}, "$named": {"path": "$runtime", "runtimeArgs": ["--debug"]}},
 "default-runtime": "judged", "live-restore": true,
 "exec-opts": ["native.cgroupdriver=$driver"], "data-root": "$work/docker", "exec-root": "$work/exec",
 "containerd": "$work/containerd.sock", "hosts": ["unix://$work/docker.sock"], "pidfile": "$work/docker.pid"$cdi${1:+, $1}}
JSON
}
export DOCKER_HOST=unix://$work/docker.sock DOCKER_CLI_HINTS=false DOCKER_BUILDKIT=0 HOME=$work
ask() { output docker "$@"; }
inspect() { ask inspect --format "{{.$2}}" "$1"; }
is() { [ "$(docker inspect --format "{{.$2}}" "$1" 2>/dev/null)" = "$3" ]; }
soon() { until_true is "$@" && echo yes; }

# Docker 20.10 knows capabilities up to CAP_AUDIT_READ.
docker_capabilities() { if [ "$major" -lt 23 ]; then echo 0000003fffffffff; else all_capabilities; fi; }

# run WORD…: docker run --rm in the foreground, prints the exit code.
run() { code docker run --rm --network none "$@"; }
# said WORD…: the same, prints its standard output.
said() { ask run --rm --network none "$@"; }
# begin NAME OPTION… IMAGE WORD…: starts in the background.
begin() {
  local name=$1
  shift
  check "run -d of $name" "$(code docker run -d --name "$name" --network none "$@")" 0
  id=$(tail -n 1 "$work/out")
}
# end NAME: removes it by force.
end() {
  local id
  id=$(docker inspect --format '{{.Id}}' "$1")
  check "rm -f of $1" "$(code docker rm -f "$1")" 0
  left "$id"
}
# containerd is a separate daemon, as with Debian's units: dockerd would wait 15 s for one that it starts.
cat >"$work/config.toml" <<CONF
version = 2
root = "$work/containerd"
state = "$work/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "$work/containerd.sock"
CONF
start_docker() {
  daemon docker env PATH="$work/builder:$PATH" dockerd --config-file "$work/daemon.json"
  check "dockerd answers" "$(until_true docker version && echo yes || tail -n 3 "$work/docker.log")" yes
}

settings
flow=daemon
daemon containerd containerd --config "$work/config.toml"
check "containerd answers" "$(until_true ctr --address "$work/containerd.sock" version && echo yes)" yes
start_docker
check "load" "$(code docker load -i "$archive")" 0
has "its name" "$image"
flows=(info run by-name terminal background kill exec pause limits update oom options volumes
  host-root tmpfs links directory devices device-files driver cdi confinement
  capabilities privileged init network namespaces stats health restart events build buildkit parallel nothing-left
  live-restore affinity userns-remap)
[ -z "$sample" ] || flows=(run by-name exec update oom nothing-left)
run_flows "${flows[@]}"
[ "$bad" = 0 ] || grep -E 'level=error' "$work/docker.log" | tail -n 30
close_engine
