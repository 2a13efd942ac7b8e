#!/usr/bin/env python3
"""scrub.py WORK TARGET FILE.raw...: makes captured configs independent of the machine they come from.

Private files of an engine become "@file/NAME" or "@dir/NAME", which `oci-conformance diff` recreates
in the bundle. Ids and paths of the capture are removed. Writes TARGET/NAME.json."""
import json
import os
import pathlib
import re
import sys

OF_THE_KERNEL = ("/proc", "/sys", "/dev")  # sources that every machine has


def source(mount, work):
    text = mount.get("source", "")
    bound = mount.get("type") == "bind" or {"bind", "rbind"} & set(mount.get("options", []))
    if not bound or not text.startswith("/") or text.startswith(OF_THE_KERNEL):
        return text
    name = os.path.basename(mount["destination"]) or "root"
    is_file = os.path.isfile(text) or name in ("hosts", "hostname", "resolv.conf", ".containerenv",
                                               "docker-init")
    return f"@{'file' if is_file else 'dir'}/{name}"


def scrub(config, work):
    config.pop("hooks", None)  # they name programs of the engine's
    config["root"]["path"] = "rootfs"
    config.pop("annotations", None)
    process = config["process"]
    process.pop("apparmorProfile", None)  # specific to the machine of the capture
    process.pop("selinuxLabel", None)
    for mount in config.get("mounts", []):
        mount["source"] = source(mount, work)
    linux = config["linux"]
    linux.pop("mountLabel", None)
    linux.pop("cgroupsPath", None)
    for namespace in linux.get("namespaces", []):
        if namespace.get("path", "").startswith(("/run", "/var")):
            del namespace["path"]
    linux["namespaces"] = [one for one in linux["namespaces"] if "path" not in one or
                           not one["path"].startswith("/proc/")]
    text = json.dumps(config, indent=1, sort_keys=False)
    text = re.sub(r"\b[0-9a-f]{64}\b", "0" * 64, text)
    text = re.sub(r'"(HOSTNAME=|hostname": ")[0-9a-f]{12}"', r'"\1capture"', text)
    if work in text:
        sys.exit(f"scrub: {work} is still in it:\n{text[max(0, text.index(work) - 200):][:400]}")
    return text + "\n"


def main():
    work, target = sys.argv[1], pathlib.Path(sys.argv[2])
    for name in sys.argv[3:]:
        raw = pathlib.Path(name)
        text = scrub(json.loads(raw.read_text()), work)
        (target / (raw.stem + ".json")).write_text(text)
    print(f"{len(sys.argv) - 3} configs")


if __name__ == "__main__":
    main()
