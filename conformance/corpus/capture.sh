#!/bin/bash
# capture.sh OCI_RT [DIRECTORY]: recreates the corpus: the config.json that real engines pass to their runtime, for many
# of their options, and the output of `spec` of three runtimes. Needs podman, buildah, containerd, docker, runc, crun.
# The containers need not run successfully. All data of the engines is in a temporary directory, in a private mount
# namespace.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
oci=$(realpath "${1:?usage: $0 OCI_RT [DIRECTORY]}")
target=$(realpath "${2:-$here}")
if [ "${OCI_RT_CAPTURE_VIEW:-}" != 1 ]; then
  OCI_RT_CAPTURE_VIEW=1 exec unshare --mount --propagation private -- bash -c '
    mount -t cgroup2 none /sys/fs/cgroup && mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /tmp &&
      exec "$@"' capture "$0" "$oci" "$target"
fi

work=$(mktemp -d /var/tmp/oci-rt-corpus.XXXXXX)
raw=$work/raw
mkdir -p "$raw" "$work/rootfs"/{bin,dev,etc,proc,sys,tmp,run,root,data} "$work/volume"
cp "$(command -v busybox)" "$work/rootfs/bin/busybox"
ln -s busybox "$work/rootfs/bin/sh"
ln -s busybox "$work/rootfs/bin/true"
echo 'root:x:0:0:root:/root:/bin/sh' >"$work/rootfs/etc/passwd"
echo 'root:x:0:' >"$work/rootfs/etc/group"
# Replaces the runtime: keeps the config.json of every create and run, then executes the real one. The paths are written
# into it, since engines clear the environment.
cat >"$work/wrapper" <<WRAPPER
#!/bin/bash
raw=$raw oci=$oci
WRAPPER
cat >>"$work/wrapper" <<'WRAPPER'
bundle=. before='' verb=''
for word in "$@"; do
  case $before in -b | --bundle) bundle=$word ;; esac
  case $word in
    --bundle=*) bundle=${word#--bundle=} ;;
    create | run) verb=${verb:-$word} ;;
  esac
  before=$word
done
[ -z "$verb" ] || cp "$bundle/config.json" "$raw/$(cat "$raw/name").raw"
exec "$oci" "$@"
WRAPPER
chmod +x "$work/wrapper"
daemons=()
finish() {
  for pid in ${daemons[@]+"${daemons[@]}"}; do kill "$pid" && wait "$pid"; done 2>/dev/null
  umount --recursive --lazy "$work" 2>/dev/null
  find /sys/fs/cgroup -mindepth 1 -depth -type d \( -path '*libpod_parent*' -o -path '*/capture-*' \) -exec rmdir {} + 2>/dev/null
  rmdir /sys/fs/cgroup/{default,docker} 2>/dev/null  # parents made by containerd and docker
  rm -rf "$work"
}
trap finish EXIT

# as NAME COMMAND...: the command's first config seen by the wrapper is saved as NAME.
as() {
  local name=$1
  shift
  printf %s "$name" >"$raw/name"
  timeout 60 "$@" >"$work/log" 2>&1 </dev/null
  [ -e "$raw/$name.raw" ] || { echo "nothing captured: $name"; tail -n 3 "$work/log"; }
}

cat >"$work/containers.conf" <<'CONF'
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
events_logger = "none"
CONF
export CONTAINERS_CONF=$work/containers.conf TMPDIR=$work
podman() {
  local name=$1
  shift
  as "podman-$name" podman --root "$work/storage" --runroot "$work/runroot" --tmpdir "$work/libpod" \
    --storage-driver vfs --cgroup-manager cgroupfs --runtime "$work/wrapper" \
    run --rm --network none "$@" --rootfs "$work/rootfs" /bin/true
}
podman default --pids-limit -1
podman limits --pids-limit 100 --memory 64m --cpus 0.5 --cpuset-cpus 0
podman read-only --pids-limit -1 --read-only
podman privileged --pids-limit -1 --privileged
podman user --pids-limit -1 --user 1000:1001 --group-add 7
podman capabilities --pids-limit -1 --cap-drop all --cap-add chown --cap-add net_bind_service
podman no-new-privileges --pids-limit -1 --security-opt no-new-privileges
podman no-seccomp --pids-limit -1 --security-opt seccomp=unconfined
podman unmask --pids-limit -1 --security-opt unmask=all
podman host-namespaces --pids-limit -1 --pid host --ipc host --uts host
podman userns --pids-limit -1 --uidmap 0:100000:65536 --gidmap 0:100000:65536
podman sysctl --pids-limit -1 --sysctl net.ipv4.ip_forward=1 --hostname box
podman tmpfs --pids-limit -1 --tmpfs /data:rw,size=1m,noexec --shm-size 1m
podman volume --pids-limit -1 -v "$work/volume:/data:ro,rshared" --workdir /data
podman devices --pids-limit -1 --device /dev/zero:/dev/nought:rw
podman limits-of-process --pids-limit -1 --ulimit nofile=64:128 --ulimit core=0 --umask 0077
podman oom-score --pids-limit -1 --oom-score-adj 500 --init-path /bin/true
podman cgroupns-host --pids-limit -1 --cgroupns host
podman terminal --pids-limit -1 -t

