#!/usr/bin/env python3
"""Fails if a code of spec/code.cc has no case that provokes it.

A case is a line of conformance/contract/texts.txt, or a source of conformance/cases, with the code. The compiler checks that
each code has its page (runtime/explain/pages.cc)."""
import pathlib
import re
import sys

# The code, and the reason why no case can provoke it.
EXEMPT = {"E_PROTOCOL": "a fault of oci-rt itself",
          "E_BUSY": "a matter of time: reliability/ has cases, which look at the text"}

names = re.findall(r'^    "([EW]_\w+)",$', pathlib.Path("spec/code.cc").read_text(), re.M)
texts = [pathlib.Path("conformance/contract/texts.txt").read_text()]
texts += [path.read_text() for path in sorted(pathlib.Path("conformance/cases").rglob("*.cc"))]
seen = set(re.findall(r"\b[EW]_[A-Z_]+\b", "\n".join(texts)))
bad = [f"{name}: no case provokes it" for name in names if name not in seen and name not in EXEMPT]
bad += [f"{name}: a case provokes it; remove it from EXEMPT" for name in EXEMPT if name in seen or name not in names]
if len(names) < 40:
    bad.append(f"spec/code.cc: only {len(names)} codes are found")
print("\n".join(bad) or "codes: ok")
sys.exit(bool(bad))
