#!/usr/bin/env python3
"""oci_image.py [--architecture ARCH] ROOTFS NAME [ENTRY=VALUE…] >ARCHIVE: writes an image of one layer, in the format that ctr and docker import.

The archive is an OCI layout with docker's manifest.json beside it. NAME is host/repository:tag. An ENTRY is a
property of the image's config, Env or Cmd or Healthcheck; its VALUE is JSON. The same input makes the same bytes.
"""
import hashlib
import io
import json
import sys
import tarfile

EPOCH = 1700000000
OCI = "application/vnd.oci.image."


def layer_of(rootfs):
    def plain(entry):
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        entry.mtime = EPOCH
        return entry

    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.GNU_FORMAT) as layer:
        layer.add(rootfs, arcname=".", filter=plain)
    return data.getvalue()


def write_image(out, rootfs, name, settings, architecture="amd64"):
    archive = tarfile.open(fileobj=out, mode="w|", format=tarfile.GNU_FORMAT)

    def add(path, data):
        entry = tarfile.TarInfo(path)
        entry.size, entry.mode, entry.mtime = len(data), 0o644, EPOCH
        archive.addfile(entry, io.BytesIO(data))

    def blob(kind, data):
        digest = hashlib.sha256(data).hexdigest()
        add(f"blobs/sha256/{digest}", data)
        return {"mediaType": OCI + kind, "digest": f"sha256:{digest}", "size": len(data)}

    layer = blob("layer.v1.tar", layer_of(rootfs))
    config = blob("config.v1+json", json.dumps({
        "architecture": architecture, "os": "linux", "created": "2023-11-14T22:13:20Z", "config": settings,
        "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]},
    }).encode())
    manifest = blob("manifest.v1+json", json.dumps(
        {"schemaVersion": 2, "mediaType": OCI + "manifest.v1+json", "config": config, "layers": [layer]}).encode())
    manifest["annotations"] = {"io.containerd.image.name": name, "org.opencontainers.image.ref.name": name}
    add("index.json", json.dumps({"schemaVersion": 2, "manifests": [manifest]}).encode())
    add("oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
    path = {key: "blobs/sha256/" + value["digest"][7:] for key, value in (("c", config), ("l", layer))}
    add("manifest.json", json.dumps([{"Config": path["c"], "RepoTags": [name], "Layers": [path["l"]]}]).encode())
    archive.close()


def main(words):
    architecture = "amd64"
    if words[:1] == ["--architecture"]:
        architecture, words = words[1], words[2:]
    rootfs, name, *entries = words
    settings = {"Cmd": ["/bin/sh"], "Env": ["PATH=/bin"], "WorkingDir": "/"}
    settings.update((key, json.loads(value)) for key, value in (entry.split("=", 1) for entry in entries))
    write_image(sys.stdout.buffer, rootfs, name, settings, architecture)


if __name__ == "__main__":
    main(sys.argv[1:])
