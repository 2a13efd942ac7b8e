# The steps of packages.sh. Sourced. Expects its variables, and flow.sh.
bed=() bed_process=''

# Containers of an interrupted run, podman's common parent cgroup, and the process that keeps the bed.
clean_up() {
  # shellcheck disable=SC2016
  [ ${#bed[@]} = 0 ] || limited "${bed[@]}" 'for id in $(oci-rt list -q); do oci-rt delete --force "$id"; done
    rmdir /sys/fs/cgroup/libpod_parent/conmon /sys/fs/cgroup/libpod_parent' >/dev/null 2>&1
  [ -z "$bed_process" ] || kill "$bed_process"
}

# git archive reads the repository of another user only where it is told to.
build_packages() {
  debs=$work/debs
  install -d -o nobody -m 755 "$work" "$work/home" "$debs"
  setpriv --reuid nobody --regid nogroup --clear-groups env HOME="$work/home" bash -c '
    git config --global --add safe.directory "*" && "$1/.packaging/build" deb "$2"' \
    build "$top" "$debs" >"$work/out" 2>&1
  check "they are built as an ordinary user" $? 0
  [ "$failed" = 0 ] || { tail -n 20 "$work/out" && close_script || exit; }
}

lint_packages() {
  local status=0
  lintian --fail-on error,warning --tag-display-limit 0 "$debs"/*.changes >"$work/out" 2>&1 || status=$?
  check "lintian" "$status: $(grep -E '^[EW]:' "$work/out" | head -n 5)" "0: "
}

# make_tree: the fresh tree, in $tree.
make_tree() {
  local mirror
  mirror=$(debian_mirror)
  tree=$(realpath -m "${BUILD_DIR:-$top/build}/package-tree-$release")
  mkdir -p "$(dirname "$tree")"
  [ ! -e "$tree.made" ] || return 0
  rm -rf --one-file-system "$tree"
  # The Release file of sid is valid for a week, and a mirror may be older.
  mmdebstrap --mode=root --variant=minbase --aptopt='Acquire::Check-Valid-Until "false"' \
    --include=podman,uidmap,busybox-static,ca-certificates "$release" "$tree" ${mirror:+"$mirror"} >"$work/out" 2>&1 ||
    { tail -n 5 "$work/out" && stop "mmdebstrap could not make a tree"; }
  touch "$tree.made"
}

# enter_bed: an overlay, with everything that is written in memory. A command in it is "${bed[@]}" TEXT.
enter_bed() {
  local tree=/ one
  [ -z "$release" ] || make_tree
  mkdir "$work/bed"
  mount -t tmpfs -o mode=755 tmpfs "$work/bed"
  mkdir "$work/bed/up" "$work/bed/overlay" "$work/bed/root"
  mount -t overlay overlay -o "lowerdir=$tree,upperdir=$work/bed/up,workdir=$work/bed/overlay" "$work/bed/root" ||
    stop "there is no overlay of the root"
  bed_root=$work/bed/root
  for one in proc sys dev; do mount --rbind "/$one" "$bed_root/$one"; done
  mount -t cgroup2 none "$bed_root/sys/fs/cgroup"
  # What a container changes on its disk must be a real disk: an overlay is no upper directory of another one.
  for one in run tmp var/tmp var/lib/containers; do
    mkdir -p "$bed_root/$one"
    mount -t tmpfs -o mode=1777 tmpfs "$bed_root/$one"
  done
  mount --bind "$debs" "$bed_root/mnt"
  cp /etc/resolv.conf "$bed_root/etc/resolv.conf" 2>/dev/null
  # Not by chroot(1), in which the kernel permits no user namespace.
  unshare --mount --propagation private bash -c 'cd "$1" && mkdir before && pivot_root . before &&
    umount --lazy /before && rmdir /before && touch /run/bed && exec sleep infinity' bed "$bed_root" >/dev/null 2>&1 &
  bed_process=$!
  until_true test -e "$bed_root/run/bed" || stop "the root cannot be changed"
  bed=(nsenter --target "$bed_process" --mount env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive bash -c)
  [ -z "$release" ] || check "the tree is ready" "$(code "${bed[@]}" 'apt-get update && touch /etc/hosts && mkdir -p /etc/containers &&
    printf "[storage]\ndriver = \"vfs\"\nrunroot = \"/run/containers/storage\"\ngraphroot = \"/var/lib/containers/storage\"\n" >/etc/containers/storage.conf')" 0
}

# All that packages leave, without the records and caches of dpkg and apt themselves, and without the lock of podman's networks.
list_files() {
  # shellcheck disable=SC2016
  "${bed[@]}" 'find / -xdev \( -path /mnt -o -path /old -o -path /containers -o -path /root -o -path /var/lib/dpkg -o -path /var/lib/apt \
    -o -path /var/cache -o -path /var/log -o -path /etc/ld.so.cache -o -path /etc/cni -o -name __pycache__ \) -prune -o -print; find /run/oci-rt 2>/dev/null' | sort
}

# make_earlier_packages: /old has the packages with a lower version, and perhaps with the program of an earlier commit.
make_earlier_packages() {
  local version=0.0.1-1
  if [ -n "$before" ]; then
    mkdir "$work/before"
    { git -c safe.directory='*' -C "$top" archive "$before" | tar -x -C "$work/before"; } ||
      stop "the commit $before is not in the repository"
    version=$(sed -n "s/^  version: '\(.*\)',$/\1-1/p" "$work/before/meson.build")
    { meson setup "$work/before/build" "$work/before" -Dtests=disabled && ninja -C "$work/before/build" runtime/oci-rt; } >"$work/out" 2>&1
    check "the program of $before is built" $? 0
    cp "$work/before/build/runtime/oci-rt" "$bed_root/tmp/earlier-oci-rt" || { close_script || exit; }
  fi
  # shellcheck disable=SC2016
  check "earlier packages" "$(code "${bed[@]}" 'set -e; mkdir /old; cd /old; for deb in /mnt/*.deb; do
    case $deb in *-dbgsym_*) continue ;; esac
    dpkg-deb -R "$deb" one
    sed -i "s/^Version: .*/Version: '"$version"'/; s/(= [^)]*)/(= '"$version"')/" one/DEBIAN/control
    [ ! -e one/usr/bin/oci-rt ] || [ ! -e /tmp/earlier-oci-rt ] || cp /tmp/earlier-oci-rt one/usr/bin/oci-rt
    dpkg-deb --root-owner-group -b one "$(basename "$deb")"
    rm -rf one
  done')" 0
}

# make_containers: one of each status, by the earlier program.
make_containers() {
  # shellcheck disable=SC2016
  check "containers of the earlier version" "$(code "${bed[@]}" 'set -e; mkdir -p /containers/rootfs/bin; cd /containers
    cp /bin/busybox rootfs/bin/sh
    oci-rt spec
    sed -i "s/\"terminal\": true/\"terminal\": false/; s/\"args\": \[[^]]*\]/\"args\": [\"sh\", \"-c\", \"sleep 1000\"]/" config.json
    oci-rt create made
    oci-rt run --detach running
    oci-rt run --detach paused && oci-rt pause paused
    oci-rt run --detach stopped && oci-rt kill stopped KILL
    until oci-rt state stopped | grep -q "\"stopped\""; do sleep 0.1; done')" 0
  statuses "the statuses" "made created, paused paused, running running, stopped stopped"
}

# statuses LABEL WANTED: of all containers.
statuses() {
  # shellcheck disable=SC2016
  check "$1" "$(output "${bed[@]}" 'for id in $(oci-rt list -q | sort); do
    echo "$id $(oci-rt state "$id" | sed -n "s/.*\"status\": *\"\([a-z]*\)\".*/\1/p"),"; done' | sed 's/,$//')" "$2"
}

