"""Flows of a node: user namespaces, volumes, probes of many pods, statistics, logs, and an engine that is restarted while pods
run. flows.py calls them."""
import concurrent.futures
import contextlib
import glob
import os
import shutil
import signal
import subprocess
import tempfile
import time

from client import Refused
from kubelet import (EXITED, POD, READY, RUNNING, SLEEP, Pod, check, cri, features, has, lacks, left, logs, read_log,
                     run_in, say, status, until)

FIRST_ID, IDS = 1 << 20, 65536


@contextlib.contextmanager
def volume(*options):
    """A tmpfs of the node, as a kubelet mounts it."""
    place = tempfile.mkdtemp()
    subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--recursive", place], check=True)
        os.rmdir(place)


def flow_users():
    """A pod with hostUsers: false. The ids of its volumes are mapped, so files keep their owners."""
    known = features()
    if not known or not known.user_namespaces:
        say("skip", "containerd does not support user namespaces here")
        return
    maps = [{"host_id": FIRST_ID, "container_id": 0, "length": IDS}]
    with volume() as place, Pod("users", {"userns_options": {"mode": POD, "uids": maps, "gids": maps}, "network": POD}) as pod:
        open(f"{place}/given", "w", encoding="ascii").close()
        os.chown(f"{place}/given", 1000, 1001)
        mounts = [{"container_path": "/data", "host_path": place, "uidMappings": maps, "gidMappings": maps}]
        check("its ids", pod.said("map", "cat /proc/self/uid_map").split(), ["0", str(FIRST_ID), str(IDS)])
        check("owner of a file of the volume", pod.said("owner", "stat -c %u:%g /data/given", mounts=mounts), "1000:1001")
        check("a file is made", pod.said("make", "touch /data/made && echo made", mounts=mounts), "made")
        made = os.stat(f"{place}/made")
        check("its owner on the node", (made.st_uid, made.st_gid), (0, 0))
        user = {"run_as_user": {"value": 1000}, "run_as_group": {"value": 1001}}
        check("a user inside", pod.said("user", "touch /tmp/x && stat -c %u:%g /tmp/x", security=user), "1000:1001")


def flow_recursive_read_only():
    known = features()
    if not known or not known.recursive_read_only_mounts:
        say("skip", "containerd does not support recursive read-only mounts")
        return
    see = "for f in /data/x /data/below/x; do touch $f 2>/dev/null && echo written || echo refused; done"
    with volume() as place, Pod("rro") as pod:
        os.mkdir(f"{place}/below")
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", f"{place}/below"], check=True)
        mount = {"container_path": "/data", "host_path": place}
        check("control: writable", pod.said("writable", see, mounts=[mount]), "written written")
        check("readOnly", pod.said("read", see, mounts=[{**mount, "readonly": True}]), "refused written")
        check("recursiveReadOnly", pod.said("all", see, mounts=[{**mount, "readonly": True, "recursive_read_only": True}]),
              "refused refused")


def flow_empty_dir():
    """An emptyDir in memory, with fsGroup: the kubelet sets the group and the setgid bit."""
    user = {"run_as_user": {"value": 1000}, "run_as_group": {"value": 1001}, "supplemental_groups": [2000]}
    with volume("-o", "size=1m") as place, Pod("volumes") as pod:
        os.chown(place, -1, 2000)
        os.chmod(place, 0o2775)
        mounts = [{"container_path": "/cache", "host_path": place}]
        check("groups", pod.said("groups", "id -G", security=user).split(), ["1001", "2000"])
        check("a file has the group", pod.said("file", "touch /cache/x && stat -c %u:%g /cache/x", mounts=mounts, security=user),
              "1000:2000")
        check("control: without fsGroup", pod.said("other", "touch /cache/y 2>/dev/null || echo refused", mounts=mounts,
                                                   security={**user, "supplemental_groups": []}), "refused")
        has("its size ends", pod.said("full", "dd if=/dev/zero of=/cache/z bs=1k count=2000 2>&1", mounts=mounts, security=user),
            "No space left on device")


def flow_pod_stats():
    if lacks("cpu"):
        return
    with Pod("stats") as pod:
        made = pod.start("stats", "/bin/sh", "-c", "while :; do :; done")
        seen = cri.PodSandboxStats(pod_sandbox_id=pod.id).stats
        time.sleep(1)
        later = cri.PodSandboxStats(pod_sandbox_id=pod.id).stats
        check("its containers", [each.attributes.id for each in later.linux.containers], [made])
        check("the time goes on", later.linux.containers[0].cpu.usage_core_nano_seconds.value
              > seen.linux.containers[0].cpu.usage_core_nano_seconds.value, True)
        cri.StopContainer(container_id=made, timeout=0)


