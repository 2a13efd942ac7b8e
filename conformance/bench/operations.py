"""The measurements. Each takes a Bench and a bundle, and adds samples or figures to the bench's results."""
import collections
import operator
import pathlib
import random
import re
import shutil
import statistics
import subprocess
import time

import machine

WARM_UP = 2  # rounds without a record
BATCH = 50  # commands in one request

# The numbers of things, for a whole benchmark and for a quick one.
Sizes = collections.namedtuple("Sizes", "host_mounts alive probed seconds parallel pods")
WHOLE = Sizes(host_mounts=2000, alive=1000, probed=100, seconds=10, parallel=96, pods=500)
QUICK = Sizes(host_mounts=50, alive=8, probed=4, seconds=2, parallel=16, pods=4)


class Results:
    """samples[operation, bundle][runtime]: Samples. figures[title, bundle][runtime]: numbers. failures: the same key and
    runtime -> [number of failures, message of the first]."""

    def __init__(self):
        self.samples, self.figures, self.failures = {}, {}, {}

    def add(self, operation, bundle, runtime, sample):
        self.samples.setdefault((operation, bundle), {}).setdefault(runtime.name, []).append(sample)

    def figure(self, title, bundle, runtime, number):
        self.figures.setdefault((title, bundle), {}).setdefault(runtime.name, []).append(number)

    def fail(self, operation, bundle, runtime, message):
        entry = self.failures.setdefault((operation, bundle, runtime.name), [0, message])
        entry[0] += 1


class Bench:
    def __init__(self, place, rounds, sizes):
        self.machine, self.timer = place, place.timer
        self.runtimes, self.rounds, self.sizes = place.runtimes, rounds, sizes
        self.results = Results()

    def interleaved(self, operation, bundle, attempt, runtimes=None, rounds=None):
        """Calls attempt(runtime) for each runtime in random order, round after round. It returns the container and a
        list of (phase, Sample). A runtime that fails in a warm-up round is left out."""
        usable = list(self.runtimes if runtimes is None else runtimes)
        for number in range(-WARM_UP, self.rounds if rounds is None else rounds):
            for runtime in random.sample(usable, len(usable)):
                container, samples = attempt(runtime)
                bad = next(((phase, sample) for phase, sample in samples if sample.status), None)
                if bad:
                    self.failed(f"{operation}: {bad[0]}" if bad[0] != operation else operation, bundle, runtime, container, bad[1])
                    if number < 0:
                        usable.remove(runtime)
                elif number >= 0:
                    for phase, sample in samples:
                        self.results.add(phase, bundle, runtime, sample)

    def failed(self, operation, bundle, runtime, container, sample):
        """sample: of the last request. container: None, or to be removed."""
        self.results.fail(operation, bundle, runtime, self.timer.last_error(sample.status))
        if container:
            self.machine.discard(container)

    def batches(self, commands):
        samples = []
        for at in range(0, len(commands), BATCH):
            samples += self.timer.seq(*commands[at:at + BATCH])
        return samples

    def up(self, operation, bundle, runtime, containers):
        """Starts containers. The samples of `create` and `start` in turn, or nothing if one of them does not run."""
        samples = self.batches([words for each in containers for words in each.up()])
        bad = next((sample for sample in samples if sample.status), None)
        if bad:
            self.failed(operation, bundle, runtime, None, bad)
            for each in containers:
                self.machine.discard(each)
            return []
        return samples

    def down(self, containers):
        """Kills and deletes containers. Returns the samples of all commands."""
        samples = self.batches([words for each in containers for words in each.down()])
        for each, sample in zip(containers, samples[1::2]):
            if sample.status:
                self.failed("delete", "of a killed container", each.runtime, each, sample)
        return samples


def total(samples):
    return machine.Sample(sum(each.wall for each in samples), sum(each.cpu for each in samples),
                          max(each.peak for each in samples), next((each.status for each in samples if each.status), 0))


def run(bench, bundle):
    def attempt(runtime):
        container = bench.machine.container(runtime, bundle)
        return container, [("run", bench.timer.seq(container.run())[0])]
    bench.interleaved("run", bundle, attempt)


def life(bench, bundle):
    def attempt(runtime):
        container = bench.machine.container(runtime, bundle)
        samples = bench.timer.seq(*container.up(), container.wait(), container.verb("delete"))
        phases = list(zip(("create", "start", "wait", "delete"), samples))
        return container, phases + [("create, start, wait, delete", total(samples))]
    bench.interleaved("life", bundle, attempt)


def inside(bench, bundle, operation, words):
    """Measures a verb on a container of each runtime that runs on."""
    containers = {}
    try:
        for runtime in bench.runtimes:
            container = bench.machine.sleeper(runtime, bundle)
            if bench.up(operation, bundle, runtime, [container]):
                containers[runtime] = container
        bench.interleaved(
            operation, bundle, lambda runtime: (None, [(operation, bench.timer.seq(words(containers[runtime]))[0])]),
            list(containers))
    finally:
        bench.down(list(containers.values()))


