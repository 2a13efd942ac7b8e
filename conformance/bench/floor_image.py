"""Translates a config.json into floor.bin: the lists of system calls that floor.cc performs.

It knows the parts of the specification that bundles.py uses, and refuses others."""
import os
import resource
import struct
import subprocess

import seccomp_filter

MAGIC = 0x3172306F6C46
HEAD = ("magic", "relocations", "relocation_count", "before", "setup", "enter", "confine", "after", "find", "join",
        "created_hooks", "stopped_hooks", "clone_args", "exec_clone_args", "joined_namespaces", "program", "argv", "envp")
END, STORE, REMOVE_CGROUP = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
HERE, CLOEXEC, DIRECTORY = -100 & 2**64 - 1, os.O_CLOEXEC, os.O_DIRECTORY
RDONLY, NOSUID, NODEV, NOEXEC, REMOUNT, BIND, REC, SLAVE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 19
LOCKED = RDONLY | NOSUID | NODEV | NOEXEC
FLAGS = {"ro": RDONLY, "nosuid": NOSUID, "nodev": NODEV, "noexec": NOEXEC, "relatime": 1 << 21, "strictatime": 1 << 24,
         "bind": BIND, "rbind": BIND | REC, "rprivate": 0, "private": 0, "rslave": SLAVE | REC, "rw": 0}