def flow_log_rotation():
    with Pod("logs") as pod:
        made = pod.start("logs", "/bin/sh", "-c", "i=0; while :; do echo $i; i=$((i + 1)); sleep 0.1; done")
        check("the log grows", until(lambda: len(read_log("logs").split()) > 2), True)
        os.rename(f"{logs}/logs.log", f"{logs}/logs.1.log")
        cri.ReopenContainerLog(container_id=made)
        check("the new log grows", until(lambda: len(read_log("logs").split()) > 2), True)
        before, after = read_log("logs.1").split(), read_log("logs").split()
        check("no line is lost", int(after[0]), int(before[-1]) + 1)
        cri.StopContainer(container_id=made, timeout=0)


def flow_checkpoint():
    if not shutil.which("criu"):
        say("skip", "criu is not installed")
        return
    with Pod("checkpoint") as pod:
        made = pod.start("counter", "/bin/sh", "-c", "i=0; while :; do echo $i; i=$((i + 1)); sleep 0.1; done")
        until(lambda: len(read_log("counter").split()) > 2)
        archive = f"{logs}/checkpoint.tar"
        try:
            cri.CheckpointContainer(container_id=made, location=archive, timeout=100)
        except Refused as refused:
            if "UNIMPLEMENTED" in str(refused) or "criu binary not found" in str(refused):
                say("skip", f"containerd: {refused}")
                return
            raise
        names = subprocess.run(["tar", "-tf", archive], capture_output=True, text=True, check=False).stdout
        has("the images are in the archive", names, "checkpoint/pstree.img")
        check("the container runs on", status(made).state, RUNNING)
        seen = len(read_log("counter").split())
        check("and counts on", until(lambda: len(read_log("counter").split()) > seen + 2), True)


def flow_probes():
    """A probe of each pod once a second."""
    count = 100 if os.environ.get("OCI_RT_WITHOUT_LIMITS") else 10  # 10 in an emulated machine
    pods, containers = [], []
    for number in range(count):
        pod = Pod(f"probed{number}")
        pod.id = cri.RunPodSandbox(config=pod.config, runtime_handler="judged").pod_sandbox_id
        pods.append(pod)
        containers.append(pod.start(f"probed{number}", "/bin/sleep", "1000"))
    bad = []
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            began = time.monotonic()
            answers = list(pool.map(lambda made: run_in(made, "/bin/echo", "well"), containers))
            bad += [answer for answer in answers if answer != "0 well"]
            time.sleep(max(0.0, began + 1 - time.monotonic()))
    check(f"5 probes of {count} pods", bad, [])
    processes = [len(each) for each in map(children_of_shim, pods)]
    check("the probes have left no process", max(processes) - min(processes), 0)
    for pod in pods:
        cri.StopPodSandbox(pod_sandbox_id=pod.id)
        cri.RemovePodSandbox(pod_sandbox_id=pod.id)
    check("nothing of the pods is left", until(lambda: not any(left(pod.id) for pod in pods)), True)


def children_of_shim(pod):
    """The processes whose parent is the shim of the pod."""
    shims = {pid for pid, words in command_lines() if words[0].endswith("containerd-shim-runc-v2") and pod.id in words}
    found = []
    for path in glob.glob("/proc/[0-9]*/stat"):
        with contextlib.suppress(OSError), open(path, encoding="utf-8") as file:
            if file.read().rsplit(")", 1)[1].split()[1] in shims:
                found.append(path)
    return found


def command_lines():
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        with contextlib.suppress(OSError), open(path, encoding="utf-8", errors="replace") as file:
            words = file.read().split("\0")
            yield path.split("/")[2], words


def flow_restart():
    """The engine is killed and started again while pods run. vm_cri.sh starts it again."""
    with Pod("lives-on") as pod:
        made = pod.start("lives-on", "/bin/sh", "-c", SLEEP)
        short = pod.start("ends", "/bin/sh", "-c", "while ! test -e /tmp/end; do sleep 0.1; done; exit 5")
        begun = status(made).started_at
        engines = [pid for pid, words in command_lines() if words[:2] == ["containerd", "--config"]]
        check("engines", len(engines), 1)
        run_in(short, "/bin/sh", "-c", "sleep 1 && touch /tmp/end &")
        os.kill(int(engines[0]), signal.SIGKILL)
        time.sleep(2)
        check("the engine is back", until(lambda: answers(engines[0])), True)
        check("the pod", cri.PodSandboxStatus(pod_sandbox_id=pod.id).status.state, READY)
        check("its container", (status(made).state, status(made).started_at), (RUNNING, begun))
        check("ExecSync", run_in(made, "/bin/echo", "on"), "0 on")
        # containerd may have lost the exit code.
        check("one that ended meanwhile", until(lambda: status(short).state == EXITED), True)
        cri.StopContainer(container_id=made, timeout=60)
        check("StopContainer", status(made).exit_code, 3)


def answers(old):
    """Another engine than `old` answers."""
    if not any(words[:2] == ["containerd", "--config"] and pid != old for pid, words in command_lines()):
        return False
    try:
        return bool(cri.Version().runtime_name)
    except Refused:
        return False
