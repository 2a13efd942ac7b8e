#!/usr/bin/env python3
"""meson_totals.py BUILDDIR [TEST…]: runs meson's tests, shows the logs of failed ones, and closes with "N passed, N failed, N skipped"."""
import json
import pathlib
import subprocess
import sys

GOOD = {"OK", "EXPECTEDFAIL"}


def main():
    build = pathlib.Path(sys.argv[1])
    log = build / "meson-logs" / "testlog.json"
    log.unlink(missing_ok=True)
    subprocess.run(["meson", "test", "-C", str(build), "--no-rebuild", "--num-processes", "2",
                    "--timeout-multiplier", "4", *sys.argv[2:]], check=False)
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for line in log.read_text().splitlines() if log.exists() else []:
        test = json.loads(line)
        kind = "passed" if test["result"] in GOOD else (
            "skipped" if test["result"] == "SKIP" else "failed")
        counts[kind] += 1
        if kind == "failed":
            print(f"not ok - {test['name']}: {test['result']}")
            print((test.get("stdout") or "")[-4000:] + (test.get("stderr") or "")[-4000:])
    if not sum(counts.values()):
        counts["failed"] = 1
    print("{passed} passed, {failed} failed, {skipped} skipped".format(**counts))
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
