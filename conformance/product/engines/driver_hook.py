#!/usr/bin/env python3
"""driver_hook.py inject|refresh|configure WORD…: hooks that act like those of device vendors (libnvidia-container, nvidia-ctk).

inject, a prestart or createRuntime hook, enters the container's mount namespace and binds the library there. refresh, a
createContainer hook, makes the loader's cache by ldconfig -r, writes from a chroot and from a pivoted root, binds a file.
Both find the root filesystem at its path on the host. drivers.sh describes the resulting container. configure adds both
to the config of the bundle named in the runtime's WORDs, like nvidia-container-runtime.
"""
import json
import os
import subprocess
import sys

LIBRARY, NAME, WORD = "/usr/local/lib/driver/library", "libcap.so.2", "/usr/local/lib/driver/word"
BIND = 'mkdir -p "$2/$(dirname "$3")" && touch "$2/$3" && mount --bind "$1" "$2/$3"'
PIVOT = 'cd "$1" && busybox pivot_root . . && umount -l . && exec /bin/sh -c "echo pivoted >>/etc/of-driver"'


os.environ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin"  # a hook may have no environment


def run(*words):
    subprocess.run(words, check=True, stdin=subprocess.DEVNULL, stdout=sys.stderr)


def configure(words):
    path = words[words.index("--bundle") + 1] + "/config.json"
    with open(path, encoding="utf-8") as old:
        config = json.load(old)
    hooks = config.setdefault("hooks", {})
    for stage, verb in (("prestart", "inject"), ("createContainer", "refresh")):
        hooks.setdefault(stage, []).append({"path": os.path.realpath(__file__), "args": ["driver_hook.py", verb]})
    with open(path, "w", encoding="utf-8") as new:
        json.dump(config, new)
    sys.exit()


if sys.argv[1] == "configure":
    configure(sys.argv[2:])
state = json.load(sys.stdin)
with open(os.path.join(state["bundle"], "config.json"), encoding="utf-8") as config:
    root = os.path.join(state["bundle"], json.load(config)["root"]["path"])
if sys.argv[1] == "inject":
    run("nsenter", f"--mount=/proc/{state['pid']}/ns/mnt", "sh", "-c", BIND, "sh", LIBRARY, root, f"usr/lib/{NAME}")
else:
    with open(f"{root}/etc/of-driver", "w", encoding="ascii") as seen:
        seen.write("proc\n" if os.path.exists(f"{root}/proc/1/status") else "no proc\n")
    run("ldconfig", "-r", root)
    run("chroot", root, "/bin/sh", "-c", "echo chrooted >>/etc/of-driver")
    run("unshare", "--mount", "sh", "-c", PIVOT, "sh", root)
    run("sh", "-c", BIND, "sh", WORD, root, "etc/bound")
