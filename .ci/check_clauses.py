#!/usr/bin/env python3
"""Fails if a citation has no target.

check_clauses.py [ROOT] [--cases BINARY | --self-test]

Checks all files of the tree:
- a tag of a document in runtime/docs, such as "cli-contract 5.2", "threats 2 (T8)" or "rule A", needs its section and row;
- a heading of the specification, such as "config.md#mounts", must be in .ci/spec_headings.txt;
- a relative link in a document needs its file, and its heading;
- a clause of conformance/coverage must have one of the forms below.
With --cases, it also checks the clauses printed by BINARY --list, and that each case named in runtime/docs exists.
With --self-test, it checks built-in right and wrong citations, and fails on a wrong result."""
import argparse
import fnmatch
import pathlib
import re
import subprocess
import sys

# The name in a tag -> the document.
DOCUMENTS = {"cli-contract": "cli-contract.md", "threats": "threat-model.md", "reliability": "reliability.md",
             "messages": "messages.md"}
# Words that look like such a name, without a document.
OTHERS = ("ux", "spec-map", "design", "peers", "anchors")
SECTION = r"(\d+[a-z]?(?:\.\d+)*)"
TAG = re.compile(r"(?<![\w/.-])(" + "|".join((*DOCUMENTS, *OTHERS)) + r")(\.md)?,? (?:section )?" + SECTION +
                 r"(?![\w.]*\w)(?: \(((?:[A-Z]\d*|CVE-[\d-]+)(?:, (?:[A-Z]\d*|CVE-[\d-]+))*)\))?")
RULES = re.compile(r"\brules? ((?:[A-Z](?:, | and | to )?)+)\b(?![\w-])")
SPEC = re.compile(r"(?<![\w/.-])((?:config|config-linux|runtime|runtime-linux|features|features-linux|bundle|glossary|annotations)\.md)"
                  r"(?:#([\w-]+))?")
LINK = re.compile(r"\]\(([^)\s]+)\)")
# Other forms for a part of a clause, besides a tag and a heading of the specification.
FORMS = [r"CVE-\d{4}-\d{4,}", r"[\w.-]+\([1-9]\)", r"oci-rt(?: [a-z]+)? --help", r"schema/[\w-]+\.json",
         r"[\w-]+ (?:issue|pull request) \d+", r"Documentation/[\w/.-]+"]


def headings(text):
    """The headings of a Markdown text, in the form of GitHub's links."""
    found, fenced = set(), False
    for line in text.splitlines():
        fenced ^= line.startswith("```")
        if not fenced and re.match(r"#+ ", line):
            title = re.sub(r"[^\w\- ]", "", line.lstrip("#").strip().lower())
            found.add(title.replace(" ", "-"))
    return found


def sections(text):
    """Section -> ids of its rows. A section is a heading, or a row that begins with its number."""
    found, now = {}, None
    for line in text.splitlines():
        heading = re.match(r"#+ " + SECTION + r"[. ]", line)
        row = re.match(r"\| (?:" + SECTION + r"|((?:[A-Z]\d*|CVE-[\d-]+)(?:, CVE-[\d-]+)*)) \|", line)
        if heading:
            now = heading[1]
            found[now] = set()
        elif row and row[1]:
            found[row[1]] = set()
        elif row and now:
            found[now].update(row[2].split(", "))
    return found


# A citation in a text, and whether it has a target.
TEXTS = [
    ("cli-contract 5.2", True), ("cli-contract 5.9", False), ("cli-contract 88", False), ("(cli-contract 1.4).", True),
    ("threats 2 (T8)", True), ("threats 2 (T88)", False), ("threats 1 (A, E)", True), ("threats 1 (A, Q)", False),
    ("threats 3 (CVE-2016-9962)", True), ("threats 3 (CVE-2016-9963)", False),
    ("threats.md section 2", False), ("reliability 2b", True), ("reliability 2z", False), ("reliability 1 (R9)", False),
    ("ux 2", False), ("spec-map 6.5", False), ("Linux 6.5", True), ("threats/t1-dev-is-a-link-to-the-host", True),
    ("rule A", True), ("rules A and B", True), ("rule Z", False), ("config.md#mounts", True), ("config.md#nothing", False),
    ("config-linux.md#masked-paths", True), ("runtime-linux.md#mounts", False),
]
CLAUSES = [
    ("threats 2 (T1), CVE-2026-41579", True), ("threats 2 (T1), CVE-26-4", False), ("mount_namespaces(7)", True),
    ("treats 2", False), ("config.md#root, config.md#none", False), ("oci-rt run --help", True), ("because", False),
    ("spec/README.md", True), ("none/README.md", False), ("moby issue 51446", True),
]


