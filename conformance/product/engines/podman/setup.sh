# podman in the virtual machine, for vm_podman.sh and vm_buildah.sh: the configuration, the image, leftovers.

# set_up_podman: writes podman's configuration to /etc, and imports an image `box` of busybox. Expects $kind, $runtime,
# $driver.
# shellcheck disable=SC2034  # major is for the flows
set_up_podman() {
  modprobe -a overlay veth bridge tun fuse 2>/dev/null
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
    install -D -m 755 -t /usr/local/libexec/oci-rt "$(dirname "$runtime")"/oci-rt-{systemd,criu}
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
cgroup_manager = "$driver"
events_logger = "file"
[engine.runtimes]
$kind = ["$([ "$kind" = oci-rt ] && echo /usr/local/bin/oci-rt || echo "$runtime")"]
CONF
  tar -C "$work/rootfs" -c . | podman import --quiet - box >"$work/out" 2>&1 ||
    { echo "no image: $(cat "$work/out")" >&2 && exit 2; }
  echo "# $(podman --version), $("$runtime" --version | head -n 1), cgroups by $driver"
}

# podman's containers may leave units, too.
remaining_units() { systemctl list-units --all --no-legend --plain "*$1*" | cut -d' ' -f1 | head -n 3; }

flow_nothing_left() {
  check "containers" "$(ask ps -aq)" ""
  check "state" "$(find /run/oci-rt /run/crun /run/runc /run/user/*/{oci-rt,crun,runc} -mindepth 1 -maxdepth 1 ! -name .cache 2>/dev/null)" ""
  until_true no_cgroup
  check "cgroups" "$(cgroups_of_podman)" ""
  check "failed units" "$(systemctl list-units --failed --no-legend --plain 'libpod*' '*oci-rt-test*' | cut -d' ' -f1)" ""
  check "processes" "$(pgrep -x conmon | tr '\n' ' ')" ""
}
cgroups_of_podman() { find /sys/fs/cgroup -type d \( -name 'libpod-*' -o -name 'crun-*' \) | grep -v 'libpod-conmon' | head; }
no_cgroup() { [ -z "$(cgroups_of_podman)" ]; }
