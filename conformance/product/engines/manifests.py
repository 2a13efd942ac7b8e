#!/usr/bin/env python3
"""manifests.py FILE…: reads manifests for Kubernetes and fails on a field that the list below does not have.

The list has the fields that the manifests of this tree use, with the type of each in the API, and no others. So a wrong
name or a wrong place is found here, while a field that is new in a manifest is added here, by its documentation. That
an API server accepts the manifests is not shown.
"""
import sys

import yaml

META = {"name": str, "namespace": str, "labels": {str: str}}
SELECTOR = {str: str}
SECURITY = {"runAsUser": int, "runAsGroup": int, "runAsNonRoot": bool, "allowPrivilegeEscalation": bool, "readOnlyRootFilesystem": bool,
            "capabilities": {"drop": [str], "add": [str]}, "seccompProfile": {"type": str}, "seLinuxOptions": {"type": str}}
CONTAINER = {"name": str, "image": str, "imagePullPolicy": str, "command": [str], "args": [str], "securityContext": SECURITY,
             "resources": {"requests": {str: str}, "limits": {str: str}}, "volumeMounts": [{"name": str, "mountPath": str}]}
POD = {"serviceAccountName": str, "automountServiceAccountToken": bool, "enableServiceLinks": bool, "nodeSelector": SELECTOR,
       "tolerations": [{"operator": str}], "initContainers": [CONTAINER], "containers": [CONTAINER],
       "volumes": [{"name": str, "hostPath": {"path": str, "type": str}}], "runtimeClassName": str}
KINDS = {
    ("v1", "Namespace"): {},
    ("v1", "ServiceAccount"): {"automountServiceAccountToken": bool},
    ("v1", "Pod"): {"spec": POD},
    ("apps/v1", "DaemonSet"): {"spec": {
        "selector": {"matchLabels": SELECTOR}, "template": {"metadata": META, "spec": POD},
        "updateStrategy": {"type": str, "rollingUpdate": {"maxUnavailable": int}}}},
    ("node.k8s.io/v1", "RuntimeClass"): {"handler": str, "scheduling": {"nodeSelector": SELECTOR}},
}


def problems(value, wanted, path):
    if isinstance(wanted, list):
        if not isinstance(value, list):
            return [f"{path}: no list"]
        return [text for at, item in enumerate(value) for text in problems(item, wanted[0], f"{path}[{at}]")]
    if isinstance(wanted, type):
        return [] if type(value) is wanted else [f"{path}: {value!r} is no {wanted.__name__}"]
    if not isinstance(value, dict):
        return [f"{path}: no mapping"]
    found = []
    for key, item in value.items():
        kind = wanted.get(str) if str in wanted else wanted.get(key)
        found += [f"{path}.{key}: not a field of this list"] if kind is None else problems(item, kind, f"{path}.{key}")
    return found


def references(document):
    """Names that must agree inside one workload."""
    spec = document.get("spec", {})
    pod = spec.get("template", {}).get("spec", spec)
    volumes = {volume["name"] for volume in pod.get("volumes", [])}
    mounts = {mount["name"] for part in ("initContainers", "containers") for container in pod.get(part, [])
              for mount in container.get("volumeMounts", [])}
    found = [f"volume {name}: mounted, and not defined" for name in mounts - volumes]
    found += [f"volume {name}: defined, and not mounted" for name in volumes - mounts]
    labels = spec.get("template", {}).get("metadata", {}).get("labels", {})
    found += [f"selector: {key} is no label of the template" for key, value in spec.get("selector", {}).get("matchLabels", {}).items()
              if labels.get(key) != value]
    return found


def main(paths):
    found = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            documents = list(yaml.safe_load_all(file))
        for number, document in enumerate(documents):
            kind = (document.get("apiVersion"), document.get("kind"))
            if kind not in KINDS:
                found.append(f"{path}: document {number}: {kind} is not in the list")
                continue
            fields = {"apiVersion": str, "kind": str, "metadata": META, **KINDS[kind]}
            found += [f"{path}: {kind[1]}{text}" for text in problems(document, fields, "") + references(document)]
    print("\n".join(found) or f"manifests: {len(paths)} read")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