NAMESPACES = {"pid": 0x20000000, "network": 0x40000000, "ipc": 0x8000000, "uts": 0x4000000, "mount": 0x20000}
NEWCGROUP, INTO_CGROUP = 0x2000000, 0x200000000
DEVICES = (("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("tty", 5, 0), ("random", 1, 8), ("urandom", 1, 9))
LINKS = (("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"),
         ("stderr", "/proc/self/fd/2"), ("ptmx", "pts/ptmx"))
CAPABILITIES = """CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE
    NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE
    SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL
    SETFCAP""".split()


class Image:
    """The bytes of floor.bin. A Ref among the arguments of a call becomes a pointer when floor has loaded them."""

    class Ref(int):
        pass

    def __init__(self, floor):
        names = subprocess.run([floor, "calls"], check=True, capture_output=True, text=True).stdout.split()
        self.numbers = {name: number for number, name in enumerate(names)}
        self.bytes = bytearray(8 * len(HEAD))
        self.relocations = []
        self.texts = {}

    def blob(self, data):
        self.bytes += bytes(-len(self.bytes) % 8)
        self.bytes += data
        return self.Ref(len(self.bytes) - len(data))

    def text(self, words):
        if words not in self.texts:
            self.texts[words] = self.blob(words.encode() + b"\0")
        return self.texts[words]

    def word(self, at, value):
        struct.pack_into("<Q", self.bytes, at, value & 2**64 - 1)
        if isinstance(value, self.Ref):
            self.relocations.append(at)

    def words(self, values):
        at = self.blob(bytes(8 * len(values)))
        for number, value in enumerate(values):
            self.word(at + 8 * number, value)
        return at

    def strings(self, words):
        return self.words([self.text(each) for each in words] + [0])

    def calls(self, wanted):
        """A list of (name or special number, *arguments). A str is a path. "?" before a name: it may fail. (STORE, call,
        argument) writes the last result into that argument of a later call, (STORE, Ref) there."""
        prepared = [[self.text(each) if isinstance(each, str) and number else each for number, each in enumerate(call)]
                    for call in wanted]
        at = self.blob(bytes(56 * len(wanted) + 56))
        for number, (name, *arguments) in enumerate(prepared):
            here = at + 56 * number
            if name == STORE and len(arguments) == 2:
                arguments = [self.Ref(at + 56 * (number + arguments[0]) + 8 + 8 * arguments[1])]
            may_fail = isinstance(name, str) and name.startswith("?")
            struct.pack_into("<II", self.bytes, here, self.numbers[name.strip("?")] if isinstance(name, str) else name,
                             may_fail)
            for position, value in enumerate(arguments):
                self.word(here + 8 + 8 * position, value)
        struct.pack_into("<I", self.bytes, at + 56 * len(wanted), END)
        return at

    def finish(self, head):
        head["relocation_count"] = len(self.relocations) + sum(isinstance(each, self.Ref) and name != "relocations"
                                                                for name, each in head.items())
        for number, name in enumerate(HEAD):
            if name != "relocations":
                self.word(8 * number, head[name])
        table = self.blob(struct.pack(f"<{len(self.relocations)}I", *self.relocations))
        struct.pack_into("<Q", self.bytes, 8 * HEAD.index("relocations"), table)
        return bytes(self.bytes)


def write(path, text):
    data = text.encode()
    return [("openat", HERE, path, os.O_WRONLY | CLOEXEC, 0), (STORE, 2, 0), (STORE, 2, 0),
            ("write", 0, data, len(data)), ("close", 0)]


def options(mount):
    flags, data = 0, []
    for word in mount.get("options", []):
        if word in FLAGS:
            flags |= FLAGS[word]
        else:
            data.append(word)
    return flags, ",".join(data)


def mount_calls(mount, in_cgroup_namespace):
    """The host is private in the benchmark's mount namespace, so `rprivate` needs no call."""
    flags, data = options(mount)
    target, kind = mount["destination"].lstrip("/"), mount["type"]
    if kind == "cgroup" and not in_cgroup_namespace:
        return [("mount", "/sys/fs/cgroup", target, 0, BIND | REC, 0),
                ("mount", 0, target, 0, REMOUNT | BIND | flags, 0)]
    if kind == "cgroup":
        kind = "cgroup2"
    if not flags & BIND:
        return [("mount", mount["source"], target, kind, flags, data or 0)]
    calls = [("mount", mount["source"], target, 0, BIND | flags & REC, 0)]
    if flags & LOCKED:
        calls.append(("mount", 0, target, 0, REMOUNT | BIND | flags & LOCKED, 0))
    if flags & SLAVE:
        calls.append(("mount", 0, target, 0, SLAVE | REC, 0))
    return calls


def mounts(config, in_cgroup_namespace):
    """A target below an earlier file system of the config has to be made."""
    calls, fresh = [], []
    for mount in config["mounts"]:
        target = mount["destination"].lstrip("/")
        under = [each for each in fresh if target.startswith(each + "/")]
        if under and not target.startswith("sys/"):
            is_file = options(mount)[0] & BIND and not os.path.isdir(mount["source"])
            calls.append(("mknodat", HERE, target, 0o100644, 0) if is_file else ("mkdirat", HERE, target, 0o755))
        calls += mount_calls(mount, in_cgroup_namespace)
        if mount["type"] in ("tmpfs", "sysfs"):
            fresh.append(target)
    return calls


def hidden_paths(linux):
    """Looked up now: a bind mount that fails costs the kernel an expedited grace period."""
    calls, mask = [], None
    for path in linux["maskedPaths"]:
        target = path.lstrip("/")
        if os.path.isdir(path):
            calls.append(("mount", mask, target, 0, BIND, 0) if mask else
                         ("mount", "tmpfs", target, "tmpfs", RDONLY, "nr_blocks=1,nr_inodes=1"))
            mask = mask or target
        elif os.path.exists(path):
            calls.append(("mount", "dev/null", target, 0, BIND, 0))
    for path in linux["readonlyPaths"]:
        if os.path.exists(path):
            target = path.lstrip("/")
            calls += [("mount", target, target, 0, BIND | REC, 0),
                      ("mount", 0, target, 0, BIND | REMOUNT | LOCKED, 0)]
    return calls


def capability_set(names):
    return sum(1 << CAPABILITIES.index(name.removeprefix("CAP_")) for name in names)


def confinement(image, config):
    process = config["process"]
    capabilities = {kind: capability_set(process["capabilities"][kind]) for kind in ("bounding", "effective", "permitted")}
    last = int(open("/proc/sys/kernel/cap_last_cap").read())
    calls = [("prctl", 24, number) for number in range(last + 1) if not capabilities["bounding"] >> number & 1]
    halves = [capabilities[kind] >> shift & 0xFFFFFFFF if kind else 0
              for shift in (0, 32) for kind in ("effective", "permitted", None)]
    calls.append(("capset", struct.pack("<II", 0x20080522, 0), struct.pack("<6I", *halves)))
    if "seccomp" in config["linux"]:
        program = seccomp_filter.compiled(config["linux"]["seccomp"])
        load = ("seccomp", 1, 0, image.words([len(program) // 8, image.blob(program)]))
        # Without no_new_privs it needs CAP_SYS_ADMIN, which capset takes.
        calls = calls + [load] if process.get("noNewPrivileges") else [load] + calls
    if process.get("noNewPrivileges"):
        calls.insert(0, ("prctl", 38, 1, 0, 0, 0))
    return calls + [("close_range", 3, 0xFFFFFFFF, 4)]


def identity(config):
    process = config["process"]
    groups = process["user"].get("additionalGids", [])
    calls = [("prlimit64", 0, getattr(resource, each["type"]), struct.pack("<QQ", each["soft"], each["hard"]), 0)
             for each in process["rlimits"]]
    return calls + [("umask", 0o22), ("setgroups", len(groups), struct.pack(f"<{len(groups)}I", *groups) if groups else 0)]


def device_program():
    """The default devices as a program of BPF_PROG_TYPE_CGROUP_DEVICE: mknod of all, access to a few characters."""
    groups = ((1, (3, 5, 7, 8, 9)), (5, (0, 1, 2)), (136, ()))
    words = [(0x61, 0x12, 0, 0), (0xBF, 0x23, 0, 0), (0x54, 2, 0, 0xFFFF), (0x74, 3, 0, 16), (0x61, 0x14, 4, 0),
             (0x61, 0x15, 8, 0), (0x54, 3, 0, 6)]
    tests = [("eq", 3, 0, "allow"), ("ne", 2, 2, "deny")]
    for major, minors in groups:
        tests.append(("ne", 4, major, len(minors) + 1))
        tests += [("eq", 5, minor, "allow") for minor in minors] + [("ja", 0, 0, "deny" if minors else "allow")]
    ends = {"deny": len(tests), "allow": len(tests) + 2}
    for number, (test, register, value, to) in enumerate(tests):
        offset = to if isinstance(to, int) else ends[to] - number - 1
        words.append(({"eq": 0x15, "ne": 0x55, "ja": 0x05}[test], register, offset, value))
    words += [(0xB7, 0, 0, 0), (0x95, 0, 0, 0), (0xB7, 0, 0, 1), (0x95, 0, 0, 0)]
    return b"".join(struct.pack("<BBhi", *word) for word in words)


def cgroup_calls(image, config, path, clone_args):
    """Makes the cgroup, with its limits, and opens it."""
    resources = config["linux"].get("resources", {})
    calls = [("mkdirat", HERE, path, 0o755), ("openat", HERE, path, CLOEXEC | DIRECTORY, 0),
             (STORE, image.Ref(clone_args + 80))]
    if "devices" in resources:
        program = device_program()
        load = image.words([15 | len(program) // 8 << 32, image.blob(program), image.text("GPL"), 0, 0, 0, 0, 0, 0])
        attach = image.blob(struct.pack("<IIII", 0, 0, 6, 2) + bytes(16))
        calls += [(STORE, attach), ("bpf", 5, load, 72), (STORE, image.Ref(attach + 4)), (STORE, 2, 0),
                  ("bpf", 8, attach, 32), ("close", 0)]
    for file, text in limits(resources):
        calls += write(f"{path}/{file}", text)
    return calls


def limits(resources):
    if "memory" in resources:
        yield "memory.max", str(resources["memory"]["limit"])
    if "pids" in resources:
        yield "pids.max", str(resources["pids"]["limit"])
    if "cpu" in resources:
        yield "cpu.weight", str(1 + (resources["cpu"]["shares"] - 2) * 9999 // 262142)


def setup_calls(config, in_cgroup_namespace, with_network):
    root = config["root"]["path"]
    calls = [("setsid",), ("mount", 0, "/", 0, REC | SLAVE, 0), ("mount", root, root, 0, BIND | REC, 0), ("chdir", root)]
    if in_cgroup_namespace:
        calls.append(("unshare", NEWCGROUP))
    if with_network:
        calls += [("socket", 2, 2 | CLOEXEC, 0), (STORE, 2, 0), (STORE, 2, 0),
                  ("ioctl", 0, 0x8914, b"lo".ljust(16, b"\0") + struct.pack("<h22x", 0x41)), ("close", 0)]
    calls += mounts(config, in_cgroup_namespace) + [("umask", 0)]
    calls += [("mknodat", HERE, f"dev/{name}", 0o20666, major << 8 | minor) for name, major, minor in DEVICES]
    calls += [("symlinkat", target, HERE, f"dev/{name}") for name, target in LINKS]
    for name, value in config["linux"].get("sysctl", {}).items():
        calls += write("proc/sys/" + name.replace(".", "/"), value)
    return calls + hidden_paths(config["linux"])


def enter_calls(config):
    calls = [("mount", 0, ".", 0, BIND | REMOUNT | RDONLY, 0)] if config["root"].get("readonly") else []
    calls += [("pivot_root", ".", "."), ("umount2", ".", 2), ("chdir", "/")]
    if "hostname" in config:
        calls.append(("sethostname", config["hostname"], len(config["hostname"])))
    return calls + identity(config)


def translate(config, floor):
    """Returns the bytes of floor.bin. floor: the path of the program."""
    image = Image(floor)
    kinds = {each["type"] for each in config["linux"]["namespaces"]}
    joined = sum(NAMESPACES[kind] for kind in kinds - {"cgroup"})
    cgroup = "/sys/fs/cgroup" + config["linux"]["cgroupsPath"]
    clone_args, exec_clone_args = (image.blob(struct.pack("<11Q", flags | INTO_CGROUP, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0))
                                   for flags in (joined, 0))
    process, hooks = config["process"], config.get("hooks", {})

    def listed(calls):
        return image.calls([[image.blob(each) if isinstance(each, bytes) else each for each in call] for call in calls])

    def hook_list(kind):
        return image.words([word for hook in hooks.get(kind, [])
                            for word in (image.text(hook["path"]), image.strings(hook["args"]))] + [0, 0])

    confined = confinement(image, config)
    return image.finish({
        "magic": MAGIC, "before": listed(cgroup_calls(image, config, cgroup, clone_args)),
        "setup": listed(setup_calls(config, "cgroup" in kinds, "network" in kinds)),
        "enter": listed(enter_calls(config)), "confine": listed(confined),
        "after": listed([(REMOVE_CGROUP, HERE, cgroup, 0x200)]),
        "find": listed([("openat", HERE, cgroup, CLOEXEC | DIRECTORY, 0), (STORE, image.Ref(exec_clone_args + 80))]),
        "join": listed(identity(config) + confined),
        "created_hooks": hook_list("createRuntime"), "stopped_hooks": hook_list("poststop"),
        "clone_args": clone_args, "exec_clone_args": exec_clone_args,
        "joined_namespaces": (joined | (NEWCGROUP if "cgroup" in kinds else 0)) & ~NAMESPACES["pid"],
        "program": image.text(process["args"][0]), "argv": image.strings(process["args"]),
        "envp": image.strings(process["env"])})
