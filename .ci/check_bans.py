#!/usr/bin/env python3
"""Fails on calls that the project bans, with the reason. Letters are the rules in section 1 of
runtime/docs/threat-model.md.

The first rows enforce rule A: between clone3 and the pivot, paths of a root filesystem reach the
kernel only through runtime/init/in_root.cc and make_in_root.cc, below a descriptor of the root."""
import pathlib
import re
import sys


RULES = [
    # folder, exempt files, pattern, exception on the same line, reason
    # page_mount.cc mounts on a descriptor's path in the host's procfs, below a private tmpfs.
    ("runtime/init", {"in_root.cc", "page_mount.cc"}, r"__NR_mount\b", None,
     "rule B: mounts are made detached; mount(2) takes a path"),
    ("runtime/init", {"in_root.cc"}, r"__NR_(open|creat|mkdir|mknod|symlink|link|unlink|rmdir|rename|chown|lchown|chmod|readlink|stat|lstat|truncate)\b", None,
     "rule A: these take a path from the working directory or the root; use in_root.h"),
    ("runtime/init", {"in_root.cc", "procfs.cc"}, r"__NR_openat2\b", None,
     "rule A: lookups in the root belong to in_root.cc, those in procfs to procfs.cc"),
    # copy_up.cc, page_mount.cc and locked_mounts.cc work in a tmpfs that is not mounted anywhere else.
    ("runtime/init", {"make_in_root.cc", "copy_up.cc", "page_mount.cc", "locked_mounts.cc"}, r"__NR_(mkdirat|linkat|renameat2?|readlinkat|fchmodat)\b", None,
     "rule A: what is made in the root is made by make_in_root.cc"),
    # Allowed: the root's own path, and the working directory that the stage sets there.
    # The host's root, null device, procfs with descriptors, time offsets and time namespace. Sources on the host. After the pivot, the program.
    ("runtime/init", {"in_root.cc"}, r"AT_FDCWD,",
     r'AT_FDCWD, "/"|__NR_open_tree, AT_FDCWD, "",|__NR_openat, AT_FDCWD, plan\.text\(plan\.rootfs\),|AT_FDCWD, "/dev/null"|AT_FDCWD, ".",|AT_FDCWD, "/proc",|AT_FDCWD, "/proc/self/timens_offsets"|AT_FDCWD, "/proc/self/ns/time_for_children"|AT_FDCWD, "/proc/self/fd"'
     r"|__NR_openat, AT_FDCWD, line\.path, O_PATH"
     r"|clone_(tree|bind)\((plan, op, )?AT_FDCWD, (rootfs|source|path),"
     r"|__NR_openat, AT_FDCWD, (path|context\.program),|__NR_faccessat, AT_FDCWD, path,",
     "rule A: a path that does not start at a descriptor of the root"),
    ("runtime/init", {"in_root.cc"}, r"__NR_(openat|mknodat|symlinkat|unlinkat|fchownat)\b", r"AT_FDCWD|directory|dir|dev\.get\(\)|parent|scratch|here, \"\.\.\"|proc, \"self/(mountinfo|fd)\"",
     "rule A: one name below an open directory, nothing longer"),
    # step_mount_task.cc unmounts a mount that it has open, hosts_mounts.cc those of its own mount namespace, locked_mounts.cc and locked_root.cc their own.
    ("runtime/init", {"hosts_mounts.cc", "locked_mounts.cc", "locked_root.cc", "page_mount.cc", "step_mount_task.cc", "step_root.cc"}, r"__NR_umount2\b", None,
     "rule B: mounts go by descriptor, and nothing of the host's is unmounted"),
    ("runtime/init", {"step_root.cc"}, r"__NR_(chroot|pivot_root|chdir)\b", None,
     "rule A: only the root step leaves the host's root"),
    ("runtime", set(), r"(?<!Error::)\b(system|popen)\s*\(", None, "no shell"),
    ("runtime", set(), r"\bget(pw|gr|spw)\w*\s*\(", None, "no name service in a static program"),
    ("runtime", set(), r"std::filesystem", None, "follows symbolic links"),
    ("runtime", set(), r"<(iostream|fstream|sstream|regex|locale)>", None, "costs a locale at every start"),
    ("runtime", {"failure.cc", "gate.cc", "library.cc", "make_error_texts.cc"}, r"\bstrerror\s*\(", None, "errno's words are added in spec/error.cc"),
    ("runtime", set(), r"\bdlopen\s*\(", None, "nothing is loaded at run time"),
    # The kernel sends no event when an empty cgroup stops being busy, or a process becomes dumpable.
    ("runtime", {"remove.cc", "exec.cc", "processes.cc"}, r"\b(usleep|sleep_for|nanosleep)\s*\(", None, "wait for the event, with a deadline"),
    ("spec", set(), r"<(unistd|fcntl|sys/\w+)\.h>", r"sys/resource\.h", "spec makes no system call"),
]

bad = []
for folder, exempt, pattern, allowed, reason in RULES:
    for source in sorted(pathlib.Path(folder).rglob("*")):
        if source.suffix not in (".cc", ".h") or source.name in exempt or "_test." in source.name:
            continue
        if folder == "runtime" and "testing" in source.parts:
            continue
        lines = source.read_text().splitlines()
        for number, line in enumerate(lines, 1):
            code = line.split("//")[0]
            if not re.search(pattern, code):
                continue
            # A call may continue on the next line.
            whole = code + (lines[number] if number < len(lines) else "")
            if allowed and re.search(allowed, whole):
                continue
            bad.append(f"{source}:{number}: {code.strip()}\n    {reason}")
print("\n".join(bad) or "bans: ok")
sys.exit(bool(bad))
