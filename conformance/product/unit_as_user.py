#!/usr/bin/env python3
"""unit_as_user.py BUILDDIR: runs the unit tests as an unprivileged user, and closes with
"N passed, N failed, N skipped"."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
NOBODY = 65534


def user_may_enter(path):
    return all(at.stat().st_mode & 0o001 for at in [path, *path.parents])


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    tests = json.loads(subprocess.run(["meson", "introspect", "--tests", str(build)], check=True,
                                      capture_output=True, text=True).stdout)
    passed = failed = skipped = 0
    environment = {name: text for name, text in os.environ.items() if name != "XDG_RUNTIME_DIR"}
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="oci-rt-unit.") as work:
        os.chown(work, NOBODY, NOBODY)
        for test in tests:
            if not any(suite.endswith("unit") for suite in test["suite"]):
                continue
            program = pathlib.Path(test["cmd"][0])
            # meson runs tests in the build directory, and names programs of the build from there.
            words = [str(build / word) if (build / word).is_file() else word for word in test["cmd"][1:]]
            reads_tree = str(TOP).encode() in program.read_bytes() or any(str(TOP) in word for word in words)
            if reads_tree and not user_may_enter(TOP):
                print(f"skipped: {test['name']}: an ordinary user may not enter {TOP}, where its data is")
                skipped += 1
                continue
            copy = shutil.copy(program, work)
            os.chmod(copy, 0o755)
            done = subprocess.run([copy, *words], cwd=work, env={**environment, "HOME": work},
                                  user=NOBODY, group=NOBODY, extra_groups=[], capture_output=True,
                                  text=True, timeout=300)
            print(f"{'ok' if done.returncode == 0 else 'not ok'} - {test['name']}")
            if done.returncode == 0:
                passed += 1
            else:
                failed += 1
                print((done.stdout + done.stderr)[-4000:])
    if not passed + failed:
        failed = 1
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
