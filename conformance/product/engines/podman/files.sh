# Flows: files of the host and of the image, at their paths in the container.

# The host's whole root, as monitors and toolboxes mount it.
flow_host_root() {
  local late=$work/late see='cat /host/etc/of-the-machine; touch /host/made 2>/dev/null; echo $?'
  mkdir -p "$late" && echo machine >/etc/of-the-machine && ln -sfn / "$work/top"
  check "-v /:/host:ro,rslave" "$(box -v /:/host:ro,rslave -- sh -c "$see")" "machine 1"
  check "with a read-only root" "$(box --read-only -v /:/host:ro,rslave -- sh -c "$see")" "machine 1"
  check "by a link" "$(box -v "$work/top:/host:ro" -- sh -c "$see")" "machine 1"
  check "with a user namespace" "$(box --userns=auto:size=4096 -v /:/host:ro,rslave -- sh -c "$see")" "machine 1"
  check "chroot into it" "$(box --privileged --pid host -v /:/host:rslave -- chroot /host cat /etc/of-the-machine)" machine
  begin h1 -v /:/host:ro,rslave -- sleep 1000
  mount -t tmpfs tmpfs "$late" && touch "$late/here"
  check "a mount made later appears" "$(output podman exec h1 ls "/host$late")" here
  umount "$late"
  check "and goes" "$(output podman exec h1 ls "/host$late")" ""
  end h1
  check "the machine's root is as it was" "$(ls -d /made 2>/dev/null)" ""
  rm /etc/of-the-machine "$work/top"
}

flow_tmpfs() {
  check "on directories of the image: their modes" "$(box --tmpfs /root --tmpfs /home --tmpfs /tmp -- stat -c %a /root /home /tmp)" "700 755 1777"
  check "with a mode" "$(box --tmpfs /root:mode=711 -- stat -c %a /root)" 711
  check "where there is none, a user writes" "$(box --user 1000 --tmpfs /new -- sh -c 'touch /new/x && stat -c %a /new')" 1777
}

# An image with dangling links, which are destinations of mounts.
flow_links() {
  local secret=/var/run/secrets/kubernetes.io/serviceaccount
  make_linked "$work/linked"
  tar -C "$work/linked" -cf "$work/linked.tar" .
  check "an image with links" "$(code podman import --quiet "$work/linked.tar" linked)" 0
  linked() { output podman run --rm --network none "$@"; }
  check "a file on /etc/localtime" "$(linked -v /etc/localtime:/etc/localtime:ro linked sh -c 'cat /etc/localtime; readlink /etc/localtime')" "zone /usr/share/zoneinfo/Etc/Elsewhere"
  check "with a read-only root" "$(linked --read-only -v /etc/localtime:/etc/localtime:ro linked cat /etc/localtime)" zone
  check "a file on /etc/resolv.conf" "$(linked -v "$work/given/token:/etc/resolv.conf:ro" linked cat /etc/resolv.conf)" word
  check "a directory below /var/run" "$(linked -v "$work/given:$secret:ro" linked sh -c "cat $secret/token; readlink /var/run")" "word ../run"
  check "a tmpfs at /var/run" "$(linked --tmpfs /var/run linked sh -c 'touch /run/x && ls /var/run | grep x')" x
  check "nothing was made outside" "$(ls -d /usr/share/zoneinfo/Etc/Elsewhere /run/secrets 2>/dev/null)" ""
  check "rmi" "$(code podman rmi linked)" 0
}

flow_device_files() {
  check "a device on another" "$(box -v /dev/urandom:/dev/random -- stat -c %t:%T /dev/random)" 1:9
  echo given >"$work/given.file"
  check "a file on one" "$(box -v "$work/given.file:/dev/full" -- cat /dev/full)" given
  # crun and runc take every pipe for this file, and send the program's output there.
  check "a file on /dev/null" "$(box -v "$work/given.file:/dev/null" -- cat /dev/null)" given
  check "with a user namespace" "$(box --uidmap 0:200000:5000 -v /dev/urandom:/dev/random -- stat -c %t:%T /dev/random)" 1:9
  check "--device instead of it" "$(box --device /dev/urandom:/dev/random -- stat -c %t:%T /dev/random)" 1:9
}

# podman creates the directory if it can. Below a mount it leaves that to the runtime.
flow_directory() {
  check "--workdir below a tmpfs, --read-only" "$(box --read-only --tmpfs /t --workdir /t/deep/er -- pwd)" /t/deep/er
  printf 'FROM localhost/box\nWORKDIR /of/image\n' >"$work/directory"
  check "build" "$(code podman build --pull=never --isolation chroot -t directory -f "$work/directory" "$work/tmp")" 0
  check "WORKDIR of the image, --read-only" "$(output podman run --rm --network none --read-only --user 1000 directory pwd)" /of/image
  check "rmi" "$(code podman rmi directory)" 0
}
