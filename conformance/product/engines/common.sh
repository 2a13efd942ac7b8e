# Common code of the engine scripts: a cgroup v2 view, a work directory, counted checks. Sourced with $0's arguments.
# Sets $runtime and $work, and $rootfs with busybox in it.
set -uo pipefail

if [ "${OCI_RT_ENGINE_VIEW:-}" != 1 ]; then
  # A private mount namespace: the engine sees cgroup v2, has its own /run and leaves no mount behind.
  OCI_RT_ENGINE_VIEW=1 exec unshare --mount --propagation private -- bash -c '
    grep -q " /sys/fs/cgroup .* - cgroup2 " /proc/self/mountinfo ||
      mount -t cgroup2 none /sys/fs/cgroup || exit 9
    mount -t tmpfs -o mode=755 tmpfs /run || exit 9
    exec "$@"' engine "$0" "$@"
fi

runtime=$(realpath "${1:?usage: $0 RUNTIME}") || exit 2
work=$(mktemp -d /var/tmp/oci-rt-engine.XXXXXX)
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
export CONTAINERS_CONF=$work/containers.conf
export TMPDIR=$work/tmp
mkdir -p "$TMPDIR"

good=0 bad=0 skipped=0
# check LABEL SEEN WANTED
check() {
  if [ "$2" = "$3" ]; then
    good=$((good + 1)) && echo "ok - $1"
  else
    bad=$((bad + 1)) && echo "not ok - $1: '$2', not '$3'"
  fi
}

# code COMMAND...: prints its exit code. Its output goes to $work/out.
code() {
  timeout 60 "$@" >"$work/out" 2>&1 </dev/null
  echo $?
}

# has LABEL FILE TEXT: a counted check, too.
has() {
  if grep -qF -- "$3" "$2"; then
    good=$((good + 1)) && echo "ok - $1"
  else
    bad=$((bad + 1)) && echo "not ok - $1: no '$3' in: $(head -c 600 "$2" | tr '\n' ' ')"
  fi
}

# skip REASON
skip() { skipped=$((skipped + 1)) && echo "ok - # skip $1"; }

# left ID LABEL: checks for cgroups and state of a removed container.
left() {
  local cgroups state
  cgroups=$(find /sys/fs/cgroup -type d -name "*$1*" 2>/dev/null | head -n 3)
  check "no cgroup of $2 is left" "$cgroups" ""
  state=$(find /run -maxdepth 3 -name "*$1*" 2>/dev/null | head -n 3)
  check "no state of $2 is left" "$state" ""
}

finish() {
  # podman's common parent cgroup, if empty.
  rmdir /sys/fs/cgroup/libpod_parent/conmon /sys/fs/cgroup/libpod_parent 2>/dev/null
  umount --recursive --lazy "$work" 2>/dev/null
  rm -rf "$work"
}
trap finish EXIT

close_engine() {
  echo "$good passed, $bad failed, $skipped skipped"
  [ "$bad" = 0 ]
}
