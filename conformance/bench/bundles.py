"""The bundles of the benchmark. Each is a function from a Place to a config.json without the parts that differ for each
container, as a dictionary. Those of runc, podman and containerd begin with a config of ../corpus."""
import json
import os
import pathlib
import resource

HERE = pathlib.Path(__file__).resolve().parent
CORPUS = next((each for each in (HERE.parent / "corpus", HERE.parents[2] / "share/oci-conformance/corpus") if each.is_dir()),
              HERE.parent / "corpus")
DIRECTORIES = ("bin", "dev", "etc", "proc", "root", "run", "sys", "tmp", "var/log", "var/tmp", "data", "cache", "config",
               "opt", "srv", "mnt")
FILES = ("etc/resolv.conf", "etc/hosts", "etc/hostname")


class Place:
    """The root filesystem and the sources of bind mounts below a directory."""

    def __init__(self, path, busybox):
        self.root = path / "rootfs"
        self.data = path / "data"
        for name in DIRECTORIES:
            (self.root / name).mkdir(parents=True, exist_ok=True)
        for name in FILES:
            (self.root / name).touch()
        (self.root / "bin/busybox").write_bytes(pathlib.Path(busybox).read_bytes())
        (self.root / "bin/busybox").chmod(0o755)
        for applet in ("sh", "sleep", "true"):
            (self.root / "bin" / applet).symlink_to("busybox")

    def directory(self, name):
        (self.data / name).mkdir(parents=True, exist_ok=True)
        return str(self.data / name)

    def file(self, name):
        path = self.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}\n")
        return str(path)

    def target(self, name):
        (self.root / name).mkdir(parents=True, exist_ok=True)
        return "/" + name


def corpus(name):
    config = json.loads((CORPUS / (name + ".json")).read_text())
    config["process"].pop("terminal", None)
    config["process"]["capabilities"].pop("ambient", None)
    return config


def bind(destination, source, *options):
    return {"destination": destination, "type": "bind", "source": source, "options": list(options) or ["rbind", "rprivate"]}


