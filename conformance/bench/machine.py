"""The benchmark's part of the machine: a mount namespace, a directory for bundles, containers with a marker in their id.
Everything goes at the end of a `with` block, also after a signal."""
import collections
import ctypes
import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "product"))
import scratch  # noqa: E402  (beside this file when installed)

import bundles  # noqa: E402
import floor_image  # noqa: E402

PATIENCE = 120  # seconds for one request
Sample = collections.namedtuple("Sample", "wall cpu peak status")  # ms, ms, KiB, exit code or 128 + signal
Runtime = collections.namedtuple("Runtime", "name program")


class Stuck(Exception):
    """A command did not end in time."""


def program(name):
    """The path of a program that meson has built, or installed."""
    top = HERE.parents[1]
    places = [HERE.parent / name, pathlib.Path(os.environ.get("BUILD_DIR", top / "build")) / "conformance/bench" / name]
    for path in places:
        if os.access(path, os.X_OK) and path.is_file():
            return str(path)
    sys.exit(f"there is no {places[-1]}: build it first (ninja -C build conformance/bench/{name})")


class Timer:
    """The process that starts the runtimes."""

    def __init__(self, errors):
        self.errors, self.mark = errors, 0  # mark: the size of the file before the last request
        errors.touch()
        # In a session of its own: an interrupt of the terminal shall reach this process alone, which then cleans up.
        self.process = subprocess.Popen([program("oci-bench-timer"), str(errors)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, start_new_session=True)
        self.pid = self.process.pid
        self.rest = b""

    def _line(self):
        while b"\n" not in self.rest:
            if not select.select([self.process.stdout], [], [], PATIENCE)[0]:
                raise Stuck(f"a command did not end in {PATIENCE} s")
            more = os.read(self.process.stdout.fileno(), 65536)
            if not more:
                raise Stuck("the timer ended")
            self.rest += more
        line, self.rest = self.rest.split(b"\n", 1)
        nanoseconds, cpu, peak, status = map(int, line.split())
        return Sample(nanoseconds / 1e6, cpu / 1e3, peak, status)

    def _send(self, head, commands):
        self.mark = self.errors.stat().st_size
        lines = [head] + ["\t".join(words) for words in commands]
        self.process.stdin.write("".join(line + "\n" for line in lines).encode())
        self.process.stdin.flush()

    def seq(self, *commands):
        self._send(f"seq {len(commands)}", commands)
        return [self._line() for _ in commands]

    def par(self, width, commands):
        """One sample for all: status is the number of failures."""
        self._send(f"par {width} {len(commands)}", commands)
        return self._line()

    def last_error(self, status):
        """The first error that a command of the last request wrote, else its first line, else the exit code."""
        lines = self.errors.read_bytes()[self.mark:].decode(errors="replace").strip().splitlines()
        lines = lines or [f"exit code {status}"]
        return next((line for line in lines if re.search(r"error|fatal", line, re.I)), lines[0])[:300]

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Container:
    """A bundle with an id, and the command lines for it."""

    def __init__(self, machine, runtime, bundle, args, slot):
        self.id = f"{machine.marker}{runtime.name}-{slot:04d}"
        self.pid_file = str(machine.path / f"{self.id}.pid")
        self.runtime = runtime
        self.bundle = machine.bundle(runtime, bundle, args, self.id)
        self.words = [runtime.program, "--root", str(machine.state[runtime.name])]

    def verb(self, verb, *more):
        return self.words + [verb, *more, self.id]

    def run(self):
        return self.words + ["run", "--bundle", self.bundle, self.id]

    def create(self):
        return self.words + ["create", "--bundle", self.bundle, "--pid-file", self.pid_file, self.id]

    def up(self):
        return [self.create(), self.verb("start")]

    def down(self):
        return [["@kill", self.pid_file], self.verb("delete")]

    def wait(self):
        return ["@wait", self.pid_file]


class Machine:
    """Everything that a benchmark makes."""

    def __init__(self, runtimes, directory="/var/tmp", device_rules=True):
        self.runtimes, self.directory = runtimes, directory
        self.device_rules = device_rules
        self.configs, self.written, self.state = {}, {}, {}
        self.floor = next((each.program for each in runtimes if each.name == "floor"), None)

    def __enter__(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: sys.exit("interrupted"))
        scratch.become_subreaper()
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="oci-bench.", dir=self.directory))
        try:
            self.path.chmod(0o755)
            self.marker = "b" + self.path.name.rsplit(".", 1)[1].replace("_", "-") + "-"
            self.place = bundles.Place(self.path, scratch.BUSYBOX)
            # Below /run, a tmpfs, as on an ordinary host.
            self.state = {runtime.name: pathlib.Path("/run", self.marker + runtime.name) for runtime in self.runtimes}
            for root in self.state.values():
                root.mkdir(mode=0o700)
            self.timer = Timer(self.path / "errors")
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(self, *_):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        scratch.kill_all(pid for pid in scratch.descendants(os.getpid()) if pid != self.timer.pid)
        self.timer.close()
        self._remove()

    def _remove(self):
        scratch.kill_all(scratch.descendants(os.getpid()))
        scratch.remove_cgroups(self.marker)
        scratch.reap()
        for path in (self.path, *self.state.values()):
            shutil.rmtree(path, ignore_errors=True)

    def config(self, bundle):
        if bundle not in self.configs:
            self.configs[bundle] = bundles.make(bundle, self.place, self.device_rules)
        return self.configs[bundle]

    def bundle(self, runtime, bundle, args, container_id):
        """The directory of a bundle, written once."""
        key = (bundle, *args, container_id)
        if key not in self.written:
            is_floor = runtime.program == self.floor
            self.written[key] = bundles.write(
                self.config(bundle), str(self.path / f"bundle{len(self.written)}"), args, container_id,
                (lambda config: floor_image.translate(config, self.floor)) if is_floor else None)
        return self.written[key]

    def container(self, runtime, bundle, args=("/bin/true",), slot=0):
        return Container(self, runtime, bundle, list(args), slot)

    def sleeper(self, runtime, bundle, slot=0):
        return self.container(runtime, bundle, ("/bin/sleep", "100000"), slot)

    def discard(self, container):
        """Removes the remains of a failed command."""
        self.timer.seq(container.verb("delete", "--force"))
        scratch.remove_cgroups(container.id)
        for path in self.state[container.runtime.name].glob(container.id + "*"):
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink()

    def private_memory(self, before):
        """KiB of private memory of the processes that were not there before."""
        total = 0
        for pid in set(scratch.descendants(self.timer.pid)) - set(before):
            try:
                text = pathlib.Path("/proc", str(pid), "smaps_rollup").read_text()
            except OSError:
                continue
            total += sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Private_"))
        return total

    def processes(self):
        return scratch.descendants(self.timer.pid)


def available_memory():
    """KiB of memory that programs could still get."""
    for line in open("/proc/meminfo"):
        if line.startswith("MemAvailable:"):
            return int(line.split()[1])
    raise OSError("/proc/meminfo has no MemAvailable")


def _mount(source, target, kind, flags):
    library = ctypes.CDLL(None, use_errno=True)
    if library.mount(source.encode(), target.encode(), kind.encode() if kind else None, ctypes.c_ulong(flags), None):
        raise OSError(ctypes.get_errno(), "mount", target)


class HostMounts:
    """Many mounts of the host, in this mount namespace, for a `with` block."""

    def __init__(self, count):
        self.top, self.count = pathlib.Path("/run/oci-bench-mounts"), count

    def __enter__(self):
        if self.count:
            self.top.mkdir()
            _mount("tmpfs", str(self.top), "tmpfs", 0)
            source = self.top / "source"
            source.mkdir()
            for number in range(self.count - 1):
                target = self.top / str(number)
                target.mkdir()
                _mount(str(source), str(target), None, floor_image.BIND)

    def __exit__(self, *_):
        if self.count and os.path.ismount(self.top):
            subprocess.run(["umount", "--lazy", str(self.top)], check=True)  # with all below it
            self.top.rmdir()
