#!/usr/bin/env python3
"""Fails if a source file has more than 400 lines. Reports functions with more than 60."""
import pathlib
import re
import subprocess
import sys

files = subprocess.run(["git", "ls-files", "*.cc", "*.h"], check=True, capture_output=True, text=True)
long_files, long_functions = [], []
for name in files.stdout.split():
    lines = pathlib.Path(name).read_text().splitlines()
    if len(lines) > 400:
        long_files.append(f"{name}: {len(lines)} lines")
    begin, margin = None, ""
    for number, line in enumerate(lines, 1):
        # clang-format puts the first line of a function and its closing brace at the margin, and indents further
        # lines of its head by four. Functions in a class are not at the margin.
        if line[:1] not in ("", " "):
            margin = line
        more = "(" in margin and margin[-1] not in "{;:}"
        if re.match(r"[\w\[:<&*~].*\) (const |noexcept |&& |&)*\{$", line) or more and re.match(r"\s{4}.*\) \{$", line) and begin is None:
            begin = number
        elif line == "}" and begin is not None:
            if number - begin > 60:
                long_functions.append(f"{name}:{begin}: {number - begin} lines")
            begin = None
for text in long_functions:
    print(f"note: function of more than 60 lines: {text}")
print("\n".join(long_files) or "lengths: ok")
sys.exit(bool(long_files))
