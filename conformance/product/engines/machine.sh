# The engines on this machine: a cgroup v2 view, a directory for them, a root filesystem. Sourced after flow.sh. Sets
# $rootfs, with busybox in it.

# A private mount namespace: the engine sees cgroup v2, has its own /run and leaves no mount behind.
enter() {
  [ "${OCI_RT_ENGINE_VIEW:-}" != 1 ] || return 0
  OCI_RT_ENGINE_VIEW=1 exec unshare --mount --propagation private -- bash -c '
    grep -q " /sys/fs/cgroup .* - cgroup2 " /proc/self/mountinfo ||
      mount -t cgroup2 none /sys/fs/cgroup || exit 9
    mount -t tmpfs -o mode=755 tmpfs /run || exit 9
    exec "$@"' engine "$0" "$@"
}

# make_machine: part of set_up.
make_machine() {
  local applet
  rootfs=$work/rootfs
  mkdir -p "$rootfs"/{bin,dev,etc,proc,sys,tmp,run,root}
  cp "$(command -v busybox)" "$rootfs/bin/busybox"
  for applet in sh sleep cat echo true false tty id hostname ls ip stty touch env; do
    ln -s busybox "$rootfs/bin/$applet"
  done
  echo 'root:x:0:0:root:/root:/bin/sh' >"$rootfs/etc/passwd"
  # Limits that root can set on every machine: engines would raise them above root's own.
  cat >"$work/containers.conf" <<'CONF'
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
events_logger = "none"
CONF
  export CONTAINERS_CONF=$work/containers.conf TMPDIR=$work/tmp
  mkdir -p "$TMPDIR"
}

clean_up() {
  # podman's common parent cgroup, if empty.
  rmdir /sys/fs/cgroup/libpod_parent/conmon /sys/fs/cgroup/libpod_parent 2>/dev/null
}

# cover FILE LINE: adds a line to /etc/FILE, in this mount namespace alone.
cover() {
  cp "/etc/$1" "$work/$1"
  printf '%s\n' "$2" >>"$work/$1"
  mount --bind "$work/$1" "/etc/$1"
}
