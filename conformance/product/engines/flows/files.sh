# Flows of docker and podman: files of the host and of the image, at their paths in the container.

# The host's whole root, as monitors and toolboxes mount it.
flow_host_root() {
  local late=$work/late see='cat /host/etc/of-the-machine; touch /host/made 2>/dev/null; echo $?'
  mkdir -p "$late" && echo machine >/etc/of-the-machine && ln -sfn / "$work/top"
  check "-v /:/host:ro,rslave" "$(box -v /:/host:ro,rslave -- /bin/sh -c "$see")" "machine 1"
  check "with a read-only root" "$(box --read-only -v /:/host:ro,rslave -- /bin/sh -c "$see")" "machine 1"
  check "by a link" "$(box -v "$work/top:/host:ro" -- /bin/sh -c "$see")" "machine 1"
  [ "$engine" != podman ] ||
    check "with a user namespace" "$(box --userns=auto:size=4096 -v /:/host:ro,rslave -- /bin/sh -c "$see")" "machine 1"
  check "chroot into it" "$(box --privileged --pid host -v /:/host:rslave -- /bin/chroot /host cat /etc/of-the-machine)" machine
  begin monitor -v /:/host:ro,rslave -- /bin/sleep 1000
  mount -t tmpfs tmpfs "$late" && touch "$late/here"
  check "a mount made later appears" "$(ask exec monitor /bin/ls "/host$late")" here
  umount "$late"
  check "and goes" "$(ask exec monitor /bin/ls "/host$late")" ""
  end monitor
  check "the machine's root is as it was" "$(ls -d /made 2>/dev/null)" ""
  rm /etc/of-the-machine "$work/top"
}

flow_tmpfs() {
  check "on directories of the image: their modes" "$(box --tmpfs /root --tmpfs /home --tmpfs /tmp -- /bin/stat -c %a /root /home /tmp)" "700 755 1777"
  check "with a mode" "$(box --tmpfs /root:mode=711 -- /bin/stat -c %a /root)" 711
  check "where there is none, a user writes" "$(box --user 1000 --tmpfs /new -- /bin/sh -c 'touch /new/x && stat -c %a /new')" 1777
}

# An image with dangling links, which are destinations of mounts.
flow_links() {
  local secret=/var/run/secrets/kubernetes.io/serviceaccount
  make_linked "$work/linked"
  tar -C "$work/linked" -cf "$work/linked.tar" .
  check "an image with links" "$(ask_code import "$work/linked.tar" linked)" 0
  check "a file on /etc/localtime" "$(from linked -v /etc/localtime:/etc/localtime:ro -- /bin/sh -c 'cat /etc/localtime; readlink /etc/localtime')" "zone /usr/share/zoneinfo/Etc/Elsewhere"
  check "with a read-only root" "$(from linked --read-only -v /etc/localtime:/etc/localtime:ro -- /bin/cat /etc/localtime)" zone
  if [ "$engine" = docker ]; then
    check "docker's own on /etc/resolv.conf" "$(from linked --dns 10.9.8.7 -- /bin/sh -c 'grep -c 10.9.8.7 /etc/resolv.conf')" 1
  else
    check "a file on /etc/resolv.conf" "$(from linked -v "$work/given/token:/etc/resolv.conf:ro" -- /bin/cat /etc/resolv.conf)" word
  fi
  check "a directory below /var/run" "$(from linked -v "$work/given:$secret:ro" -- /bin/sh -c "cat $secret/token; readlink /var/run")" "word ../run"
  check "a tmpfs at /var/run" "$(from linked --tmpfs /var/run -- /bin/sh -c 'touch /run/x && ls /var/run | grep x')" x
  check "nothing was made outside" "$(ls -d /usr/share/zoneinfo/Etc/Elsewhere /run/secrets 2>/dev/null)" ""
  check "rmi" "$(ask_code rmi linked)" 0
}

flow_device_files() {
  local see=(/bin/stat -c %t:%T /dev/random)
  check "a device on another" "$(box -v /dev/urandom:/dev/random -- "${see[@]}")" 1:9
  echo given >"$work/given.file"
  check "a file on one" "$(box -v "$work/given.file:/dev/full" -- /bin/cat /dev/full)" given
  if [ "$engine" = podman ]; then
    # crun and runc take every pipe for this file, and send the program's output there.
    check "a file on /dev/null" "$(box -v "$work/given.file:/dev/null" -- /bin/cat /dev/null)" given
    check "with a user namespace" "$(box --uidmap 0:200000:5000 -v /dev/urandom:/dev/random -- "${see[@]}")" 1:9
  fi
  check "--device instead of it" "$(box --device /dev/urandom:/dev/random -- "${see[@]}")" 1:9
}
