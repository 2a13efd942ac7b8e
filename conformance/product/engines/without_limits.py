#!/usr/bin/env python3
"""without_limits.py RUNTIME WORD…: removes the limits from the config of the bundle, then calls RUNTIME with WORDs.

For machines whose cgroups have no controllers (vm/run --namespaces): engines set default limits there, too.
"""
import json
import os
import sys

words = sys.argv[2:]
if {"create", "run", "restore"} & set(words):
    bundle = "."
    for option, value in zip(words, words[1:] + [""]):
        if option in ("--bundle", "-b"):
            bundle = value
    path = os.path.join(bundle, "config.json")
    if os.path.exists(path):
        with open(path, encoding="utf-8") as old:
            config = json.load(old)
        config["process"].pop("oomScoreAdj", None)
        linux = config.setdefault("linux", {})
        linux["resources"] = {key: value for key, value in linux.get("resources", {}).items() if key == "devices"}
        with open(path, "w", encoding="utf-8") as new:
            json.dump(config, new)
os.execv(sys.argv[1], sys.argv[1:])