# manage_containers: the new program knows them, and can do with them all that the earlier one could.
manage_containers() {
  statuses "the statuses after the upgrade" "made created, paused paused, running running, stopped stopped"
  check "exec in a running one" "$(output "${bed[@]}" 'oci-rt exec running sh -c "echo inside"')" inside
  check "start, resume, pause, kill" "$(code "${bed[@]}" 'set -e; oci-rt start made; oci-rt resume paused; oci-rt pause running
    oci-rt exec made sh -c true; oci-rt exec paused sh -c true; oci-rt kill paused KILL
    until oci-rt state paused | grep -q "\"stopped\""; do sleep 0.1; done')" 0
  statuses "their effect" "made running, paused stopped, running paused, stopped stopped"
  # shellcheck disable=SC2016
  check "they can be deleted" "$(code "${bed[@]}" 'set -e; oci-rt delete stopped; oci-rt delete paused
    oci-rt delete --force running; oci-rt delete --force made')" 0
  statuses "none is left" ""
  check "no cgroup is left" "$(output "${bed[@]}" 'cd /sys/fs/cgroup; ls -d made running paused stopped 2>/dev/null')" ""
}

# try_podman: podman of the release with the packages, from `oci-rt install` on. It has no registry, and no limits, since
# this machine's cgroups may have no controllers.
try_podman() {
  local podman='podman --cgroup-manager cgroupfs --events-backend none'
  check "oci-rt install podman" "$(code "${bed[@]}" 'oci-rt install podman')" 0
  check "podman import" "$(code "${bed[@]}" "tar -C /containers/rootfs -c . | $podman import - small")" 0
  check "podman run" "$(output "${bed[@]}" "$podman --runtime oci-rt run --rm --network none --pids-limit 0 \
    --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 small sh -c 'echo hello'")" hello
  check "podman knows the runtime" "$(output "${bed[@]}" "$podman --runtime oci-rt info --format '{{.Host.OCIRuntime.Path}}'")" /usr/bin/oci-rt
  check "podman's containers are gone" "$(output "${bed[@]}" 'oci-rt list -q')" ""
}
