"""A kubelet's side of the runtime interface: pods with their containers, and the checks of the flows. Reads the command
line of flows.py."""
import glob
import sys
import tempfile
import time

from client import Client, Refused

POD, CONTAINER, NODE = 0, 1, 2
READY, NOT_READY = 0, 1
CREATED, RUNNING, EXITED = 0, 1, 2
HOST_TO_CONTAINER = 1
DEFAULT_PROFILE, UNCONFINED = 0, 1
# A kubelet always names a parent.
PARENT = {"cgroupfs": "/pods", "systemd": "/pods.slice"}
LIMITS = {"cpu_period": 100000, "cpu_quota": 50000, "cpu_shares": 512, "memory_limit_in_bytes": 64 << 20, "oom_score_adj": 500}
SLEEP = "trap 'exit 3' TERM; echo up; while :; do sleep 0.1; done"

address, image, driver, given = sys.argv[1:5]
cri = Client(address, 180)
logs = tempfile.mkdtemp()
count = {"ok": 0, "not ok": 0, "skip": 0}
flow = ""


def say(verdict, detail):
    count[verdict] += 1
    print(f"{verdict} - {flow}: {detail}", flush=True)


def check(what, seen, wanted_value):
    if seen == wanted_value:
        say("ok", what)
    else:
        say("not ok", f"{what}: {str(seen)[:400]!r}, not {wanted_value!r}")


def has(what, text, part):
    say("ok", what) if part in text else say("not ok", f"{what}: no {part!r} in: {text[:400]!r}")


def until(true):
    end = time.monotonic() + 120
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.3)
    return True


def cgroup_of(name):
    for pattern in (name, f"*-{name}.scope"):
        for found in glob.glob(f"/sys/fs/cgroup/**/{pattern}/", recursive=True):
            return found
    return ""


def limit(name, file):
    try:
        with open(f"{cgroup_of(name)}{file}", encoding="ascii") as text:
            return text.read().strip()
    except OSError as error:
        return str(error)


class Pod:
    """A sandbox with its containers, removed at the end of a `with` block."""

    def __init__(self, name, options=None, privileged=False, **config):
        linux = {"security_context": {"namespace_options": {"network": NODE, **(options or {})}, "privileged": privileged},
                 "cgroup_parent": PARENT[driver]}
        self.config = {"metadata": {"name": name, "uid": name, "namespace": "judged"}, "log_directory": logs, "linux": linux, **config}
        self.options = options or {}

    def __enter__(self):
        self.id = cri.RunPodSandbox(config=self.config, runtime_handler="judged").pod_sandbox_id
        return self

    def __exit__(self, *_):
        cri.StopPodSandbox(pod_sandbox_id=self.id)
        cri.RemovePodSandbox(pod_sandbox_id=self.id)
        check("nothing of the pod is left", until(lambda: not left(self.id)) or left(self.id), True)

    def create(self, name, *words, resources=None, security=None, **config):
        security = {"namespace_options": {"network": NODE, "pid": CONTAINER, **self.options}, **(security or {})}
        config = {"metadata": {"name": name}, "image": {"image": image}, "command": list(words), "log_path": f"{name}.log",
                  "linux": {"resources": resources or {}, "security_context": security}, **config}
        return cri.CreateContainer(pod_sandbox_id=self.id, config=config, sandbox_config=self.config).container_id

    def start(self, name, *words, **options):
        made = self.create(name, *words, **options)
        cri.StartContainer(container_id=made)
        return made

    def said(self, name, script, **options):
        """Returns the output of a container, with its exit code unless 0, or the reason why it does not start."""
        try:
            made = self.start(name, "/bin/sh", "-c", script, **options)
        except Refused as refused:
            return str(refused)
        until(lambda: status(made).state == EXITED)
        code = status(made).exit_code
        cri.RemoveContainer(container_id=made)
        return read_log(name) + (f" (exit code {code})" if code else "")


def left(name):
    return [*glob.glob(f"/sys/fs/cgroup/**/*{name}*", recursive=True), *glob.glob(f"/run/containerd/runc/k8s.io/{name}")]


def read_log(name):
    with open(f"{logs}/{name}.log", encoding="utf-8") as log:
        return " ".join(line.rstrip("\n").split(" ", 3)[3] for line in log)


def status(made):
    return cri.ContainerStatus(container_id=made).status


def run_in(made, *words):
    answer = cri.ExecSync(container_id=made, cmd=words, timeout=100)
    return f"{answer.exit_code} {answer.stdout.decode().strip()}".strip()


def lacks(*controllers):
    """Whether the machine has no such controllers in its cgroups. It says so, for a flow that needs them."""
    with open("/sys/fs/cgroup/cgroup.controllers", encoding="ascii") as file:
        absent = set(controllers) - set(file.read().split())
    if absent:
        say("skip", f"no {', '.join(sorted(absent))} controller")
    return bool(absent)


def features():
    """Those of the handler, or None: containerd before 2.0 does not tell them."""
    return {handler.name: handler.features for handler in cri.Status().runtime_handlers}.get("judged")