def execs(bench, bundle):
    inside(bench, bundle, "exec", lambda container: [*container.verb("exec"), "/bin/true"])


def state(bench, bundle):
    inside(bench, bundle, "state", lambda container: container.verb("state"))


def parallel(bench, bundle):
    """The time for one of many `run`s, of which some run at the same time."""
    count = bench.sizes.parallel
    for width in (8, 32):
        def attempt(runtime, width=width):
            containers = [bench.machine.container(runtime, bundle, slot=slot) for slot in range(count)]
            sample = bench.timer.par(width, [each.run() for each in containers])
            if 0 < sample.status < count:
                bench.failed(f"run, {width} in parallel", bundle, runtime, None, sample)
                for each in containers:
                    bench.machine.discard(each)
            return containers[0], [(f"run, {width} in parallel", machine.Sample(
                sample.wall / count, sample.cpu / count, sample.peak, sample.status if sample.status == count else 0))]
        bench.interleaved(f"run, {width} in parallel", bundle, attempt, rounds=max(2, bench.rounds // 10))


def growth(times):
    """The median of the last tenth as a multiple of that of the first."""
    tenth = max(1, len(times) // 10)
    return statistics.median(times[-tenth:]) / statistics.median(times[:tenth])


def alive(bench, bundle):
    """Many containers at once, of one runtime after another: how `create` slows down, `list`, and the memory that each takes."""
    count = bench.sizes.alive
    for runtime in bench.runtimes:
        containers = [bench.machine.sleeper(runtime, bundle, slot) for slot in range(count)]
        before, free = bench.machine.processes(), machine.available_memory()
        samples = bench.up(f"{count:,} alive", bundle, runtime, containers)
        if not samples:
            continue
        taken = (free - machine.available_memory()) / count
        private = bench.machine.private_memory(before) / count
        bench.results.figure(f"{count:,} alive: less available memory, KiB a container", bundle, runtime, taken)
        bench.results.figure(f"{count:,} alive: private memory of their processes, KiB a container", bundle, runtime, private)
        for title, measure in (("time", operator.attrgetter("wall")), ("CPU time", operator.attrgetter("cpu"))):
            bench.results.figure(f"{count:,} alive: {title} of `create`, the last ÷ the first tenth", bundle, runtime,
                                 growth([measure(sample) for sample in samples[::2]]))
        for sample in bench.timer.seq(*[containers[0].words + ["list"]] * (WARM_UP + min(20, bench.rounds)))[WARM_UP:]:
            if sample.status:
                bench.failed("list", bundle, runtime, None, sample)
            else:
                bench.results.add(f"list of {count:,}", bundle, runtime, sample)
        bench.down(containers)


def probes(bench, bundle):
    """A health check in each of many containers once a second, as a kubelet does it."""
    count = bench.sizes.probed
    for runtime in bench.runtimes:
        containers = [bench.machine.sleeper(runtime, bundle, slot) for slot in range(count)]
        if not bench.up("probes", bundle, runtime, containers):
            continue
        commands = [[*each.verb("exec"), "/bin/true"] for each in containers]
        for _ in range(bench.sizes.seconds):
            began = time.monotonic()
            sample = bench.timer.par(1, commands)
            if sample.status:
                bench.failed("probes", bundle, runtime, None, sample)
            bench.results.figure(f"{count} probes a second: % of a CPU", bundle, runtime, sample.cpu / 10)
            time.sleep(max(0.0, began + 1 - time.monotonic()))
        bench.down(containers)


def pods(bench, bundle):
    """A node with many pods, each of a sandbox and a container, one runtime after another: until all run, a probe of each,
    and until all are deleted. One command at a time, so that a time is the runtime's."""
    count = bench.sizes.pods
    edge = max(1, count // 25)
    for runtime in bench.runtimes:
        sandboxes = [bench.machine.sleeper(runtime, "spec", slot) for slot in range(count)]
        apps = [bench.machine.sleeper(runtime, bundle, count + slot) for slot in range(count)]
        free = machine.available_memory()
        started = bench.up(f"{count} pods", bundle, runtime, [each for pod in zip(sandboxes, apps) for each in pod])
        if not started:
            continue
        creates = started[2::4]  # of the apps: a pod has the commands create, start, create, start
        probed = bench.batches([[*each.verb("exec"), "/bin/true"] for each in apps])
        bad = next((sample for sample in probed if sample.status), None)
        if bad:
            bench.failed(f"{count} pods: probe", bundle, runtime, None, bad)
        figures = {"KiB of memory a pod": (free - machine.available_memory()) / count,
                   "CPU ms a pod until it runs": sum(each.cpu for each in started) / count,
                   "CPU ms a probe": sum(each.cpu for each in probed) / count,
                   "s until all run": sum(each.wall for each in started) / 1e3}
        ended = bench.down(sandboxes + apps)
        figures["s until all are deleted"] = sum(each.wall for each in ended) / 1e3
        for title, number in figures.items():
            bench.results.figure(f"{count} pods: {title}", bundle, runtime, number)
        for title, samples in (("create in the first of", creates[:edge]), ("create in the last of", creates[-edge:]),
                               ("a probe of", probed)):
            for sample in samples:
                bench.results.add(f"{title} {count} pods", bundle, runtime, sample)


def left(bench, bundle):
    """The private memory of all processes that `create` leaves."""
    title = "created: private memory of its processes, KiB"
    for _ in range(min(10, bench.rounds)):
        for runtime in random.sample(bench.runtimes, len(bench.runtimes)):
            container, before = bench.machine.sleeper(runtime, bundle), bench.machine.processes()
            sample = bench.timer.seq(container.create())[0]
            if sample.status:
                bench.failed("create", bundle, runtime, container, sample)
                continue
            time.sleep(0.02)
            bench.results.figure(title, bundle, runtime, bench.machine.private_memory(before))
            bench.down([container])


def counted(bench, bundle, title, prefix, number):
    """Adds number(text of a report) for `run`, `exec` and `state` below a program that writes the report to FILE."""
    report = bench.machine.path / "report"
    for runtime in bench.runtimes:
        container = bench.machine.container(runtime, bundle)
        sleeper = bench.machine.sleeper(runtime, bundle, 1)
        if not bench.up(title, bundle, runtime, [sleeper]):
            continue
        for verb, words in (("run", container.run()), ("exec", [*sleeper.verb("exec"), "/bin/true"]),
                            ("state", sleeper.verb("state"))):
            words = [str(report) if word == "FILE" else word for word in prefix] + words
            sample = bench.timer.seq(words)[0]
            if sample.status:
                bench.failed(f"{title}: {verb}", bundle, runtime, container if verb == "run" else None, sample)
                continue
            value = number(report.read_text())
            if value is not None:
                bench.results.figure(f"{title}: {verb}", bundle, runtime, value)
        bench.down([sleeper])


def calls(bench, bundle):
    """System calls, those of the container's program included, since all runtimes have the same."""
    strace = shutil.which("strace")
    if strace:
        counted(bench, bundle, "system calls", [strace, "-f", "-c", "-o", "FILE", "--"],
                call_count)


def call_count(text):
    """The sum in the last line of `strace -c`: % time, seconds, usecs/call, calls, errors if any, "total"."""
    return int(text.strip().splitlines()[-1].split()[3])


def instructions(bench, bundle):
    """Nothing if perf is missing, or the machine has no counter for it."""
    perf = shutil.which("perf")
    if perf is None or not instruction_count(subprocess.run(
            [perf, "stat", "-x,", "-e", "instructions", "true"], capture_output=True, text=True, check=False).stderr):
        return
    counted(bench, bundle, "million instructions", [perf, "stat", "-x,", "-e", "instructions", "-o", "FILE", "--"],
            lambda text: instruction_count(text) / 1e6)


def instruction_count(text):
    found = re.search(r"^(\d+),[^,]*,instructions", text, re.M)
    return int(found[1]) if found else 0


EVERY = None
# The name -> (function, its bundles). EVERY: all.
OPERATIONS = {
    "run": (run, EVERY),
    "life": (life, EVERY),
    "exec": (execs, ("spec", "podman", "kubernetes", "environment")),
    "state": (state, ("spec",)),
    "parallel": (parallel, ("spec", "podman")),
    "alive": (alive, ("spec",)),
    "probes": (probes, ("podman",)),
    "pods": (pods, ("kubernetes",)),
    "left": (left, ("spec", "podman", "environment")),
    "calls": (calls, ("spec", "podman", "kubernetes", "200-mounts")),
    "instructions": (instructions, ("spec", "podman")),
}


def everything(bench, operations, wanted, note):
    """Runs the operations on the wanted bundles."""
    for bundle, (_, has_host_mounts) in machine.bundles.BUNDLES.items():
        if bundle not in wanted:
            continue
        with machine.HostMounts(bench.sizes.host_mounts if has_host_mounts else 0):
            for name in operations:
                measure, its_bundles = OPERATIONS[name]
                if its_bundles is EVERY or bundle in its_bundles:
                    began = time.monotonic()
                    measure(bench, bundle)
                    note(f"{bundle}: {name}, {time.monotonic() - began:.0f} s")


def versions(runtimes):
    found = {}
    for runtime in runtimes:
        done = subprocess.run([runtime.program, "--version"], capture_output=True, text=True, check=False)
        number = re.search(r"(\d+\.\d+(?:\.\d+)?\S*)", done.stdout)
        found[runtime.name] = number[1] if number and runtime.name != "floor" else ""
    return found


def processor():
    text = pathlib.Path("/proc/cpuinfo").read_text()
    found = re.search(r"^model name\s*: (.*)$", text, re.M)
    return found[1] if found else "an unnamed processor"
