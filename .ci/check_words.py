#!/usr/bin/env python3
"""Fails if comments or documents use too many of the words "what", "who", "whose" and "nobody".

check_words.py [ROOT] [--self-test]

A sentence with one of these words is often vague and hard to translate: it names no thing and no actor. At most LIMIT
of 1000 words may be one of them, counted for each top-level folder, in comments (with docstrings) and in Markdown files
separately. One is always allowed. Questions, code in back-quotes or fences, and link targets do not count.
CEILINGS lists the folders that are above LIMIT, with their present figure. A figure may only go down.
With --self-test, it counts built-in texts, and fails on a wrong result."""
import argparse
import ast
import io
import pathlib
import re
import subprocess
import sys
import tokenize

LIMIT = 4.0  # of 1000 words
# (folder, kind) -> the present figure. Delete a row once it is at most LIMIT.
CEILINGS = {}
WORDS = re.compile(r"\b(?:what|who|whose|nobody)\b", re.I)
SKIPPED = re.compile(r"```.*?```|``.*?``|`[^`]*`|(?<=\])\([^)\s]*\)", re.S)
# A string, a raw string or a character is matched only so that "//" in it begins no comment.
C_TOKEN = re.compile(r'R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'|//[^\n]*', re.S)
SH_COMMENT = re.compile(r"(?:^|(?<=\s))#(?!!)[^\n]*")
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)


def c_comments(text):
    return [match[0].lstrip("/") for match in C_TOKEN.finditer(text) if match[0].startswith("//")]


def sh_comments(text):
    """Whole lines, and the end of a line behind code. A "#" in a here-document counts, too."""
    return [match[0].lstrip("#") for line in text.splitlines() for match in [SH_COMMENT.search(line)] if match]


def python_comments(text):
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    found = [token.string.lstrip("#") for token in tokens if token.type == tokenize.COMMENT]
    documented = [node for node in ast.walk(ast.parse(text)) if isinstance(node, DOCUMENTED)]
    return found + [ast.get_docstring(node) + "\n" for node in documented if ast.get_docstring(node)]


def comments(name, text):
    """The comments of a file, one a line."""
    first = text.split("\n", 1)[0]
    if name.endswith((".cc", ".h")):
        return "\n".join(c_comments(text))
    if name.endswith(".py") or first.startswith("#!") and "python" in first:
        return "\n".join(python_comments(text))
    if name.endswith((".sh", ".pl", ".build", ".txt", ".yml")) or first.startswith("#!"):
        return "\n".join(sh_comments(text))
    return ""


def count(text):
    """(hits, words) of a text, without code, link targets and questions."""
    sentences = re.split(r"(?<=[.!?:;])[\"')*]*\s+|\n\s*\n|\n(?=[#|*-])", SKIPPED.sub(" code ", text))
    hits = sum(len(WORDS.findall(each)) for each in sentences if not each.rstrip("\"')* \n").endswith("?"))
    return hits, len(text.split())


def tally(root):
    """(folder, kind) -> (hits, words) of the files in the index of git."""
    sums = {}
    listed = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard"], check=True,
                            capture_output=True, text=True).stdout.splitlines()
    for name in listed:
        path = root / name
        if not path.is_file() or path.is_symlink() or name == ".ci/check_words.py":
            continue
        text = path.read_bytes().decode(errors="replace")
        kind = ".md" if name.endswith(".md") else "comments"
        folder = name.split("/")[0] if "/" in name else "."
        hits, words = count(text if kind == ".md" else comments(name, text))
        before = sums.get((folder, kind), (0, 0))
        sums[folder, kind] = before[0] + hits, before[1] + words
    return {key: both for key, both in sums.items() if both[1]}


def problems(sums):
    bad, notes = [], []
    for (folder, kind), (hits, words) in sorted(sums.items()):
        figure = 1000 * hits / words
        ceiling = CEILINGS.get((folder, kind), LIMIT)
        if hits > 1 and figure > ceiling + 0.05:
            bad.append(f"{folder} {kind}: {hits} of {words} words are what, who, whose or nobody: {figure:.1f} of 1000, "
                       f"at most {ceiling:.1f} may be; name the thing or the actor")
        elif (folder, kind) in CEILINGS and figure < ceiling - 0.05:
            notes.append(f"note: {folder} {kind}: {figure:.1f} of 1000, lower its ceiling in .ci/check_words.py")
    return bad, notes


# A file, its text, and its hits.
SAMPLES = [
    ("a.cc", "// What it does.\nint a;  // for whoever\n", 1),
    ("a.h", 'char b[] = "// what";  // whose\nchar c[] = R"(\n// nobody)";\nchar d = \'"\'; // who\n', 2),
    ("a.cc", "// Does it end? What is left?\n// It ends.\n", 0),
    ("a.cc", "// `what` names it. See `what()`.\n", 0),
    ("a.py", '"""Nobody\'s."""\nx = "# what"  # who\n', 2),
    ("a.py", 'def f():\n    """What\n    it is."""\n', 1),
    ("a.sh", "#!/bin/bash\n# what it is\nx=${#what}  # whose\necho what\n", 2),
    ("rounds", "#!/usr/bin/env python3\n# Who\n", 1),
    ("a.txt", "# What\nwhat: data\n", 1),
    ("a.json", '{"what": 1}', 0),
    ("a.md", "# What it is\n\nWho runs it? Root. Nobody else.\n", 2),
    ("a.md", "See [there](#what-is-left).\n\n```sh\nwhat\n```\n| who | a |\n", 1),
]


def self_test():
    wrong = []
    for name, text, wanted in SAMPLES:
        hits, _ = count(text if name.endswith(".md") else comments(name, text))
        if hits != wanted:
            wrong.append(f"{name}: {hits} hits, not {wanted}, in {text!r}")
    if not problems({("a", ".md"): (5, 1000)})[0] or problems({("a", ".md"): (4, 1000), ("b", ".md"): (1, 9)})[0]:
        wrong.append("the limit is not kept")
    print("\n".join(wrong) or f"words: all of {len(SAMPLES)} texts counted rightly")
    return bool(wrong)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", nargs="?", default=pathlib.Path(__file__).resolve().parent.parent, type=pathlib.Path)
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    bad, notes = problems(tally(options.root))
    print("\n".join(notes + (bad or ["words: ok"])))
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
