#!/usr/bin/env python3
"""flows.py --list | ADDRESS IMAGE DRIVER GIVEN [FLOW…]: sends a kubelet's requests to an engine and checks the results. vm_cri.sh
starts the engine. GIVEN is a file with the text "word". The flows of a node with many pods are in node.py. Ends
"N passed, N failed, N skipped"."""
import os
import sys

FLOWS = ("status", "life", "exec", "resources", "oom", "errors", "security", "privileged", "host-root", "links", "directory",
         "device-files", "namespaces", "users", "recursive-read-only", "empty-dir", "pod-stats", "log-rotation", "checkpoint",
         "probes", "restart", "nothing-left")
if sys.argv[1:] == ["--list"]:  # also where there is no grpc
    print("\n".join(FLOWS))
    sys.exit()

import kubelet  # noqa: E402
import node  # noqa: E402
from client import Refused  # noqa: E402
from kubelet import (CONTAINER, CREATED, DEFAULT_PROFILE, EXITED, HOST_TO_CONTAINER, LIMITS, NODE, NOT_READY, PARENT, POD,  # noqa: E402
                     READY, RUNNING, SLEEP, UNCONFINED, Pod, cgroup_of, check, cri, driver, features, given, has, lacks, limit, logs,
                     read_log, run_in, say, status, until)


def flow_status():
    check("Version", cri.Version().runtime_name, "containerd")
    answer = cri.Status(verbose=True)
    check("RuntimeReady", {c.type: c.status for c in answer.status.conditions}.get("RuntimeReady"), True)
    has("the handler", answer.info["config"], '"judged"')
    known = features()
    if known:
        check("its features", (known.recursive_read_only_mounts, known.user_namespaces), (True, True))
    else:
        say("skip", "runtimeHandlers: containerd before 2.0 does not tell them")


def flow_life():
    with Pod("life") as pod:
        answer = cri.PodSandboxStatus(pod_sandbox_id=pod.id).status
        check("RunPodSandbox", (answer.state, answer.runtime_handler), (READY, "judged"))
        made = pod.create("web", "/bin/sh", "-c", SLEEP)
        check("CreateContainer", status(made).state, CREATED)
        cri.StartContainer(container_id=made)
        check("StartContainer", status(made).state, RUNNING)
        check("its log", until(lambda: read_log("web") == "up"), True)
        cri.StopContainer(container_id=made, timeout=60)
        check("StopContainer", (status(made).state, status(made).exit_code), (EXITED, 3))
        cri.RemoveContainer(container_id=made)
        check("RemoveContainer", [c.id for c in cri.ListContainers().containers], [])
        made = pod.start("deaf", "/bin/sh", "-c", "trap '' TERM; while :; do sleep 0.1; done")
        cri.StopContainer(container_id=made, timeout=1)
        check("StopContainer of what does not listen", status(made).exit_code, 137)
        cri.RemoveContainer(container_id=made)
        check("exit code", pod.said("code", "echo said; exit 7"), "said (exit code 7)")
        pod.start("on", "/bin/sleep", "1000")
        cri.StopPodSandbox(pod_sandbox_id=pod.id)
        check("StopPodSandbox", cri.PodSandboxStatus(pod_sandbox_id=pod.id).status.state, NOT_READY)


def flow_exec():
    with Pod("exec") as pod:
        made = pod.start("exec", "/bin/sleep", "1000", envs=[{"key": "WORD", "value": "said"}])
        check("ExecSync", run_in(made, "/bin/sh", "-c", "echo $WORD"), "0 said")
        check("ExecSync: exit code", run_in(made, "/bin/sh", "-c", "exit 7"), "7")
        answer = cri.ExecSync(container_id=made, cmd=["/bin/sh", "-c", "echo out; echo err >&2"])
        check("ExecSync: streams", (answer.stdout, answer.stderr), (b"out\n", b"err\n"))
        for words, part in ((["/bin/missing"], "no such file or directory"), (["missing"], "executable file not found in $PATH")):
            try:
                check(f"ExecSync of {words[0]} fails", cri.ExecSync(container_id=made, cmd=words).exit_code, "an error")
            except Refused as refused:
                has(f"ExecSync of {words[0]} fails", str(refused), part)
        try:
            cri.ExecSync(container_id=made, cmd=["/bin/sleep", "1000"], timeout=2)
            say("not ok", "ExecSync: its time is over, and it goes on")
        except Refused as refused:
            has("ExecSync: its time is over", str(refused), "DEADLINE_EXCEEDED")


