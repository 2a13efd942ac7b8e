"""The seccomp program of a profile, for floor: a balanced tree over the numbers of the system calls of each ABI.

libseccomp translates the names into numbers. Its own programs are linear lists, which the kernel loads slower."""
import ctypes
import ctypes.util
import struct

# The AUDIT_ARCH value of the kernel and libseccomp's number of each ABI. x32 has the AUDIT_ARCH value of x86-64.
ABIS = {"SCMP_ARCH_X86_64": (0xC000003E, 0xC000003E), "SCMP_ARCH_X32": (0xC000003E, 0x4000003E),
        "SCMP_ARCH_X86": (0x40000003, 0x40000003), "SCMP_ARCH_AARCH64": (0xC00000B7, 0xC00000B7),
        "SCMP_ARCH_ARM": (0x40000028, 0x40000028)}
LOAD, ALWAYS, EQUAL, AT_LEAST, AND, RETURN = 0x20, 0x05, 0x15, 0x35, 0x54, 0x06
NUMBER, ARCH = 0, 4  # offsets in struct seccomp_data
KILL_PROCESS = 0x80000000
EPERM = 1


def resolver():
    """Returns a function from a name and an ABI of libseccomp to a number, negative without one."""
    library = ctypes.CDLL(ctypes.util.find_library("seccomp") or "libseccomp.so.2")
    resolve = library.seccomp_syscall_resolve_name_arch
    resolve.argtypes = [ctypes.c_uint32, ctypes.c_char_p]
    return lambda name, abi: resolve(abi, name.encode())


def action(word, errno):
    return {"SCMP_ACT_ALLOW": 0x7FFF0000, "SCMP_ACT_LOG": 0x7FFC0000, "SCMP_ACT_KILL": 0,
            "SCMP_ACT_KILL_PROCESS": KILL_PROCESS,
            "SCMP_ACT_ERRNO": 0x50000 | (EPERM if errno is None else errno)}[word]


def condition(argument, skipped):
    """The instructions that compare an argument, and leave out the next `skipped` ones if it differs."""
    value, mask = argument["value"], 0xFFFFFFFFFFFFFFFF
    if argument["op"] == "SCMP_CMP_MASKED_EQ":
        mask, value = argument["value"], argument.get("valueTwo", 0)
    elif argument["op"] != "SCMP_CMP_EQ":
        raise ValueError(f"floor's filter knows no {argument['op']}")
    words = []
    for half in (4, 0):
        shift = 8 * half
        words.append((LOAD, 0, 0, 16 + 8 * argument["index"] + half))
        if mask >> shift & 0xFFFFFFFF != 0xFFFFFFFF:
            words.append((AND, 0, 0, mask >> shift & 0xFFFFFFFF))
        words.append((EQUAL, 0, None, value >> shift & 0xFFFFFFFF))
    return [(code, yes, skipped + len(words) - at - 1 if no is None else no, k)
            for at, (code, yes, no, k) in enumerate(words)]


def leaf(rules, otherwise):
    """The instructions for one system call: (action, arguments) of each rule in turn."""
    words = []
    for result, arguments in rules:
        if not arguments:
            return words + [(RETURN, 0, 0, result)]
        body = [(RETURN, 0, 0, result)]
        for argument in reversed(arguments):
            body = condition(argument, len(body)) + body
        words += body
    return words + [(RETURN, 0, 0, otherwise)]


def tree(ranges):
    """The instructions for ranges, each (first number, instructions), in ascending order."""
    if len(ranges) == 1:
        return ranges[0][1]
    middle = len(ranges) // 2
    low, high = tree(ranges[:middle]), tree(ranges[middle:])
    if len(low) <= 255:
        return [(AT_LEAST, len(low), 0, ranges[middle][0])] + low + high
    return [(AT_LEAST, 0, 1, ranges[middle][0]), (ALWAYS, 0, 0, len(low))] + low + high


def ranges_of(rules, otherwise):
    """rules: a number -> its rules. Merges neighbours with the same instructions, gaps included."""
    found = []
    default = [(RETURN, 0, 0, otherwise)]
    for number in sorted(rules):
        for first, words in ((number, leaf(rules[number], otherwise)), (number + 1, default)):
            if found and found[-1][0] == first:
                found.pop()
            if not found or found[-1][1] != words:
                found.append((first, words))
    return found if found and found[0][0] == 0 else [(0, default)] + found


def compiled(profile):
    """Returns the program of a profile of config.json, as the bytes of struct sock_filter."""
    resolve = resolver()
    otherwise = action(profile["defaultAction"], profile.get("defaultErrnoRet"))
    by_arch = {}
    for abi in profile["architectures"]:
        arch, token = ABIS[abi]
        rules = by_arch.setdefault(arch, {})
        for rule in profile["syscalls"]:
            result = action(rule["action"], rule.get("errnoRet"))
            for name in rule["names"]:
                number = resolve(name, token)
                if number >= 0 and result != otherwise:
                    rules.setdefault(number, []).append((result, rule.get("args")))
    words = [(LOAD, 0, 0, ARCH)]
    for arch, rules in by_arch.items():
        body = [(LOAD, 0, 0, NUMBER)] + tree(ranges_of(rules, otherwise))
        words += [(EQUAL, 1, 0, arch), (ALWAYS, 0, 0, len(body))] + body
    words.append((RETURN, 0, 0, KILL_PROCESS))
    return b"".join(struct.pack("<HBBI", *word) for word in words)
