#!/bin/bash
# Adds to its mount namespace everything that a bare chroot lacks, and runs its arguments: proc, sysfs, devpts, shm and
# a cgroup v2 tree. private_mounts.pl has prepared the root.
set -eu
[ -e /proc/self/mountinfo ] || mount -t proc proc /proc
[ -d /sys/kernel ] || mount -t sysfs sysfs /sys
[ -c /dev/full ] || mount -t devtmpfs devtmpfs /dev
mounted() { awk -v at="$1" '$5 == at { found = 1 } END { exit !found }' /proc/self/mountinfo; }
mkdir -p /dev/pts /dev/shm
mounted /dev/pts || mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts /dev/pts
mounted /dev/shm || mount -t tmpfs -o mode=1777 shm /dev/shm
awk '/ - cgroup2? / { found = 1 } END { exit !found }' /proc/self/mountinfo ||
  mount -t cgroup2 none /sys/fs/cgroup || echo "no cgroups here: some tests will be skipped" >&2
exec "$@"
