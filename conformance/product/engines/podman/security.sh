# Flows: identity and privileges of a container.

flow_userns() {
  check "--userns=auto: its own ids" "$(box --userns=auto:size=4096 -- awk '{ print $1, $3, ($2 >= 300000) }' /proc/self/uid_map)" "0 4096 1"
  check "--uidmap, with a terminal: root owns it" \
    "$(in_terminal podman run --rm -it --network none --uidmap 0:200000:5000 box sh -c 'stat -c %u $(tty) /etc/passwd /dev/null | tr "\n" .; exit 6')" 6
  has "and the files" 0.0.
  begin u1 --userns=auto:size=4096 --memory 64m -- sleep 1000
  check "exec" "$(ask exec --user 7 u1 sh -c 'id -u; wc -l </proc/self/uid_map')" "7 1"
  end u1
}

flow_seccomp() {
  cat >"$work/seccomp.json" <<'JSON'
{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"],
 "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95}]}
JSON
  begin s1 --security-opt "seccomp=$work/seccomp.json" -- sh -c 'mkdir /made 2>&1 | grep -o "not supported"; sleep 1000'
  check "a profile" "$(until_true logs_have s1 supported; ask logs s1)" "not supported"
  check "exec has it" "$(ask exec s1 sh -c 'mkdir /made 2>&1 | grep -o "not supported"')" "not supported"
  end s1
  check "the default profile" "$(box -- sh -c 'grep Seccomp: /proc/self/status; unshare -n true 2>/dev/null; echo $?' | tr '\t' ' ')" "Seccomp: 2 1"
}

flow_apparmor() {
  printf 'profile oci-rt-test flags=(attach_disconnected,mediate_deleted) {\n  file,\n  capability,\n  signal,\n  ptrace,\n  deny /etc/secret rw,\n}\n' |
    apparmor_parser --replace --skip-cache >"$work/out" 2>&1
  begin a1 --security-opt apparmor=oci-rt-test -- sh -c 'cat /proc/self/attr/current; true >/etc/secret; sleep 1000'
  until_true logs_have a1 secret
  ask logs a1 >/dev/null
  has "a profile" "oci-rt-test (enforce)"
  has "what it forbids" "/etc/secret: Permission denied"
  check "exec has it" "$(ask exec a1 cat /proc/self/attr/current)" "oci-rt-test (enforce)"
  end a1
  check "one that is not loaded is refused" "$([ "$(box_code --security-opt apparmor=oci-rt-missing -- true)" != 0 ] && echo yes)" yes
  has "and named" oci-rt-missing
  check "podman's own" "$(box -- cat /proc/self/attr/current | sed 's/-[0-9.]* / /')" "containers-default (enforce)"
}

flow_privileges() {
  check "no-new-privileges, --cap-drop all and one added" \
    "$(box --security-opt no-new-privileges --cap-drop all --cap-add net_raw -- grep -E 'Cap(Eff|Prm|Bnd)|NoNew' /proc/self/status | tr -d '\t')" \
    "CapPrm:0000000000002000 CapEff:0000000000002000 CapBnd:0000000000002000 NoNewPrivs:1"
  check "a user has none; masked and read-only paths" "$(box --user 1000 -- sh -c 'grep -E "Cap(Eff|Prm)" /proc/self/status
    { wc -c </proc/kcore || echo 0; } 2>/dev/null; ls /proc/acpi /sys/firmware 2>/dev/null | grep -v -e : -e "^$"; true 2>/dev/null >/proc/sysrq-trigger; echo $?' | tr -d '\t')" \
    "CapPrm:0000000000000000 CapEff:0000000000000000 0 1"
  check "--privileged: all, no filter, no profile" "$(box --privileged -- sh -c 'grep -E "CapEff|Seccomp:" /proc/self/status
    cat /proc/self/attr/current; test -w /proc/sys/kernel/domainname && echo writable' | tr -d '\t')" \
    "CapEff:$(awk '/CapEff/ { print $2 }' /proc/self/status) Seccomp:0 unconfined writable"
}

flow_namespaces() {
  check "the machine's: pid, uts, ipc, cgroup, network" "$(ask run --rm --pid host --uts host --ipc host --cgroupns host --network host box sh -c '
    for n in pid uts ipc cgroup net; do readlink /proc/self/ns/$n; done')" \
    "$(for n in pid uts ipc cgroup net; do readlink /proc/self/ns/$n; done | tr '\n' ' ' | sed 's/ $//')"
  begin j1 -- sleep 1000
  check "another container's" "$(ask run --rm --pid container:j1 --network container:j1 --ipc container:j1 box \
    sh -c 'for n in 1/ns/net self/ns/net 1/ns/pid self/ns/pid; do readlink /proc/$n; done' | tr ' ' '\n' | sort -u | wc -l)" 2
  end j1
  check "--systemd=always: its own cgroup, for writing" "$(box --systemd=always -- sh -c 'cat /proc/1/cgroup; mkdir /sys/fs/cgroup/made && echo made; awk "\$2 == \"/run\" { print \$3 }" /proc/mounts')" \
    "0::/ made tmpfs"
}

# A new user namespace together with joined namespaces, which belong to the machine's user namespace.
flow_joined() {
  local pid own=(--uidmap 0:200000:5000 --gidmap 0:200000:5000)
  begin j2 -- sleep 1000
  pid=$(field j2 .State.Pid)
  check "--uidmap --ipc container:" "$(box "${own[@]}" --ipc container:j2 -- sh -c 'readlink /proc/self/ns/ipc; cat /proc/self/uid_map' | tr -s ' ')" \
    "$(readlink "/proc/$pid/ns/ipc") 0 200000 5000"
  check "--uidmap --pid container:" "$(box "${own[@]}" --pid container:j2 -- sh -c 'readlink /proc/self/ns/pid; cat /proc/1/comm')" "$(readlink "/proc/$pid/ns/pid") sleep"
  check "--uidmap --network container:" "$(ask run --rm "${own[@]}" --network container:j2 box readlink /proc/self/ns/net)" "$(readlink "/proc/$pid/ns/net")"
  check "--uidmap --ipc host" "$(box "${own[@]}" --ipc host -- readlink /proc/self/ns/ipc)" "$(readlink /proc/self/ns/ipc)"
  check "--uidmap --pid host" "$(box "${own[@]}" --pid host -- sh -c 'readlink /proc/self/ns/pid')" "$(readlink /proc/self/ns/pid)"
  end j2
}

flow_init() {
  check "pid 1 is catatonit" "$(box --init -- sh -c 'test $$ != 1 && tr "\0" "\n" </proc/1/cmdline | head -n 1')" /run/podman-init
  begin i1 --init -- sleep 1000
  check "a signal reaches the program" "$(ask_code stop -t 20 i1)" 0
  check "its code" "$(field i1 .State.ExitCode)" 143
  end i1
}
