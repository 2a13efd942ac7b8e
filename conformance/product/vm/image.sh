# Selects the image of the virtual machine. Images are kept outside the tree, under a name made from all their inputs.
# Sourced by run.

vm_cache=${OCI_RT_VM_CACHE:-/var/cache/oci-rt-vm}
vm_packages=(qemu-system-x86 mmdebstrap e2fsprogs xz-utils busybox-static util-linux)
guest_packages="linux-image-cloud-amd64 systemd-sysv dbus kmod apparmor libpam-systemd busybox-static
  runc crun criu strace iproute2 iptables procps bsdutils libcap2-bin libstdc++6 python3-minimal libpython3-stdlib perl-base"
guest_engines="udev podman buildah conmon catatonit passt slirp4netns dbus-user-session
  containerd docker.io containernetworking-plugins fuse-overlayfs
  netavark nftables uidmap ca-certificates
  python3-grpcio"
# Before Debian 13, docker.io contains the client, and there is no library of CRIU, which crun loads.
guest_engines_trixie="docker-cli docker-buildx libcriu2"
# shellcheck disable=SC2034  # read by the name of the release
guest_engines_sid=$guest_engines_trixie
# No other package there needs useradd any more.
# shellcheck disable=SC2034
guest_packages_sid=passwd
vm_releases="bookworm trixie sid"

# ensure_image RELEASE ENGINES: prints the directory of the image (disk, vmlinuz, initrd), and builds it first if it is
# missing. Parallel calls build it once.
ensure_image() {
  local release=$1 packages=$guest_packages key directory own
  own=guest_packages_$release packages+=" ${!own:-}"
  [ -z "$2" ] || { own=guest_engines_$release && packages+=" $guest_engines ${!own:-}"; }
  key=$(cat "$here/build_image" "$here/initrd.sh" "$here/guest.sh" <(echo "$release $packages") | sha256sum | cut -c1-16)
  directory=$vm_cache/$release${2:+-engines}-$key
  mkdir -p "$vm_cache"
  if [ ! -e "$directory/disk" ]; then
    say "building the image of $release in $directory" >&2
    (
      flock --timeout 900 9
      [ -e "$directory/disk" ] || build_image "$release" "$directory" "$packages"
    ) 9>"$vm_cache/.$release.lock" || return 1
  fi
  touch "$directory"  # in use: build_image removes images unused for two weeks
  say "$directory"
}

# Builds in a temporary directory, and renames it on success.
build_image() {
  local release=$1 directory=$2 packages made
  read -r -d '' -a packages <<<"$3" || true
  made=$(mktemp -d "$vm_cache/.building.XXXXXX")
  if "$here/build_image" "$release" "$made" "${packages[@]}" >"$work/image.log" 2>&1; then
    find "$vm_cache" -mindepth 1 -maxdepth 1 -mtime +14 ! -name '*.lock' -exec rm -rf --one-file-system {} +
    mv "$made" "$directory"
    return 0
  fi
  tail -n 30 "$work/image.log" >&2
  rm -rf --one-file-system "$made"
  return 1
}
