#!/bin/bash
# namespaces.sh IMAGE WORK: runs the image's systemd in namespaces of this machine, for vm/run --namespaces, in place of
# a virtual machine. Runs as pid 1 of a pid namespace, in new mount, network, IPC and UTS namespaces. The serial lines
# are files in WORK: output, a pipe, and code. WORK/share is the second drive.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
image=$1 work=$2 root=$2/root

# Enters a new cgroup, and then a cgroup namespace that begins there. vm/run removes the cgroup.
if [ "${3:-}" != --inside ]; then
  mkdir "$work/cgroup" "$root"
  mount -t cgroup2 none "$work/cgroup"
  mkdir "$work/cgroup/$(basename "$work")"
  echo 0 >"$work/cgroup/$(basename "$work")/cgroup.procs"
  umount "$work/cgroup"
  exec unshare --cgroup "$0" "$image" "$work" --inside
fi

# The image stays unchanged. The storage of engines is an overlay itself, so it cannot be on one.
mount -t tmpfs -o mode=0755 tmpfs "$root"
mkdir "$root"/{image,upper,work,root}
mount -o loop,ro "$image/disk" "$root/image"
mount -t overlay -o "lowerdir=$root/image,upperdir=$root/upper,workdir=$root/work" overlay "$root/root"
root=$root/root
for directory in tmp run home root var/tmp var/lib/containers var/lib/containerd var/lib/docker dev; do
  mkdir -p "$root/$directory"
  mount -t tmpfs -o mode=0755 tmpfs "$root/$directory"
done
chmod 1777 "$root/tmp" "$root/var/tmp"
chmod 700 "$root/root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t cgroup2 none "$root/sys/fs/cgroup"
mount --bind "$work/share" "$root/share"

# node NAME TYPE MAJOR MINOR
node() { mknod -m 666 "$root/dev/$1" "$2" "$3" "$4"; }
mkdir "$root"/dev/{pts,shm,net}
mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
node null c 1 3
node zero c 1 5
node full c 1 7
node random c 1 8
node urandom c 1 9
node kmsg c 1 11
node tty c 5 0
node ttyS0 c 4 64
node console c 1 3
node fuse c 10 229
node net/tun c 10 200
node vda b 254 0
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
touch "$root/dev/ttyS1" "$root/dev/ttyS2"
mount --bind "$work/output" "$root/dev/ttyS1"
mount --bind "$work/code" "$root/dev/ttyS2"
# The image's own script, without the settings of the serial lines. All mounts are shared, as systemd makes them outside
# of containers.
sed -e '/^stty /d' -e '/^while read/i mount --make-rshared /' "$here/guest.sh" >"$root/usr/local/lib/oci-rt-vm/guest.sh"

ip link set lo up
cd "$root"
pivot_root . .
umount -l .
exec env -i container=oci-rt-vm PATH=/usr/sbin:/usr/bin:/sbin:/bin /usr/lib/systemd/systemd --unit=oci-rt-vm.target