def tmpfs(destination, mode):
    return {"destination": destination, "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "nodev", f"mode={mode}"]}


def spec(_place):
    """The config that `runc spec` writes."""
    return corpus("spec-runc")


def podman(place):
    """podman's: 20 mounts, its seccomp profile, limits, a sysctl, and a hook before and after."""
    config = corpus("podman-default")
    kept = [mount for mount in config["mounts"] if mount["type"] != "bind"]
    config["mounts"] = kept + [
        bind("/dev/shm", place.directory("shm"), "bind", "rprivate", "nosuid", "noexec", "nodev"),
        bind("/etc/resolv.conf", place.file("resolv.conf"), "bind", "rprivate"),
        bind("/etc/hosts", place.file("hosts"), "bind", "rprivate"),
        bind("/etc/hostname", place.file("hostname"), "bind", "rprivate"),
        tmpfs("/run", "755"), tmpfs("/tmp", "1777"), tmpfs("/var/tmp", "1777"),
        bind("/run/.containerenv", place.file("containerenv"), "bind", "rprivate"),
        bind("/run/secret", place.file("secret"), "bind", "ro", "rprivate"),
        bind("/data", place.directory("volume1")), bind("/cache", place.directory("volume2"), "rbind", "rslave"),
        bind("/srv", place.directory("volume3"), "rbind", "rprivate", "nosuid", "nodev"),
        bind("/config", place.directory("settings"), "rbind", "ro", "rprivate"),
        bind("/opt", place.directory("opt"), "rbind", "ro", "rprivate", "nosuid", "nodev")]
    hook = {"path": str(place.root / "bin/busybox"), "args": ["busybox", "true"]}
    config["hooks"] = {"createRuntime": [hook], "poststop": [hook]}
    config["process"]["user"]["additionalGids"] = [1, 10]
    config["linux"]["sysctl"] = {"net.ipv4.ping_group_range": "0 0"}
    config["linux"]["resources"].update({"memory": {"limit": 1 << 29}, "cpu": {"shares": 512}, "pids": {"limit": 2048}})
    return config


def kubernetes(place):
    """A container of a pod, as containerd's CRI plugin makes it: 30 mounts, a seccomp profile, 35 service variables, and
    masked paths of each CPU. An engine masks thermal_throttle, which virtual machines lack, so two others are masked too."""
    config = corpus("containerd-seccomp")
    volumes = [bind(place.target(f"mnt/volume{number}"), place.directory(f"pod/volume{number}"), "rbind",
                    "ro" if number % 2 else "rw", "rprivate") for number in range(17)]
    config["mounts"] += [
        {"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup",
         "options": ["nosuid", "noexec", "nodev", "relatime", "ro"]},
        bind("/etc/hosts", place.file("pod/hosts"), "rbind", "rprivate", "rw"),
        bind("/etc/hostname", place.file("pod/hostname"), "rbind", "rprivate", "rw"),
        bind("/etc/resolv.conf", place.file("pod/resolv.conf"), "rbind", "rprivate", "rw"),
        bind(place.target("mnt/log"), place.directory("pod/log"), "rbind", "rprivate", "rw"),
        bind(place.target("mnt/serviceaccount"), place.directory("pod/serviceaccount"), "rbind", "rprivate", "ro")] + volumes
    linux = config["linux"]
    linux["namespaces"].append({"type": "cgroup"})
    for cpu in sorted(pathlib.Path("/sys/devices/system/cpu").glob("cpu[0-9]*"))[:64]:
        linux["maskedPaths"] += [str(cpu / name) for name in ("thermal_throttle", "topology", "cache")]
    linux["resources"].update({"memory": {"limit": 1 << 28}, "cpu": {"shares": 256}, "pids": {"limit": 1024}})
    for number in range(5):
        config["process"]["env"] += [f"SERVICE{number}_PORT_{part}=tcp://10.96.0.{number}:443" for part in range(7)]
    return config


def mounts200(place):
    """spec with 200 more bind mounts, half of them read-only."""
    config = corpus("spec-runc")
    config["mounts"] += [bind(place.target(f"mnt/many{number}"), place.directory(f"many/{number}"), "rbind",
                              "ro" if number % 2 else "rw", "rprivate") for number in range(200)]
    return config


def environment(_place):
    """spec with 4,000 variables of 60 bytes."""
    config = corpus("spec-runc")
    config["process"]["env"] += [f"VARIABLE_{number:04d}=" + "x" * 46 for number in range(4000)]
    return config


# The name -> (function, whether the host gets many mounts).
BUNDLES = {"spec": (spec, False), "podman": (podman, False), "kubernetes": (kubernetes, False),
           "200-mounts": (mounts200, False), "host-mounts": (spec, True), "environment": (environment, False)}


def controllers():
    """Those that a new cgroup has."""
    return pathlib.Path("/sys/fs/cgroup/cgroup.subtree_control").read_text().split()


def fitted(config, device_rules):
    """Leaves out limits that this machine cannot set: those of absent controllers, and any above a hard limit."""
    resources = config["linux"]["resources"]
    for name in ("memory", "cpu", "pids"):
        if name not in controllers():
            resources.pop(name, None)
    if not device_rules:
        resources.pop("devices", None)
    limits = config["process"].setdefault("rlimits", [])
    for limit in limits:
        hard = resource.getrlimit(getattr(resource, limit["type"]))[1]
        if hard != resource.RLIM_INFINITY:
            limit["hard"], limit["soft"] = min(limit["hard"], hard), min(limit["soft"], hard)
    return config


def make(name, place, device_rules=True):
    """The config of a bundle, without args and cgroupsPath."""
    config = fitted(BUNDLES[name][0](place), device_rules)
    config["root"]["path"] = str(place.root)
    config["process"]["env"] = [word for word in config["process"]["env"] if not word.startswith("TERM=")]
    return config


def write(config, directory, args, cgroup, translate):
    """Writes config.json, and floor.bin if `translate` is given. The path of the cgroup is never the root's."""
    assert cgroup.strip("/")
    config = {**config, "process": {**config["process"], "args": args},
              "linux": {**config["linux"], "cgroupsPath": "/" + cgroup.strip("/")}}
    os.makedirs(directory, exist_ok=True)
    pathlib.Path(directory, "config.json").write_text(json.dumps(config))
    if translate:
        pathlib.Path(directory, "floor.bin").write_bytes(translate(config))
    return directory
