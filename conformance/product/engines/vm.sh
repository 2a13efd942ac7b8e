# The engines in the virtual machine: an image, a user's files, cgroups, leftovers. Sourced after flow.sh. The scripts change
# their machine (/etc, modules, cgroups), so they run there only. Sets $archive.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
patience=120  # the machine is emulated

enter() {
  [ ! -e /share/command ] || return 0
  echo "$0 changes the machine it runs in: conformance/product/vm/run --engines -- $0 …" >&2
  exit 2
}

# make_machine: part of set_up. make_rootfs: $work/rootfs with busybox.
make_machine() {
  # Root of a user namespace passes through it: crun has mounts in TMPDIR.
  export TMPDIR=$work/tmp
  install -d -m 1777 "$TMPDIR" && chmod 711 "$work"
  archive=$work/image.tar
  make_rootfs
  [ -n "${OCI_RT_WITHOUT_LIMITS:-}" ] || return 0
  mkdir "$work/unlimited"
  printf '#!/bin/sh\nexec %s %s "$@"\n' "$here/without_limits.py" "$runtime" >"$work/unlimited/$kind"
  chmod 755 "$work/unlimited/$kind"
  cp "$(dirname "$runtime")"/oci-rt-{systemd,criu} "$work/unlimited/" 2>/dev/null
  runtime=$work/unlimited/$kind
}
# /lib64 is a link as in Debian: programs of the machine run if /usr is mounted.
make_rootfs() {
  mkdir -p "$work/rootfs"/{bin,dev,etc,proc,sys,tmp,run,root,home,usr,var/tmp}
  chmod 1777 "$work"/rootfs/tmp "$work"/rootfs/var/tmp && chmod 700 "$work/rootfs/root"
  cp "$(command -v busybox)" "$work/rootfs/bin/busybox"
  chroot "$work/rootfs" /bin/busybox --install -s /bin
  ln -s usr/lib64 "$work/rootfs/lib64" && ln -s usr/lib "$work/rootfs/lib"
  printf 'root:x:0:0:root:/root:/bin/sh\nguest:x:1000:1001::/home:/bin/sh\n' >"$work/rootfs/etc/passwd"
  printf 'root:x:0:\nguest:x:1001:\n' >"$work/rootfs/etc/group"
}
# make_archive NAME [ENTRY=VALUE…]: an image of it in $archive.
make_archive() { python3 "$here/../../../runtime/install/kubernetes/oci_image.py" "$work/rootfs" "$@" >"$archive"; }
# make_linked DIRECTORY: copies $work/rootfs and adds dangling links, which are destinations of mounts. $work/given has
# a file for it, token. The machine's /etc/localtime becomes a link, too.
make_linked() {
  cp -a "$work/rootfs" "$1"
  rm -rf "${1:?}/run" "${1:?}/var" && mkdir "$1/var"
  ln -s ../run "$1/var/run"
  ln -s /usr/share/zoneinfo/Etc/Elsewhere "$1/etc/localtime"
  ln -s ../run/systemd/resolve/stub-resolv.conf "$1/etc/resolv.conf"
  mkdir -p "$work/given" && echo word >"$work/given/token"
  mkdir -p /usr/share/zoneinfo/Etc && echo zone >/usr/share/zoneinfo/Etc/Judged
  ln -sf /usr/share/zoneinfo/Etc/Judged /etc/localtime
}

# containerd_config VERSION LINE…: writes $work/config.toml: a private root, state and socket. The lines come before the
# tables, of which standard input has more.
containerd_config() {
  {
    printf 'version = %s\n' "$1"
    printf '%s\n' "${@:2}" "root = \"$work/containerd\"" "state = \"$work/state\""
    printf '[grpc]\n  address = "%s"\n' "$work/containerd.sock"
    cat
  } >"$work/config.toml"
}
start_containerd() { daemon containerd containerd --config "$work/config.toml"; }
containerd_answers() { ctr --address "$work/containerd.sock" version; }
# first_containerd: the first start. A daemon of its own also for docker, as with Debian's units: dockerd would wait 15 s for
# one that it starts.
first_containerd() {
  flow=daemon
  start_containerd
  check "containerd answers" "$(until_true containerd_answers && echo yes)" yes
}
no_shims() { ! pgrep -f '^/[^ ]*containerd-shim'; }
errors_of() { grep -E 'level=error' "$work/$1.log" | tail -n 30; }

# cgroup_file ID NAME: prints a file in the cgroup of a container, with either cgroup driver.
cgroup_of() { find /sys/fs/cgroup -type d \( -name "$1" -o -name "*-$1.scope" \) | head -n 1; }
cgroup_file() { cat "$(cgroup_of "$1")/$2" 2>/dev/null; }
# in_cgroup FILE…: prints a script that prints these files, seen from inside.
in_cgroup() { printf 'cd /sys/fs/cgroup && cat' && printf ' %s' "$@"; }

all_capabilities() { printf '%016x' $(((2 << $(cat /proc/sys/kernel/cap_last_cap)) - 1)); }

# left ID: checks for leftovers of a removed container. A shim and conmon need some time after their answer.
left() {
  [ -n "$1" ] || return
  sleep 0.2
  for _ in $(seq 30); do
    [ -n "$(remains "$1")" ] || break
    sleep 0.3
  done
  check "nothing of it is left" "$(remains "$1")" ""
}
remains() {
  find /sys/fs/cgroup -type d -name "*$1*" 2>/dev/null | head -n 3
  find /run/containerd/runc "$work"/*/runtime* /run/{oci-rt,crun,runc} -maxdepth 2 -name "*$1*" 2>/dev/null | head -n 3
  grep -F -- "$1" /proc/self/mountinfo | cut -d' ' -f5 | head -n 3
  remaining_units "$1"
}
remaining_units() { :; }
