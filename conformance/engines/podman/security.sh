# Flows: who a container is and what it may.

flow_userns() {
  check "--userns=auto: its own ids" "$(box --userns=auto:size=4096 -- awk '{ print $1, $3, $2 >= 300000 }' /proc/self/uid_map)" "0 4096 1"
  check "--uidmap: root owns the files" "$(box --uidmap 0:200000:5000 --gidmap 0:200000:5000 -- stat -c %u:%g /etc/passwd /proc /sys /dev/null)" "0:0 0:0 65534:65534 0:0" 
  check "--uidmap, with a terminal" "$(in_terminal podman run --rm -it --network none --uidmap 0:200000:5000 box sh -c 'stat -c %u $(tty); exit 6')" 6
  begin u1 --userns=auto:size=4096 --memory 64m -- sleep 1000
  check "exec" "$(output podman exec --user 7 u1 sh -c 'id -u; wc -l </proc/self/uid_map')" "7 1"
  end u1
}

flow_seccomp() {
  cat >"$work/seccomp.json" <<'JSON'
{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"],
 "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95}]}
JSON
  check "a profile" "$(box --security-opt "seccomp=$work/seccomp.json" -- sh -c 'mkdir /made 2>&1 | grep -o "not supported"; grep Seccomp: /proc/self/status')" "not supported Seccomp:	2"
  check "the default profile" "$(box -- sh -c 'grep Seccomp: /proc/self/status; unshare -n true 2>/dev/null; echo $?')" "Seccomp:	2 1"
  check "unconfined" "$(box --security-opt seccomp=unconfined -- grep Seccomp: /proc/self/status)" "Seccomp:	0"
  begin s1 --security-opt "seccomp=$work/seccomp.json" -- sleep 1000
  check "exec has it" "$(output podman exec s1 sh -c 'mkdir /made 2>&1 | grep -o "not supported"')" "not supported"
  end s1
}

flow_apparmor() {
  printf 'profile oci-rt-test flags=(attach_disconnected,mediate_deleted) {\n  file,\n  capability,\n  signal,\n  ptrace,\n  deny /etc/secret rw,\n}\n' |
    apparmor_parser --replace --skip-cache >"$work/out" 2>&1
  check "a profile" "$(box --security-opt apparmor=oci-rt-test -- cat /proc/self/attr/current)" "oci-rt-test (enforce)"
  check "what it forbids" "$(box --security-opt apparmor=oci-rt-test -- sh -c 'echo x >/etc/secret; echo $?')" 1
  check "one that is not loaded is refused" "$([ "$(box_code --security-opt apparmor=oci-rt-missing -- true)" != 0 ] && echo yes)" yes
  has "and named" oci-rt-missing
  check "unconfined" "$(box --security-opt apparmor=unconfined -- cat /proc/self/attr/current)" unconfined
  check "podman's own" "$(box -- cat /proc/self/attr/current | sed 's/-[0-9.]* / /')" "containers-default (enforce)"
  begin a1 --security-opt apparmor=oci-rt-test -- sleep 1000
  check "exec has it" "$(output podman exec a1 cat /proc/self/attr/current)" "oci-rt-test (enforce)"
  end a1
}

flow_privileges() {
  check "no-new-privileges" "$(box --security-opt no-new-privileges -- grep NoNewPrivs /proc/self/status)" "NoNewPrivs:	1"
  check "--cap-drop all, one added" "$(box --cap-drop all --cap-add net_raw -- grep -E 'Cap(Eff|Prm|Bnd)' /proc/self/status | tr -d '\t')" \
    "CapPrm:0000000000002000 CapEff:0000000000002000 CapBnd:0000000000002000"
  check "a user has none" "$(box --user 1000 -- grep -E 'Cap(Eff|Prm)' /proc/self/status | tr -d '\t')" "CapPrm:0000000000000000 CapEff:0000000000000000"
  check "--privileged: all, and no filter" "$(box --privileged -- sh -c 'grep -E "CapEff|Seccomp:" /proc/self/status; test -w /proc/sys/kernel/domainname && echo writable')" \
    "CapEff:	$(awk '/CapEff/ { print $2 }' /proc/self/status) Seccomp:	0 writable"
  check "masked and read-only paths" "$(box -- sh -c 'wc -c </proc/kcore 2>/dev/null || echo none; ls /proc/acpi /sys/firmware 2>/dev/null | grep -v :; echo 1 2>/dev/null >/proc/sys/kernel/domainname; echo $?')" "0 1"
}

flow_namespaces() {
  check "--pid host" "$(box --pid host -- sh -c 'test $$ -gt 1 && echo more')" more
  check "--uts host, --ipc host" "$(box --uts host --ipc host -- sh -c 'hostname; readlink /proc/self/ns/ipc')" "$(hostname) $(readlink /proc/self/ns/ipc)"
  check "--cgroupns host" "$(box --cgroupns host -- cat /proc/self/cgroup | grep -c libpod)" 1
  check "--cgroupns private" "$(box -- cat /proc/self/cgroup)" "0::/"
  check "--network host" "$(output podman run --rm --network host box readlink /proc/self/ns/net)" "$(readlink /proc/self/ns/net)"
  begin j1 -- sleep 1000
  check "another container's" "$(output podman run --rm --pid container:j1 --network container:j1 --ipc container:j1 box sh -c 'readlink /proc/1/ns/net /proc/self/ns/net /proc/1/ns/pid /proc/self/ns/pid' | tr ' ' '\n' | sort -u | wc -l)" 2
  end j1
  check "--systemd=always: cgroups for writing" "$(box --systemd=always -- sh -c 'mkdir /sys/fs/cgroup/made && echo made; awk "\$2 == \"/run\" { print \$3 }" /proc/mounts')" "made tmpfs"
}

flow_init() {
  check "pid 1 is catatonit" "$(box --init -- sh -c 'echo $$; tr "\0" "\n" </proc/1/cmdline | head -n 1')" "2 /run/podman-init"
  begin i1 --init -- sleep 1000
  check "a signal reaches the program" "$(code podman stop -t 20 i1)" 0
  check "its code" "$(field i1 .State.ExitCode)" 143
  end i1
}
