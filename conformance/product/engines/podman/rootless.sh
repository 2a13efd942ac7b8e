# Flows: podman of an unprivileged user with a systemd user manager (linger).

user=rover
flow_rootless() {
  be_user || { check "a user with a session" "$(cat "$work/out")" "" && return; }
  check "a program, its ids" "$(box_of_user -- sh -c 'echo hello $$ $(id -u); cat /proc/self/uid_map' | tr -s ' ')" "hello 1 0 0 1000 1 1 $(awk -F: -v user="$user" '$1 == user { print $2, $3 }' /etc/subuid)"
  check "nothing on standard error" "$(cat "$work/errors")" ""
  check "keep-id" "$(box_of_user --userns=keep-id -- sh -c 'id -u; id -g')" "1000 1000"
  check "exit code 7" "$(code as-user podman run --rm --network none box sh -c 'exit 7')" 7
  check "a missing program is 127" "$(code as-user podman run --rm --network none box /bin/missing)" 127
  check "a terminal" "$(in_terminal as-user podman run --rm -it --network none box sh -c 'tty; test -t 0 && exit 5')" 5
  mkdir -p "/home/$user/v" && echo shared >"/home/$user/v/file" && chown -R "$user" "/home/$user/v"
  check "a volume" "$(box_of_user -v "/home/$user/v:/v:ro" -- sh -c 'cat /v/file; touch /v/x 2>/dev/null; echo $?')" "shared 1"
  check "--userns=auto" "$(box_of_user --userns=auto:size=500 -- awk '{ print $1, $3 }' /proc/self/uid_map)" "0 500"
  echo machine >/etc/of-the-machine && install -d -o "$user" /srv/of-user
  check "-v /:/host:ro,rslave" "$(box_of_user -v /:/host:ro,rslave -- sh -c 'cat /host/etc/of-the-machine; touch /host/srv/of-user/x 2>/dev/null; echo $?')" "machine 1"
  rm -r /etc/of-the-machine /srv/of-user
  check "--tmpfs /root: its mode" "$(box_of_user --tmpfs /root -- stat -c %a /root)" 700
  check "a device on another" "$(box_of_user -v /dev/urandom:/dev/random -- stat -c %t:%T /dev/random)" 1:9
  check "--network host" "$(output as-user podman run --rm --network host box readlink /proc/self/ns/net)" "$(readlink /proc/self/ns/net)"
  skip "a network of its own: the virtual machine has no route for pasta or slirp4netns to use"
}

flow_rootless_life() {
  be_user || return
  check "run -d" "$(code as-user podman run -d --name r1 --network none box sh -c 'trap "exit 3" TERM; echo begun; while :; do sleep 0.1; done')" 0
  check "logs" "$(until_true user_logs_have r1 begun; output as-user podman logs r1)" begun
  check "exec: user and exit code" "$(output as-user podman exec --user 7 r1 sh -c 'id -u; exit 9'; code as-user podman exec r1 sh -c 'exit 9')" "79"
  check "exec -it" "$(in_terminal as-user podman exec -it r1 sh -c 'tty; exit 5')" 5
  check "top" "$(output as-user podman top r1 user pid | tr -s ' ' | cut -d' ' -f1-4)" "USER PID root 1"
  check "stop" "$(code as-user podman stop -t 20 r1)" 0
  check "the program's own code" "$(output as-user podman inspect --format '{{.State.ExitCode}}' r1)" 3
  check "rm -f" "$(code as-user podman rm -f -t 0 r1)" 0
  check "nothing is left" "$(output as-user podman ps -aq)$(find /run/user/1000/{oci-rt,crun,runc} -mindepth 1 -maxdepth 1 ! -name .cache 2>/dev/null)" ""
}

# The user's systemd delegates memory and pids. With cgroupfs a user has no limits.
flow_rootless_limits() {
  be_user || return
  [ "$driver" = systemd ] || { skip "a user's limits are systemd's" && return; }
  check "--memory, --pids-limit" "$(box_of_user --memory 64m --pids-limit 20 -- sh -c "$(in_cgroup memory.max pids.max)")" "67108864 20"
  check "run -d" "$(code as-user podman run -d --name r2 --memory 64m --network none box sleep 1000)" 0
  check "below the user's own cgroup" "$(cut -d: -f3 "/proc/$(output as-user podman inspect --format '{{.State.Pid}}' r2)/cgroup" | grep -c '^/user.slice/user-1000.slice/user@1000.service/.*\.scope')" 1
  check "pause" "$(code as-user podman pause r2)" 0
  check "unpause" "$(code as-user podman unpause r2)" 0
  check "stats" "$(output as-user podman stats --no-stream --format '{{.PIDs}}' r2)" 1
  check "update" "$(code as-user podman update --memory 128m --memory-swap 256m r2; as-user podman exec r2 cat /sys/fs/cgroup/memory.max)" "0
134217728"
  check "rm -f" "$(code as-user podman rm -f -t 0 r2)" 0
}

flow_rootless_pod() {
  be_user || return
  check "pod create" "$(code as-user podman pod create --name rp --network none --hostname pod)" 0
  check "one in it" "$(output as-user podman run --rm --pod rp box hostname)" pod
  check "pod rm" "$(code as-user podman pod rm -f -t 0 rp)" 0
}

# be_user: makes the user, the session and the image once.
be_user() {
  [ ! -e "$work/user" ] || return 0
  {
    printf '#!/bin/bash\nexec su -l %s -c "$(printf "%%q " "$@")"\n' "$user" >/usr/local/bin/as-user
    chmod 755 /usr/local/bin/as-user
    useradd --create-home --uid 1000 --shell /bin/bash "$user"
    sed -i "/^$user:/d" /etc/subuid /etc/subgid
    echo "$user:400000:65536" | tee -a /etc/subuid >>/etc/subgid
    loginctl enable-linger "$user"
    until_true test -S /run/user/1000/bus
    printf 'export XDG_RUNTIME_DIR=/run/user/1000 DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus\n' >"/home/$user/.profile"
    as-user podman system migrate  # or a process of an earlier run keeps other ids
    tar -C "$work/rootfs" -c . >"/home/$user/box.tar"
    until_true as-user podman import --quiet "/home/$user/box.tar" box
  } >"$work/out" 2>&1
  as-user podman image exists box && touch "$work/user"
}
# box_of_user OPTION… -- WORD…: box of the user's podman.
box_of_user() {
  local cli=(as-user podman)
  box "$@"
}
user_logs_have() { as-user podman logs "$1" | grep -qF -- "$2"; }
