"""A disposable bundle, and a check for leftovers of a runtime: for crash/, stress/rounds and budget/calls.

A script that uses it becomes a subreaper, so that all orphans of a runtime stay its descendants. A signal that ends the
script ends them first, and removes its cgroups and files."""
import atexit
import ctypes
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

BUSYBOX = shutil.which("busybox") or "/bin/busybox"
PR_SET_CHILD_SUBREAPER = 36
CGROUP = pathlib.Path("/sys/fs/cgroup")
ENDING = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
parent = pathlib.Path("/var/tmp")
# crun makes these in its state root once, for all containers.
SHARED = (".cache", ".empty-directory")
SYSTEMD = "--systemd-cgroup" in sys.argv  # the cgroups are scopes of the machine's systemd


def enter_cgroup2_view():
    """Restarts the script in a private mount namespace, with cgroup v2 at /sys/fs/cgroup and private
    directories for temporary files. Makes the directory for the scratches."""
    if os.environ.get("OCI_RT_SCRATCH") == "1":
        end_in_order()
        return
    os.environ["OCI_RT_SCRATCH"] = "1"
    mount = ("grep -q ' /sys/fs/cgroup .* - cgroup2 ' /proc/self/mountinfo || "
             "mount -t cgroup2 none /sys/fs/cgroup || exit 9; "
             "for at in /tmp /run /dev/shm; do mount -t tmpfs tmpfs $at || exit 9; done; "
             + ("ln -s /proc/1/root/run/systemd /proc/1/root/run/dbus /run || exit 9; " if SYSTEMD else "") +
             "exec \"$@\"")
    os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", "sh", "-c", mount, "sh",
                          sys.executable] + sys.argv)


def become_subreaper():
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_in_order():
    """Makes `parent`, the directory of all scratches of this script and of its processes. It is removed at the end, also
    at a signal, then with everything that they started."""
    global parent
    parent = pathlib.Path(tempfile.mkdtemp(prefix="oci-rt-scratch.", dir="/var/tmp"))
    parent.chmod(0o755)
    owner = os.getpid()

    def end(number, _):
        if os.getpid() == owner:
            for one in ENDING:
                signal.signal(one, signal.SIG_IGN)
            remove_everything()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    become_subreaper()  # the orphans of a worker that a signal to all has ended
    atexit.register(lambda: os.getpid() == owner and shutil.rmtree(parent, ignore_errors=True))
    for one in ENDING:
        if signal.getsignal(one) != signal.SIG_IGN:
            signal.signal(one, end)


def remove_everything():
    deadline = time.monotonic() + 10
    while (pids := descendants(os.getpid())) and time.monotonic() < deadline:
        kill_all(pids)
        reap()
        time.sleep(0.01)
    for at in sorted(mounts(), reverse=True):
        if at.startswith(f"{parent}/"):
            subprocess.run(["umount", "--lazy", at], check=False)
    for path in parent.glob("*"):
        remove_cgroups(unique(path))
    shutil.rmtree(parent, ignore_errors=True)


def unique(path):
    """The part of a temporary name that no other has, as a part of an id."""
    return path.name.rsplit(".", 1)[1].replace("_", "-")


class Scratch:
    """A directory with a bundle and a state root, removed at the end of a `with` block."""

    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="scratch.", dir=parent))
        self.path.chmod(0o755)
        self.state = self.path / "state"
        self.state.mkdir()
        self.marker = f"s{unique(self.path)}-"
        self.bundle = self.path / "bundle"
        root = self.bundle / "rootfs"
        for name in ("bin", "dev", "proc", "sys", "tmp"):
            (root / name).mkdir(parents=True)
        shutil.copy(BUSYBOX, root / "bin/busybox")
        for applet in ("sh", "sleep", "true", "echo"):
            (root / "bin" / applet).symlink_to("busybox")
        return self

    def __exit__(self, *_):
        kill_all(descendants(os.getpid()))
        shutil.rmtree(self.path, ignore_errors=True)

    def config(self, args, cgroup):
        """Writes a config like an engine's: mounts, masks, capabilities, seccomp."""
        config = {
            "ociVersion": "1.0.2",
            "root": {"path": str(self.bundle / "rootfs")},
            "hostname": "scratch",
            "process": {"cwd": "/", "args": args, "env": ["PATH=/bin"], "noNewPrivileges": True,
                        "user": {"uid": 0, "gid": 0},
                        "capabilities": {name: ["CAP_KILL", "CAP_NET_BIND_SERVICE"]
                                         for name in ("bounding", "effective", "permitted")},
                        "rlimits": [{"type": "RLIMIT_NOFILE", "soft": 1024, "hard": 1024}]},
            "mounts": [
                {"destination": "/proc", "type": "proc", "source": "proc"},
                {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
                 "options": ["nosuid", "mode=755"]},
                {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
                 "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666"]},
                {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["ro"]},
                {"destination": "/data", "type": "bind", "source": "/var",
                 "options": ["bind", "ro"]}],
            "linux": {
                "cgroupsPath": "machine.slice:oci:" + cgroup if SYSTEMD else "/" + cgroup,
                "maskedPaths": ["/proc/kcore", "/proc/keys", "/sys/firmware"],
                "readonlyPaths": ["/proc/bus", "/proc/sys"],
                "seccomp": {"defaultAction": "SCMP_ACT_ALLOW",
                            "syscalls": [{"names": ["swapon"], "action": "SCMP_ACT_ERRNO"}]},
                "namespaces": [{"type": name} for name in
                               ("pid", "mount", "uts", "ipc", "network", "cgroup")]}}
        directory = self.path / cgroup
        directory.mkdir(exist_ok=True)
        (directory / "config.json").write_text(json.dumps(config))
        return directory


