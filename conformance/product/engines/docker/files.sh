# Flows of vm_docker.sh: files of the host and of the image, at their paths in the container. Sourced by it.

# The host's whole root, as monitors mount it.
flow_host_root() {
  local late=$work/late see='cat /host/etc/of-the-machine; touch /host/made 2>/dev/null; echo $?'
  mkdir -p "$late" && echo machine >/etc/of-the-machine && ln -sfn / "$work/top"
  check "-v /:/host:ro,rslave" "$(said -v /:/host:ro,rslave $image /bin/sh -c "$see")" "machine 1"
  check "with a read-only root" "$(said --read-only -v /:/host:ro,rslave $image /bin/sh -c "$see")" "machine 1"
  check "by a link" "$(said -v "$work/top:/host:ro" $image /bin/sh -c "$see")" "machine 1"
  check "chroot into it" "$(said --privileged --pid host -v /:/host:rslave $image /bin/chroot /host cat /etc/of-the-machine)" machine
  begin monitor -v /:/host:ro,rslave $image /bin/sleep 1000
  mount -t tmpfs tmpfs "$late" && touch "$late/here"
  check "a mount made later appears" "$(ask exec monitor /bin/ls "/host$late")" here
  umount "$late"
  check "and goes" "$(ask exec monitor /bin/ls "/host$late")" ""
  end monitor
  check "the machine's root is as it was" "$(ls -d /made 2>/dev/null)" ""
  rm /etc/of-the-machine "$work/top"
}

flow_tmpfs() {
  check "on directories of the image: their modes" "$(said --tmpfs /root --tmpfs /home $image /bin/stat -c %a /root /home)" "700 755"
  check "with a mode" "$(said --tmpfs /root:mode=711 $image /bin/stat -c %a /root)" 711
  check "where there is none, a user writes" "$(said --user 1000 --tmpfs /new $image /bin/sh -c 'touch /new/x && stat -c %a /new')" 1777
}

# An image with dangling links, which are destinations of mounts.
flow_links() {
  local secret=/var/run/secrets/kubernetes.io/serviceaccount
  make_linked "$work/linked"
  tar -C "$work/linked" -cf "$work/linked.tar" .
  check "an image with links" "$(code docker import "$work/linked.tar" linked)" 0
  check "a file on /etc/localtime" "$(said -v /etc/localtime:/etc/localtime:ro linked /bin/sh -c 'cat /etc/localtime; readlink /etc/localtime')" "zone /usr/share/zoneinfo/Etc/Elsewhere"
  check "with a read-only root" "$(said --read-only -v /etc/localtime:/etc/localtime:ro linked /bin/cat /etc/localtime)" zone
  check "docker's own on /etc/resolv.conf" "$(said --dns 10.9.8.7 linked /bin/sh -c 'grep -c 10.9.8.7 /etc/resolv.conf')" 1
  check "a directory below /var/run" "$(said -v "$work/given:$secret:ro" linked /bin/sh -c "cat $secret/token; readlink /var/run")" "word ../run"
  check "a tmpfs at /var/run" "$(said --tmpfs /var/run linked /bin/sh -c 'touch /run/x && ls /var/run | grep x')" x
  check "nothing was made outside" "$(ls -d /usr/share/zoneinfo/Etc/Elsewhere /run/secrets 2>/dev/null)" ""
  check "rmi" "$(code docker rmi linked)" 0
}

flow_device_files() {
  check "a device on another" "$(said -v /dev/urandom:/dev/random $image /bin/stat -c %t:%T /dev/random)" 1:9
  echo given >"$work/given.file"
  check "a file on one" "$(said -v "$work/given.file:/dev/full" $image /bin/cat /dev/full)" given
  check "--device instead of it" "$(said --device /dev/urandom:/dev/random $image /bin/stat -c %t:%T /dev/random)" 1:9
}

flow_directory() {
  check "--workdir that is missing, --read-only" "$(said --read-only --workdir /made/here $image /bin/pwd)" /made/here
  check "of a user, below a tmpfs" "$(said --read-only --tmpfs /t --user 1000 --workdir /t/deep/er $image /bin/pwd)" /t/deep/er
}