def flow_resources():
    if lacks("cpu", "memory"):
        return
    with Pod("resources") as pod:
        made = pod.start("limited", "/bin/sleep", "1000", resources=LIMITS)
        has("the cgroup of the pod", cgroup_of(made), PARENT[driver])
        check("memory.max", limit(made, "memory.max"), str(64 << 20))
        check("cpu.max", limit(made, "cpu.max"), "50000 100000")
        check("oom_score_adj", run_in(made, "/bin/cat", "/proc/1/oom_score_adj"), "0 500")
        cri.UpdateContainerResources(container_id=made, linux={
            "memory_limit_in_bytes": 48 << 20, "cpu_period": 100000, "cpu_quota": 25000})
        check("UpdateContainerResources: memory.max", limit(made, "memory.max"), str(48 << 20))
        check("UpdateContainerResources: cpu.max", limit(made, "cpu.max"), "25000 100000")
        cri.UpdateContainerResources(container_id=made, linux={"unified": {"memory.high": "33554432"}})
        check("UpdateContainerResources: unified", limit(made, "memory.high"), "33554432")
        check("it still has its devices", run_in(made, "/bin/sh", "-c", "echo x >/dev/null"), "0")
        stats = cri.ContainerStats(container_id=made).stats
        check("ContainerStats: cpu", stats.cpu.usage_core_nano_seconds.value > 0, True)
        check("ContainerStats: memory", stats.memory.working_set_bytes.value > 0, True)


def flow_oom():
    if lacks("memory"):
        return
    with Pod("oom") as pod:
        made = pod.start("oom", "/bin/sh", "-c", "exec tail /dev/zero",
                         resources={"memory_limit_in_bytes": 20 << 20, "memory_swap_limit_in_bytes": 20 << 20})
        until(lambda: status(made).state == EXITED)
        check("reason and exit code", (status(made).reason, status(made).exit_code), ("OOMKilled", 137))


def flow_errors():
    with Pod("errors") as pod:
        for words, part in ((["/bin/missing"], "no such file or directory"), (["missing"], "executable file not found in $PATH"),
                            (["/etc"], "permission denied")):
            made = pod.create("box", *words)
            try:
                cri.StartContainer(container_id=made)
                say("not ok", f"{words[0]} starts")
            except Refused as refused:
                has(f"{words[0]} does not start", str(refused), part)
            check("reason and exit code", (status(made).reason, status(made).exit_code), ("StartError", 128))
            cri.RemoveContainer(container_id=made)


def flow_security():
    proc = "sed -n 's/^%s:.//p' /proc/self/status"
    with Pod("security") as pod:
        check("seccomp RuntimeDefault", pod.said("s1", proc % "Seccomp", security={"seccomp": {"profile_type": DEFAULT_PROFILE}}), "2")
        check("seccomp Unconfined", pod.said("s2", proc % "Seccomp", security={"seccomp": {"profile_type": UNCONFINED}}), "0")
        check("no_new_privs", pod.said("s3", proc % "NoNewPrivs", security={"no_new_privs": True}), "1")
        check("user", pod.said("s4", "id -u; id -g", security={"run_as_user": {"value": 1000}, "run_as_group": {"value": 1001}}), "1000 1001")
        has("readonly_rootfs", pod.said("s5", "touch /made", security={"readonly_rootfs": True}), "Read-only file system")
        check("capabilities", pod.said("s6", proc % "CapBnd", security={"capabilities": {"drop_capabilities": ["ALL"]}}), "0" * 16)
        check("masked", pod.said("s7", "cat /proc/timer_list | wc -c; touch /proc/sys/made 2>/dev/null || echo refused",
                                 security={"masked_paths": ["/proc/timer_list"], "readonly_paths": ["/proc/sys"]}), "0 refused")
        if os.path.exists("/sys/kernel/security/apparmor/profiles"):
            has("AppArmor RuntimeDefault", pod.said("s8", "cat /proc/self/attr/current", security={"apparmor": {"profile_type": DEFAULT_PROFILE}}), "(enforce)")
        mounts = [{"container_path": "/logs", "host_path": logs, "readonly": True}]
        check("a read-only mount", pod.said("s9", "touch /logs/made 2>/dev/null || echo refused", mounts=mounts), "refused")
        check("a terminal", pod.said("s10", "tty", tty=True).strip(), "/dev/pts/0")


def hierarchy():
    """The options that are global to the cgroup2 hierarchy. containerd 2.1.7 and later mount it in each privileged container."""
    with open("/proc/self/mountinfo", encoding="ascii") as mounts:
        return next(line.split()[-1] for line in mounts if line.split()[4] == "/sys/fs/cgroup")


def flow_privileged():
    whole = hierarchy()
    see = "awk '$5 == \"/sys/fs/cgroup\" { print $NF }' /proc/self/mountinfo; mkdir /sys/fs/cgroup/made && rmdir /sys/fs/cgroup/made && echo writable"
    with Pod("privileged", privileged=True) as pod:
        check("mount, devices", pod.said("p", "mount -t tmpfs none /home && test -b /dev/vda && echo both", security={"privileged": True}), "both")
        check("cgroups", pod.said("cgroups", see, security={"privileged": True}), f"{whole} writable")
    check("the machine's cgroups are mounted as they were", hierarchy(), whole)


