#!/bin/busybox sh
# /init of the initrd: the modules of the disks, both disks, then systemd. With oci-rt-vm=hello on
# the kernel's command line it says so and ends: that is how run finds out whether kvm works.
busybox=/bin/busybox
$busybox mount -t proc proc /proc
$busybox mount -t devtmpfs devtmpfs /dev
if $busybox grep -q oci-rt-vm=hello /proc/cmdline; then
  echo "hello from the guest"
  $busybox reboot -f
fi
while read -r module; do
  $busybox insmod "$module"
done </modules/order
$busybox mount -t ext4 -o noatime /dev/vda /root && $busybox mount -t ext4 -o noatime /dev/vdb /root/share ||
  $busybox poweroff -f
$busybox umount /proc
$busybox mount --move /dev /root/dev
exec $busybox switch_root /root /sbin/init
