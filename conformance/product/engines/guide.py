#!/usr/bin/env python3
"""Runs one page of runtime/docs/guide, or another page of this form, as a reader would.

    guide.py PAGE DIRECTORY UID

The blocks of the page run in order in DIRECTORY, with oci-rt in PATH. The words behind the language of a block:

    sh                    commands, in one shell with `set -eu`
    sh user               the same, as the user UID, in a directory of that user
    sh needs: PROGRAM…    left out where one of the programs is missing
    sh needs-controller: NAME   left out without this controller of cgroup v2
    sh not-here: REASON   shown to the reader only
    LANGUAGE file=PATH    the content of a file
    text                  each line must be a line of the output of the block before, in this order

Prints lines as flow.sh does: "ok - PAGE: LABEL", "not ok - PAGE: LABEL: reason", "skip - PAGE: reason", and "end of PAGE".
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys


def blocks_of(text):
    """Pairs of the words behind ``` and the lines of the block."""
    for match in re.finditer(r"^```(\S[^\n]*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield match.group(1), match.group(2)


def has_controller(name):
    try:
        return name in pathlib.Path("/sys/fs/cgroup/cgroup.controllers").read_text().split()
    except OSError:
        return False


def reason_to_skip(words):
    kind, _, value = words.removeprefix("sh").strip().partition(": ")
    if kind == "not-here":
        return value
    missing = [name for name in value.split() if not shutil.which(name)]
    if kind == "needs" and missing:
        return f"{missing[0]} is not installed"
    if kind == "needs-controller" and not has_controller(value):
        return f"the controller {value} is not in the cgroup v2 tree"
    return ""


def is_in_order(lines, output):
    rest = iter(line.strip() for line in output.splitlines())
    return all(any(line == found for found in rest) for line in lines)


class Page:
    def __init__(self, path, directory, uid):
        self.name, self.directory, self.uid = path.stem, directory, uid
        self.output, self.skipped = "", ""
        self.failed = False

    def say(self, good, label, reason=""):
        self.failed |= not good
        print(f"{'ok' if good else 'not ok'} - {self.name}: {label}{'' if good else ': ' + reason}", flush=True)

    def run(self, number, words, text):
        self.skipped = reason_to_skip(words)
        if self.skipped:
            if "not-here" not in words:
                print(f"skip - {self.name}: block {number}: {self.skipped}", flush=True)
            return
        directory = self.directory
        command = ["bash", "--norc", "-euc", text]
        if words == "sh user":
            directory = directory / "home"
            directory.mkdir(exist_ok=True)
            os.chown(directory, self.uid, self.uid)
            command = ["setpriv", f"--reuid={self.uid}", f"--regid={self.uid}", "--clear-groups", "env",
                       f"HOME={directory}", f"XDG_RUNTIME_DIR=/run/user/{self.uid}"] + command
        done = subprocess.run(command, cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", timeout=60, check=False)
        self.output = done.stdout
        last = " / ".join(self.output.strip().splitlines()[-3:])
        self.say(done.returncode == 0, f"block {number}", f"exit code {done.returncode}, {last}")

    def compare(self, number, text):
        if self.skipped:
            return
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        shown = " / ".join(self.output.strip().splitlines())
        self.say(is_in_order(lines, self.output), f"block {number} says so", f"the output is {shown}")

    def write(self, path, text):
        path = self.directory / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def read(self, text):
        for number, (words, body) in enumerate(blocks_of(text), 1):
            language, _, path = words.partition(" file=")
            if path:
                self.write(path, body)
            elif language == "text":
                self.compare(number, body)
            elif words.split()[0] == "sh":
                self.run(number, words, body)
            else:
                self.say(False, f"block {number}", f"'{words}' is no kind of block")


def main():
    path, directory, uid = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
    page = Page(path, directory, uid)
    page.read(path.read_text())
    print(f"end of {page.name}")
    return 1 if page.failed else 0


sys.exit(main())