def flow_host_root():
    """The host's whole root, as a node's monitor and `kubectl debug node` mount it."""
    see = "cat /host/etc/of-the-machine; touch /host/made 2>/dev/null || echo refused"
    monitor = [{"container_path": "/host", "host_path": "/", "readonly": True, "propagation": HOST_TO_CONTAINER}]
    debug = [{"container_path": "/host", "host_path": "/"}]
    with open("/etc/of-the-machine", "w", encoding="ascii") as file:
        file.write("machine\n")
    with Pod("root", {"pid": NODE}) as pod:
        check("/, read-only, HostToContainer", pod.said("r1", see, mounts=monitor), "machine refused")
        check("with a read-only root", pod.said("r2", see, mounts=monitor, security={"readonly_rootfs": True}), "machine refused")
        check("chroot into it", pod.said("r3", "chroot /host cat /etc/of-the-machine", mounts=debug), "machine")
    os.unlink("/etc/of-the-machine")


def flow_links():
    """An image with dangling links, which are destinations of mounts."""
    linked = {"image": {"image": "docker.io/library/linked:1"}}
    secret = "/var/run/secrets/kubernetes.io/serviceaccount"
    zone = [{"container_path": "/etc/localtime", "host_path": "/etc/localtime", "readonly": True}]
    token = [{"container_path": secret, "host_path": os.path.dirname(given), "readonly": True}]
    with Pod("links") as pod:
        check("a file on /etc/localtime", pod.said("l1", "cat /etc/localtime", mounts=zone, **linked), "zone")
        check("with a read-only root", pod.said("l2", "cat /etc/localtime", mounts=zone, security={"readonly_rootfs": True}, **linked), "zone")
        check("a service account's token", pod.said("l3", f"cat {secret}/token; readlink /var/run", mounts=token, **linked), "word ../run")
        check("the kubelet's /etc/resolv.conf", pod.said("l4", "test -f /etc/resolv.conf && readlink /etc/resolv.conf", **linked),
              "../run/systemd/resolve/stub-resolv.conf")


def flow_directory():
    with Pod("directory") as pod:
        for what, security in (("workingDir", {}), ("workingDir, readOnlyRootFilesystem", {"readonly_rootfs": True}),
                               ("of a user", {"readonly_rootfs": True, "run_as_user": {"value": 1000}})):
            check(what, pod.said(f"d{len(what)}", "pwd", working_dir="/made/here", security=security), "/made/here")


def flow_device_files():
    with Pod("files") as pod:
        check("a device on another", pod.said("f1", "stat -c %t:%T /dev/random", mounts=[{"container_path": "/dev/random", "host_path": "/dev/urandom"}]), "1:9")
        check("a file on one", pod.said("f2", "cat /dev/full", mounts=[{"container_path": "/dev/full", "host_path": given}]), "word")


def flow_namespaces():
    with Pod("shared", {"pid": POD}) as pod:
        made = pod.start("one", "/bin/sleep", "1000")
        check("pid POD: pause is pid 1", run_in(made, "/bin/cat", "/proc/1/comm"), "0 sleep")
        check("pid POD: another sees it", pod.said("two", "ps | grep -c 'sleep 1000$'"), "1")
    with Pod("host", {"pid": NODE, "ipc": NODE}) as pod:
        check("pid NODE", pod.said("node", "readlink /proc/self/ns/pid"), os.readlink("/proc/self/ns/pid"))
    with Pod("net", {"network": POD, "pid": CONTAINER}, hostname="box") as pod:
        ip = cri.PodSandboxStatus(pod_sandbox_id=pod.id).status.network.ip
        has("network POD: an address", ip, "10.77.")
        has("network POD: it is eth0's", pod.said("address", "ip -4 -o addr show eth0"), ip)
        check("hostname", pod.said("name", "hostname"), "box")


def flow_nothing_left():
    check("containers", [c.id for c in cri.ListContainers().containers], [])
    check("pods", [p.id for p in cri.ListPodSandbox().items], [])
    if os.path.isdir("/sys/fs/cgroup/pods"):
        os.rmdir("/sys/fs/cgroup/pods")
    kept = "/run/containerd/runc/k8s.io"
    names = os.listdir(kept) if os.path.isdir(kept) else []
    check("state", [name for name in names if name != ".cache"], [])  # crun's own, of filters


for name in FLOWS:
    if sys.argv[5:] and name not in sys.argv[5:]:
        continue
    kubelet.flow = name
    function = "flow_" + name.replace("-", "_")
    try:
        (globals().get(function) or getattr(node, function))()
    except Refused as refused:
        say("not ok", f"an error: {refused}")
count = kubelet.count
print(f"{count['ok']} passed, {count['not ok']} failed, {count['skip']} skipped")
sys.exit(1 if count["not ok"] else 0)