def _parents():
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = pathlib.Path("/proc", entry, "stat").read_text()
            except OSError:
                continue
            fields = stat[stat.rindex(")") + 2:].split()
            if fields[0] not in "ZX":
                parents[int(entry)] = int(fields[1])
    return parents


def describe(pid):
    """Describes a process for the user: pid, state, name, wait channel, arguments."""
    def read(name):
        try:
            return pathlib.Path("/proc", str(pid), name).read_text(errors="replace").strip("\0\n")
        except OSError:
            return "?"
    state = [line.split()[1] for line in read("status").splitlines() if line.startswith("State")]
    words = read("cmdline").replace("\0", " ")
    return f"{pid} {''.join(state)} {read('comm')} in {read('wchan')}: {words[:200]}"


def children(parent):
    return [pid for pid, above in _parents().items() if above == parent]


def adopted_tracees(tracer):
    """The processes that a tracer traces without being their parent."""
    found = []
    for pid, above in _parents().items():
        try:
            status = pathlib.Path("/proc", str(pid), "status").read_text()
        except OSError:
            continue
        if above != tracer and f"\nTracerPid:\t{tracer}\n" in status:
            found.append(pid)
    return found


def descendants(ancestor):
    parents = _parents()
    found = []
    for pid in parents:
        above = parents[pid]
        while above > 1 and above != ancestor:
            above = parents.get(above, 0)
        if above == ancestor:
            found.append(pid)
    return found


def kill_all(pids):
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def reap():
    """Reaps the zombies of this process."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def reap_others(child):
    """The same, except for one child that other code waits for."""
    while True:
        ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended is None or ended.si_pid == child:
            return
        os.waitpid(ended.si_pid, 0)


def cgroups(marker):
    """The cgroups with the marker in their name, deepest last."""
    found = []
    for base, directories, _ in os.walk(CGROUP):
        found += [pathlib.Path(base, name) for name in directories if marker in name]
        if base.count("/") > 6:
            directories.clear()
    return found


def units(marker):
    """The units of systemd with the marker in their name."""
    if not SYSTEMD:
        return []
    words = ["systemctl", "list-units", "--all", "--plain", "--no-legend", f"*{marker}*"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()


def mounts():
    return sorted(line.split(" - ")[0].split()[4] for line in open("/proc/self/mountinfo"))


def files():
    """Files in the places where a runtime could leave something."""
    found = []
    for directory in ("/tmp", "/run", "/dev/shm"):
        if os.path.isdir(directory):
            found += [os.path.join(directory, name) for name in os.listdir(directory)]
    return found


class Leftovers:
    """A snapshot, to compare with the state afterwards. For a process that does one thing at a time:
    each of its descendants counts as a leftover."""

    def __init__(self, scratch):
        self.scratch = scratch
        self.mounts = mounts()

    def now(self, seconds=1.0):
        """Returns the leftovers by kind. Waits for the last one to disappear."""
        deadline = time.monotonic() + seconds
        while True:
            reap()
            found = {
                "process": [describe(pid) for pid in
                            sorted(set(descendants(os.getpid()) + _members(self.scratch.marker)))],
                "cgroup": [str(path) for path in cgroups(self.scratch.marker)],
                "mount": [at for at in mounts() if at not in self.mounts],
                "file": [str(path) for path in self.scratch.state.iterdir() if path.name not in SHARED]}
            if SYSTEMD and not any(found.values()):
                found["unit"] = units(self.scratch.marker)
            if not any(found.values()) or time.monotonic() > deadline:
                return found
            time.sleep(0.01)

    def sweep(self):
        """Removes all leftovers, for a clean next run."""
        kill_all(descendants(os.getpid()))
        reap()
        remove_cgroups(self.scratch.marker)
        for at in mounts():
            if at not in self.mounts:
                subprocess.run(["umount", "--lazy", at], check=False)
        for path in self.scratch.state.iterdir():
            shutil.rmtree(path, ignore_errors=True)


def _members(cgroup):
    pids = []
    for path in cgroups(cgroup):
        try:
            pids += [int(pid) for pid in (path / "cgroup.procs").read_text().split()]
        except OSError:
            pass
    return pids


def remove_cgroups(marker):
    for path in reversed(cgroups(marker)):
        try:
            kill_all(int(pid) for pid in (path / "cgroup.procs").read_text().split())
            for _ in range(100):
                try:
                    path.rmdir()
                    break
                except OSError:
                    time.sleep(0.01)
        except OSError:
            pass


def run(words, timeout):
    """Runs a command. Its stderr is a file, since a container keeps the stream open."""
    with tempfile.TemporaryFile("w+", dir="/var/tmp") as said:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=said, check=False, timeout=timeout)
        said.seek(0)
        done.stderr = said.read()
    return done
