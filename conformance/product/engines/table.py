#!/usr/bin/env python3
"""table.py [--reasons] COLUMN=LOG[#PART]…: the Markdown table of runtime/ENGINES.md, made from the logs of the engine scripts.

A row is a flow, a column is a runtime or an engine with a runtime. A column that is named twice takes
both logs. PART selects the lines after "--- PART" up to the next such line, in the log of
vm/engines.sh. A log is the output of a script in this directory, alone or among other output. A line a check:

    ok - FLOW: detail
    not ok - FLOW: detail
    skip - FLOW: reason

FLOW is the text before the first ": ". A cell is the number of passed checks, and of all checks if some failed.
Skipped checks do not count. `-` is a flow that this log does not have. Rows are in the order of the logs.
With --reasons a list of the failures follows, which is never part of a cell.
"""
import re
import sys

LINE = re.compile(r"(ok|not ok|skip) - (.+?)(?:: (.*))?$")


def read(place):
    """The checks of a log or a part of it: (verdict, flow, detail), in order."""
    path, _, part = place.partition("#")
    found, here = [], ""
    with open(path, encoding="utf-8", errors="replace") as log:
        for line in log:
            if line.startswith("--- "):
                here = line[4:].strip()
            match = LINE.match(line.rstrip())
            if match and part in ("", here):
                found.append(match.groups(default=""))
    return found


def cell(verdicts):
    passed, failed = verdicts.count("ok"), verdicts.count("not ok")
    if not verdicts:
        return "-"
    if passed + failed == 0:
        return "skipped"
    return f"{passed}" if failed == 0 else f"**{passed} of {passed + failed}**"


def main(arguments):
    reasons = "--reasons" in arguments
    columns = {}
    for argument in arguments:
        if argument != "--reasons":
            name, place = argument.rsplit("=", 1)
            columns.setdefault(name, []).extend(read(place))
    if not columns or not all(columns.values()):
        sys.exit("table.py: a log without a check; usage: table.py [--reasons] COLUMN=LOG[#PART]…")
    flows = list(dict.fromkeys(flow for checks in columns.values() for _, flow, _ in checks))
    rows = [["flow", *columns], ["---"] * (len(columns) + 1)]
    for flow in flows:
        rows.append([flow] + [cell([v for v, f, _ in checks if f == flow]) for checks in columns.values()])
    rows.append(["all"] + [cell([v for v, _, _ in checks]) for checks in columns.values()])
    for row in rows:
        print("| " + " | ".join(row) + " |")
    if reasons:
        print()
        for name, checks in columns.items():
            for verdict, flow, detail in checks:
                if verdict == "not ok":
                    print(f"- {name}, {flow}: {detail}")


if "--help" in sys.argv[1:]:
    print(__doc__)
else:
    main(sys.argv[1:])
