#!/usr/bin/env python3
"""check_elf.py BUILD: fails if a program in BUILD lacks a protection that is visible in its ELF headers.

Programs except init are position-independent, with relocations bound at the start and then read-only. No segment is writable
and executable, nor is the stack. Functions with arrays have a stack protector. CET is marked if the compiler and all linked
libraries support it (Debian's static C library does not)."""
import pathlib
import platform
import re
import subprocess
import sys


STATIC = ("runtime/oci-rt", "runtime/oci-rt-help", "runtime/oci-rt-install", "runtime/oci-rt-tools", "runtime/oci-rt-explain", "runtime/oci-rt-criu")


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}).stdout


def has_cet(path):
    return "IBT, SHSTK" in output("readelf", "-nW", path)


def crt_has_cet():
    found = output("g++", "-print-file-name=rcrt1.o").strip()
    return pathlib.Path(found).is_absolute() and has_cet(found)


def segments(path):
    """(type, flags) of each segment."""
    rows = re.findall(r"^  ([A-Z_]+) +0x\S+ 0x\S+ 0x\S+ 0x\S+ 0x\S+ ([R ][W ][E ])", output("readelf", "-lW", path), re.M)
    return [(kind, flags.replace(" ", "")) for kind, flags in rows]


def own_symbols(build, name):
    """For a static program, those of the project's libraries: the C library has guards anyway."""
    if name not in STATIC:
        return output("nm", build / name)
    libraries = [path for path in sorted(build.glob("runtime/*/lib*.a")) if "init" not in path.name]
    return "".join(output("nm", path) for path in libraries if (path.parent.name == "install") == name.endswith("install"))


def problems(path, symbols, is_init, wants_cet):
    kinds = dict(segments(path))
    header = output("readelf", "-hW", path)
    if not kinds:
        yield "its segments cannot be read"
    for kind, flags in segments(path):
        if kind in ("LOAD", "GNU_STACK") and "W" in flags and "E" in flags:
            yield f"{kind} is writable and executable"
    if "GNU_STACK" not in kinds:
        yield "no GNU_STACK: its stack is executable"
    if "__stack_chk_fail" not in symbols:
        yield "no stack protector"
    if wants_cet and not has_cet(path):
        yield "no marks of CET (IBT, SHSTK)"
    if is_init:
        return
    if not re.search(r"Type: +DYN", header):
        yield "is not position-independent"
    if "GNU_RELRO" not in kinds:
        yield "no GNU_RELRO"
    if not re.search(r"BIND_NOW|Flags: .*NOW", output("readelf", "-dW", path)):
        yield "no BIND_NOW"
    if path.name in ("oci-rt", "oci-rt-help", "oci-rt-install", "oci-rt-tools", "oci-rt-explain") and not re.search(r"__\w+_chk\b", symbols.replace("__stack_chk_fail", "")):
        yield "no function of _FORTIFY_SOURCE"


build = pathlib.Path(sys.argv[1])
x86 = platform.machine() == "x86_64"
bad = []
for name, is_init in (("runtime/oci-rt", False), ("runtime/oci-rt-help", False), ("runtime/oci-rt-install", False), ("runtime/oci-rt-tools", False), ("runtime/oci-rt-explain", False), ("runtime/oci-rt-criu", False), ("runtime/oci-rt-systemd", False), ("runtime/init/oci-rt-init", True)):
    path = build / name
    if not path.exists() and name.endswith("systemd"):
        continue
    wants_cet = x86 and (is_init or crt_has_cet())
    bad += [f"{name}: {problem}" for problem in problems(path, own_symbols(build, name), is_init, wants_cet)]
print("\n".join(bad) or "elf: ok")
sys.exit(bool(bad))
