#!/usr/bin/env python3
"""check_includes.py: files use no name of the standard library without its header, their own or one of the
project's that they include. What a header of the library includes by the way differs between compilers and
their versions, so a build that passes here fails elsewhere. --fix adds the headers; run clang-format then."""
import re
import subprocess
import sys

# header: the names that need it, as a regular expression
NAMES = {
    "algorithm": r"std::(ranges::)?(sort|stable_sort|find|find_if|count_if|any_of|all_of|none_of|copy|copy_n|fill|min|max"
                 r"|clamp|equal|search|transform|reverse|remove_if|replace|lower_bound|upper_bound|max_element|min_element)\b",
    "array": r"std::array\b",
    "atomic": r"std::atomic\b",
    "bit": r"std::(bit_cast|popcount|countr_zero|endian|has_single_bit)\b",
    "cerrno": r"\berrno\b",
    "charconv": r"std::(from_chars|to_chars)\b",
    "chrono": r"std::chrono\b",
    "cstdint": r"\bu?int(8|16|32|64|ptr)_t\b|\bU?INT\d+_MAX\b",
    "cstdio": r"\bstd::(printf|fprintf|snprintf|fputs|puts|fopen|fclose|fwrite|rename|remove)\(",
    "cstdlib": r"\bstd::(exit|getenv|strto\w+|abort|atoi|free|malloc|_Exit)\(",
    "cstring": r"\bstd::(mem(cpy|set|cmp|move)|str(len|cmp|ncmp|error|chr|str|signal|tok))\(",
    "functional": r"std::function\b",
    "iterator": r"std::(back_inserter|istreambuf_iterator)\b",
    "limits": r"std::numeric_limits\b",
    "map": r"std::map\b",
    "memory": r"std::(unique_ptr|shared_ptr|make_unique|make_shared)\b",
    "mutex": r"std::(mutex|lock_guard|unique_lock)\b",
    "optional": r"std::(optional|nullopt)\b",
    "set": r"std::set\b",
    "span": r"std::span\b",
    "stdexcept": r"std::(runtime_error|logic_error|invalid_argument|out_of_range)\b",
    "string": r"std::(string|to_string)\b",
    "string_view": r"std::string_view\b",
    "thread": r"std::thread\b",
    "tuple": r"std::(tuple|tie)\b",
    "unordered_map": r"std::unordered_map\b",
    "utility": r"std::(pair|swap|exchange)\b",
    "variant": r"std::variant\b",
    "vector": r"std::vector\b",
}
C_NAMES = {"cstdint": "stdint.h", "cerrno": "errno.h", "cstring": "string.h", "cstdio": "stdio.h", "cstdlib": "stdlib.h"}
INCLUDE = re.compile(r'#include\s+[<"]([^>"]+)[>"]')
NO_CODE = re.compile(r'//[^\n]*|R"\((?s:.*?)\)"|"(\\.|[^"\\\n])*"|' r"'(\\.|[^'\\\n])'")


def headers_of(path, texts, seen):
    """The headers that a file includes, directly or through the project's own headers."""
    if path in seen:
        return set()
    seen.add(path)
    found = set(INCLUDE.findall(texts[path]))
    for header in [header for header in found if header in texts]:
        found |= headers_of(header, texts, seen)
    return found


def missing(path, texts):
    has = headers_of(path, texts, set())
    code = NO_CODE.sub("", texts[path])
    for header, names in NAMES.items():
        match = re.search(names, code)
        if match and header not in has and C_NAMES.get(header) not in has:
            yield header, match.group(0)


def fix(path, text, headers):
    """Adds the headers to the first block of headers without an ending, or before the project's."""
    lines = text.splitlines(keepends=True)
    at = next((i for i, line in enumerate(lines) if re.match(r"#include <\w+>", line)), None)
    new = [f"#include <{header}>\n" for header in headers]
    if at is None:
        own = path.removesuffix(".cc").removesuffix("_test") + ".h"
        at = next(i for i, line in enumerate(lines) if line.startswith("#include") and own not in line)
        new.append("\n")
    with open(path, "w", encoding="utf-8") as out:
        out.write("".join(lines[:at] + new + lines[at:]))


def self_test():
    texts = {"a.h": '#include <string>\n', "a.cc": '#include "a.h"\nstd::string x; std::vector<int> y; // std::map\n"std::set"\n'}
    assert list(missing("a.cc", texts)) == [("vector", "std::vector")]
    assert not list(missing("a.h", texts))


def main():
    self_test()
    paths = subprocess.run(["git", "ls-files", "*.cc", "*.h"], capture_output=True, text=True, check=True).stdout.split()
    texts = {}
    for path in paths:
        with open(path, encoding="utf-8") as source:
            texts[path] = source.read()
    wrong = 0
    for path in paths:
        found = list(missing(path, texts))
        wrong += len(found)
        for header, name in found:
            print(f"{path}: {name} needs <{header}>")
        if found and "--fix" in sys.argv[1:]:
            fix(path, texts[path], [header for header, _ in found])
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
