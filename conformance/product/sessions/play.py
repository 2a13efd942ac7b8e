#!/usr/bin/env python3
"""Plays one session of a user at a terminal, and compares all that the terminal shows.

    play.py [--accept] SESSION DIRECTORY

The commands of SESSION run in order in DIRECTORY, each on a terminal of its own with 30 rows and 110 columns. The file
SESSION has these lines:

    # TEXT            a comment
    $ COMMAND         a command for bash
    type: TEXT        typed when the lines above have appeared, with Enter
    key: TEXT         the same, without Enter
    exit code: N      of the command, when it is not 0
    other lines       what the terminal shows. … stands for any text in a line, and a line with … alone for any lines.
                      \\e is the escape character. Spaces at the end of a line do not count

Prints lines as flow.sh does: "ok - SESSION: COMMAND", "not ok - SESSION: COMMAND: reason", and "end of SESSION". --accept
prints the file with the lines of this run.
"""

import difflib
import errno
import fcntl
import os
import pathlib
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time

TIME_LIMIT = 60
ROWS, COLUMNS = 30, 110


class Step:
    def __init__(self, command):
        self.command, self.code = command, 0
        self.parts = [("shows", [])]  # in turn: ("shows", lines), ("types", text)

    def add(self, line):
        word, _, text = line.partition(": ")
        if word == "exit code":
            self.code = int(text)
        elif word in ("type", "key"):
            self.parts += [("types", text + ("\n" if word == "type" else "")), ("shows", [])]
        else:
            self.parts[-1][1].append(line)

    def typed(self):
        """Pairs of what has to appear before, and the text to type then."""
        before = ""
        for kind, value in self.parts:
            if kind == "types":
                yield re.compile(pattern_of(before), re.DOTALL), value
            else:
                before += "\n".join(value)

    def text(self):
        """All that the terminal shows. What was typed is shown in the line of what came before."""
        return "".join("\n".join(value) for kind, value in self.parts if kind == "shows")


def pattern_of(text):
    any_lines = re.sub(r"(?m)^…\n", "\0", text + "\n").removesuffix("\n")
    out = re.escape(any_lines).replace(re.escape("\0"), r"(?:[^\n]*\n)*?")
    return out.replace(re.escape("…"), r"[^\n]*")


def steps_of(text):
    steps = []
    for line in text.splitlines():
        if line.startswith("$ "):
            steps.append(Step(line[2:]))
        elif steps and not line.startswith("# "):
            steps[-1].add(line)
    for step in steps:  # blank lines between the commands
        while step.parts[-1][0] == "shows" and step.parts[-1][1][-1:] == [""]:
            step.parts[-1][1].pop()
    return steps


def plain(raw):
    text = raw.decode(errors="replace").replace("\r\n", "\n").replace("\r", "\\r\n").replace("\x1b", "\\e")
    return "\n".join(line.rstrip() for line in text.split("\n"))


def take_terminal():
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def play(step, directory):
    """The output, and the exit code or None at the time limit."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("4H", ROWS, COLUMNS, 0, 0))
    started = subprocess.Popen(["bash", "--norc", "-c", step.command], cwd=directory, stdin=slave, stdout=slave,
                               stderr=slave, preexec_fn=take_terminal)
    os.close(slave)
    typed = list(step.typed())
    raw, end = b"", time.monotonic() + TIME_LIMIT
    while time.monotonic() < end:
        ended = started.poll() is not None
        # A detached container may keep the terminal open.
        if not select.select([master], [], [], 0.3)[0]:
            if ended:
                break
            continue
        try:
            new = os.read(master, 65536)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            break
        raw += new
        while typed and typed[0][0].match(plain(raw)):
            os.write(master, typed.pop(0)[1].encode())
    os.close(master)
    if started.poll() is None and time.monotonic() >= end:
        started.kill()
        started.wait()
        return plain(raw), None
    return plain(raw), started.wait()


def difference(step, shown):
    for line in difflib.unified_diff(step.text().splitlines(), shown.splitlines(), "the session", "the terminal", lineterm="", n=1):
        print(f"#   {line}")


def main():
    accept = sys.argv[1] == "--accept"
    path, directory = (pathlib.Path(word) for word in sys.argv[1 + accept:])
    failed = False
    for step in steps_of(path.read_text()):
        shown, code = play(step, directory)
        if accept:
            print(f"$ {step.command}\n{shown}" + (f"exit code: {code}\n" if code else ""))
            continue
        reason = ""
        if code != step.code:
            reason = "it did not end" if code is None else f"exit code {code}, not {step.code}"
        elif not re.fullmatch(pattern_of(step.text()) + "\n?", shown, re.DOTALL):
            reason = "the terminal shows other lines"
        failed |= bool(reason)
        print(f"{'not ok' if reason else 'ok'} - {path.stem}: {step.command}{reason and ': ' + reason}", flush=True)
        if reason:
            difference(step, shown)
    if not accept:
        print(f"end of {path.stem}")
    return 1 if failed else 0


sys.exit(main())
