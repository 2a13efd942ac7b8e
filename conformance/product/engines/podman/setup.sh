# Common code of the flows of vm_podman.sh: the configuration, the image, functions to run containers and to check them.

# set_up: writes podman's configuration to /etc, and imports an image `box` of busybox. Expects $kind, $runtime,
# $manager.
set_up() {
  modprobe -a overlay veth bridge tun fuse 2>/dev/null
  podman=podman
  major=$(podman --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
  mkdir -p /etc/containers/containers.conf.d
  echo '{"default": [{"type": "insecureAcceptAnything"}]}' >/etc/containers/policy.json
  # libsubid of shadow 4.20 has ranges only for users that exist.
  grep -q '^containers:' /etc/passwd || echo 'containers:x:978:978::/:/bin/false' >>/etc/passwd
  printf '%s:200000:65536\n' root containers >/etc/subuid
  sed -i 's/^containers:200000:65536/containers:300000:1000000/' /etc/subuid
  cp /etc/subuid /etc/subgid
  if [ "$kind" = oci-rt ]; then
    install -m 755 "$runtime" /usr/local/bin/oci-rt
    install -D -m 755 "$(dirname "$runtime")/oci-rt-systemd" /usr/local/libexec/oci-rt/oci-rt-systemd
    cat >/etc/containers/containers.conf.d/50-oci-rt.conf <<'CONF'
[engine]
runtime_supports_json = ["oci-rt", "crun", "runc"]
runtime_supports_nocgroup = ["oci-rt", "crun"]
[engine.runtimes]
oci-rt = ["/usr/local/bin/oci-rt"]
CONF
  fi
  cat >/etc/containers/containers.conf.d/60-default.conf <<CONF
[containers]
log_driver = "k8s-file"
[engine]
runtime = "$kind"
cgroup_manager = "$manager"
events_logger = "file"
[engine.runtimes]
$kind = ["$([ "$kind" = oci-rt ] && echo /usr/local/bin/oci-rt || echo "$runtime")"]
CONF
  make_rootfs
  tar -C "$work/rootfs" -c . | podman import --quiet - box >"$work/out" 2>&1 ||
    { echo "no image: $(cat "$work/out")" >&2 && exit 2; }
  echo "# $(podman --version), $("$runtime" --version | head -n 1), cgroups by $manager"
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

# box OPTION… -- WORD…: prints the output of a new container.
box() {
  local options=()
  while [ "$1" != -- ]; do options+=("$1") && shift; done
  shift
  output podman run --rm --network none ${options[@]+"${options[@]}"} box "$@"
}
# box_code OPTION… -- WORD…: prints its exit code.
box_code() {
  local options=()
  while [ "$1" != -- ]; do options+=("$1") && shift; done
  shift
  code podman run --rm --network none ${options[@]+"${options[@]}"} box "$@"
}
declare -A ids
# begin NAME OPTION… -- WORD…: starts a container in the background. Its id is in $id.
begin() {
  local name=$1 options=()
  shift
  while [ "$1" != -- ]; do options+=("$1") && shift; done
  shift
  id=$(output podman run -d --name "$name" --network none ${options[@]+"${options[@]}"} box "$@")
  ids[$name]=$id
  check "run -d of $name" "$([ ${#id} = 64 ] || cat "$work/out")" ""
}
# end NAME: removes it and checks for leftovers.
end() {
  check "rm -f of $1" "$(code podman rm -f -t 0 "$1")" 0
  gone "${ids[$1]:-$1}"
}
field() { output podman inspect --format "{{$2}}" "$1"; }
status() { field "$1" .State.Status; }
is_status() { [ "$(status "$1")" = "$2" ]; }
logs_have() { podman logs "$1" 2>&1 | grep -qF -- "$2"; }

# gone ID: checks for cgroups, units, state and mounts of a removed container. conmon needs some time.
gone() {
  local turn
  for turn in $(seq 30); do
    [ -n "$(remains "$1")" ] || break
    sleep 0.3
  done
  check "nothing of ${1:0:8} is left" "$(remains "$1")" ""
}
remains() {
  find /sys/fs/cgroup -type d -name "*$1*" | head -n 3
  systemctl list-units --all --no-legend --plain "*$1*" | cut -d' ' -f1 | head -n 3
  find /run/oci-rt /run/crun /run/runc -maxdepth 1 -name "*$1*" 2>/dev/null
  grep -F -- "$1" /proc/self/mountinfo | cut -d' ' -f5 | head -n 3
}

flow_nothing_left() {
  check "containers" "$(output podman ps -aq)" ""
  check "state" "$(find /run/oci-rt /run/crun /run/runc /run/user/*/{oci-rt,crun,runc} -mindepth 1 -maxdepth 1 ! -name .cache 2>/dev/null)" ""
  until_true no_cgroup
  check "cgroups" "$(cgroups_of_podman)" ""
  check "failed units" "$(systemctl list-units --failed --no-legend --plain 'libpod*' '*oci-rt-test*' | cut -d' ' -f1)" ""
  check "processes" "$(pgrep -x conmon | tr '\n' ' ')" ""
}
cgroups_of_podman() { find /sys/fs/cgroup -type d \( -name 'libpod-*' -o -name 'crun-*' \) | grep -v 'libpod-conmon' | head; }
no_cgroup() { [ -z "$(cgroups_of_podman)" ]; }