export BUILDAH_ISOLATION=oci
buildah=(buildah --root "$work/bstorage" --runroot "$work/brunroot" --storage-driver vfs)
echo '{"default": [{"type": "insecureAcceptAnything"}]}' >"$work/policy.json"
container=$("${buildah[@]}" from scratch)
"${buildah[@]}" copy --quiet "$container" "$work/rootfs" / >/dev/null
as buildah-default "${buildah[@]}" run --runtime "$work/wrapper" --network none "$container" -- /bin/true
as buildah-user "${buildah[@]}" run --runtime "$work/wrapper" --network none --user 1000:1001 --cap-add CAP_NET_ADMIN "$container" -- /bin/true
as buildah-volume "${buildah[@]}" run --runtime "$work/wrapper" --network none -v "$work/volume:/data:ro" "$container" -- /bin/true
"${buildah[@]}" commit --signature-policy "$work/policy.json" --quiet "$container" corpus >/dev/null
"${buildah[@]}" push --signature-policy "$work/policy.json" --quiet corpus "oci-archive:$work/image.tar:corpus:latest" >/dev/null
"${buildah[@]}" rm "$container" >/dev/null

cat >"$work/containerd.toml" <<CONF
version = 2
root = "$work/containerd"
state = "/run/containerd-state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = "/run/containerd.sock"
CONF
containerd --config "$work/containerd.toml" >"$work/containerd.log" 2>&1 &
daemons+=($!)
until_there() { for _ in $(seq 100); do [ -S "$1" ] && return; sleep 0.1; done; }
until_there /run/containerd.sock
ctr=(ctr --address /run/containerd.sock)
"${ctr[@]}" image import --base-name corpus "$work/image.tar" >/dev/null 2>&1
containerd_run() {
  local name=$1
  shift
  as "containerd-$name" "${ctr[@]}" run --rm --snapshotter native --runc-binary "$work/wrapper" \
    "$@" corpus:latest "capture-$name" /bin/true
  "${ctr[@]}" container delete "capture-$name" >/dev/null 2>&1
}
containerd_run default
containerd_run read-only --read-only
containerd_run privileged --privileged
containerd_run environment --cwd /tmp --env WORD=x
containerd_run seccomp --seccomp
containerd_run net-host --net-host --memory-limit 67108864
containerd_run mount --mount "type=bind,src=$work/volume,dst=/data,options=rbind:ro"
containerd_run no-pivot --cap-add CAP_NET_ADMIN --cap-drop CAP_CHOWN

cat >"$work/docker.json" <<CONF
{"runtimes": {"wrapper": {"path": "$work/wrapper"}}, "default-runtime": "wrapper", "bridge": "none",
 "iptables": false, "ip6tables": false, "storage-driver": "vfs", "data-root": "$work/docker",
 "exec-root": "/run/docker-exec", "pidfile": "/run/docker.pid", "hosts": ["unix:///run/docker.sock"],
 "exec-opts": ["native.cgroupdriver=cgroupfs"]}
CONF
dockerd --config-file "$work/docker.json" >"$work/docker.log" 2>&1 &
daemons+=($!)
until_there /run/docker.sock
docker=(docker --host unix:///run/docker.sock)
tar -C "$work/rootfs" -c . | "${docker[@]}" import - corpus >/dev/null
docker_run() {
  local name=$1
  shift
  as "docker-$name" "${docker[@]}" run --rm --network none "$@" corpus /bin/true
}
docker_run default
docker_run limits --memory 64m --pids-limit 100
docker_run read-only --read-only --tmpfs /data:size=1m
docker_run privileged --privileged
docker_run user --user 1000:1001 --group-add 7 --workdir /tmp
docker_run capabilities --cap-drop all --cap-add chown --security-opt no-new-privileges
docker_run unconfined --security-opt seccomp=unconfined --security-opt systempaths=unconfined
docker_run host-namespaces --pid host --ipc host --uts host --cgroupns host
docker_run volume --volume "$work/volume:/data:ro" --ulimit nofile=64:128
docker_run sysctl --sysctl net.ipv4.ip_forward=1 --hostname box --domainname town
docker_run terminal --tty --init

spec() {
  local name=$1 binary=$2
  shift 2
  mkdir -p "$work/spec-$name"
  (cd "$work/spec-$name" && "$binary" spec "$@" >/dev/null 2>&1) &&
    cp "$work/spec-$name/config.json" "$raw/spec-$name.raw"
}
spec oci-rt "$oci"
spec oci-rt-rootless "$oci" --rootless
spec runc runc
spec runc-rootless runc --rootless
spec crun crun
python3 "$here/scrub.py" "$work" "$target" "$raw"/*.raw