class Checker:
    def __init__(self, root):
        self.root = root
        docs = root / "runtime/docs"
        self.sections = {name: sections((docs / file).read_text()) for name, file in DOCUMENTS.items()}
        self.spec, document = {}, None
        for line in (root / ".ci/spec_headings.txt").read_text().splitlines():
            if line.endswith(":") and not line.startswith("#"):
                document = line[:-1]
                self.spec[document] = set()
            elif not line.startswith("#"):
                self.spec[document] |= set(line.split())
        self.bad = []

    def tag_problem(self, name, file, section, ids):
        if name in OTHERS:
            return f"there is no document for '{name}'"
        if file:
            return f"the document for '{name}' is runtime/docs/{DOCUMENTS[name]}: write '{name} {section}'"
        if section not in self.sections[name]:
            return f"runtime/docs/{DOCUMENTS[name]} has no section {section}"
        gone = [one for one in (ids or "").split(", ") if one and one not in self.sections[name][section]]
        return f"section {section} of runtime/docs/{DOCUMENTS[name]} has no row {', '.join(gone)}" if gone else ""

    def spec_problem(self, document, heading):
        if not heading or heading in self.spec[document]:
            return ""
        return f"{document} of the specification has no heading '{heading}'"

    def clause_problem(self, clause):
        # A comma within parentheses separates ids, not parts.
        for part in re.split(r", (?![^(]*\))", clause):
            tag, spec = TAG.fullmatch(part), SPEC.fullmatch(part)
            if tag or spec:
                problem = self.tag_problem(*tag.groups()) if tag else self.spec_problem(*spec.groups())
                if problem:
                    return problem
            elif re.fullmatch(r"[\w/]*README\.md", part):
                if not (self.root / part).is_file():
                    return f"there is no {part}"
            elif not any(re.fullmatch(form, part) for form in FORMS):
                return f"'{part}' is no clause: see FORMS of .ci/check_clauses.py"
        return ""

    def say(self, place, problem):
        if problem:
            self.bad.append(f"{place}: {problem}")

    def check_text(self, name, text):
        for number, line in enumerate(text.splitlines(), 1):
            place = f"{name}:{number}"
            for match in TAG.finditer(line):
                self.say(place, self.tag_problem(*match.groups()))
            for match in SPEC.finditer(line):
                self.say(place, self.spec_problem(*match.groups()))
            for match in RULES.finditer(line):
                for letter in re.findall(r"[A-Z]", match[1]):
                    known = letter in self.sections["threats"]["1"]
                    self.say(place, "" if known else f"runtime/docs/threat-model.md has no rule {letter}")

    def check_links(self, name, text):
        here = (self.root / name).parent
        plain = re.sub(r"```.*?```", lambda block: "\n" * block[0].count("\n"), text, flags=re.S)
        for number, line in enumerate(plain.splitlines(), 1):
            for target in LINK.findall(line):
                if re.match(r"[a-z]+:", target):
                    continue
                path, _, heading = target.partition("#")
                file = here / path if path else self.root / name
                if not file.exists():
                    self.say(f"{name}:{number}", f"there is no '{path}'")
                elif heading and file.suffix == ".md" and heading not in headings(file.read_text()):
                    self.say(f"{name}:{number}", f"'{path}' has no heading '{heading}'")

    def check_coverage(self, name, text):
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip() and not line.startswith("#"):
                self.say(f"{name}:{number}", self.clause_problem(line.split("|")[2].strip()))

    def check_cases(self, binary):
        listed = subprocess.run([binary, "--list"], check=True, capture_output=True, text=True).stdout
        cases = dict(line.split(None, 1) for line in listed.splitlines())
        for case, clause in cases.items():
            self.say(f"case {case}", self.clause_problem(clause.strip()))
        chapters = {case.split("/")[0] for case in cases}
        for document in sorted((self.root / "runtime/docs").rglob("*.md")):
            for named in re.findall(r"`([a-z0-9-]+/[a-z0-9*-]+)`", document.read_text()):
                if named.split("/")[0] in chapters and not fnmatch.filter(cases, named):
                    self.say(document.relative_to(self.root), f"there is no case '{named}'")


def self_test(checker):
    wrong = []
    for text, right in TEXTS:
        checker.bad = []
        checker.check_text("text", text)
        if right != (not checker.bad):
            wrong.append(f"text '{text}' was {'refused' if right else 'not refused'}")
    for clause, right in CLAUSES:
        if right != (not checker.clause_problem(clause)):
            wrong.append(f"clause '{clause}' was {'refused' if right else 'not refused'}")
    print("\n".join(wrong) or f"clauses: all of {len(TEXTS) + len(CLAUSES)} citations told apart rightly")
    return bool(wrong)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", nargs="?", default=pathlib.Path(__file__).resolve().parent.parent, type=pathlib.Path)
    parser.add_argument("--cases", metavar="BINARY")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    checker = Checker(options.root)
    if options.self_test:
        return self_test(checker)
    listed = subprocess.run(["git", "-C", options.root, "ls-files", "-co", "--exclude-standard"], check=True,
                            capture_output=True, text=True).stdout.splitlines()
    for name in listed:
        path = options.root / name
        if path.suffix not in (".cc", ".h", ".md", ".txt", ".py", ".sh", "") or not path.is_file() or path.is_symlink():
            continue
        if name.startswith(".ci/check_clauses"):
            continue
        text = path.read_text(errors="replace")
        checker.check_text(name, text)
        if path.suffix == ".md":
            checker.check_links(name, text)
        if name.startswith("conformance/coverage/"):
            checker.check_coverage(name, text)
    if options.cases:
        checker.check_cases(options.cases)
    print("\n".join(dict.fromkeys(checker.bad)) or "clauses: ok")
    return bool(checker.bad)


sys.exit(main())
