#!/usr/bin/env python3
"""What the documentation says of the headers is so: the list of errors is complete, every link leads to a page; examples say
how they are compiled.

Pages name what exists: in `code`, a file that is there, and calls and members (`f(...)`, `run::f`) whose name occurs in a source.
docs/reference/errors.md has a row `| area.number | ...` for each number in `fail("area", number, ...)`, `report(...)`, `warn(...)` or `warn_once(...)`
of a header, or of the program dynvision, and no other. Where a header passes the number on (`fail("io", number, ...)`), the numbers are those of the
calls in that header.
"""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INCLUDE = ROOT / "include/dynvision"
PAGE = ROOT / "docs/reference/errors.md"
FAIL = re.compile(r'\b(?:fail|warn(?:_once)?|report)\(\s*(?:\w+,\s*)?"(\w+)",\s*(\w+)')
ERROR = re.compile(r'\bError\(\s*"(\w+)",\s*(\d+)')
ROW = re.compile(r"^\| (\w+)\.(\d+) \|", re.M)
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")

SPAN = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"[\w./-]+\.(?:hpp|ipp|cuh|cu|cpp|py|cmake|sh)")
CALL = re.compile(r"[A-Za-z_]\w*(?=\()|(?<=::)[A-Za-z_]\w+")
SOURCE = re.compile(r"\.(?:hpp|ipp|cpp|cu|cuh|py|cmake|txt|sh)$|^(?:check|quickstart)$")


def named_in_pages(pages, problems):
    files = [name for name in subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                                             capture_output=True, text=True, check=True).stdout.split("\n")
             if SOURCE.search(name) and (ROOT / name).is_file()]
    words = set(re.findall(r"\w+", "".join((ROOT / name).read_text(errors="replace") for name in files)))
    for page in pages:
        for span in SPAN.findall(re.sub(r"```.*?```", "", page.read_text(), flags=re.S)):
            if FILE.fullmatch(span):
                if re.search(r"NAME|NN_", span):  # stands for others
                    continue
                if not any(name == span or name.endswith("/" + span) for name in files):
                    problems.append(f"{page.relative_to(ROOT)}: names the file {span}, which does not exist")
                continue
            for name in CALL.findall(span):
                if name not in words:
                    problems.append(f"{page.relative_to(ROOT)}: `{span}`: {name} occurs in no source")


def numbers_in_headers(problems):
    found = {}
    for path in [*sorted(INCLUDE.rglob("*.hpp")), *sorted((ROOT / "examples/dynvision").glob("*.cpp"))]:
        bodies = path.with_suffix(".ipp")
        both = path.read_text() + (bodies.read_text() if bodies.is_file() else "")
        text = "\n".join(line for line in both.splitlines() if not line.lstrip().startswith("//"))
        for area, number in FAIL.findall(text) + ERROR.findall(text):
            passed_on = [] if number.isdigit() else re.findall(r"\b\w+\((\d{3}),", text)
            if not number.isdigit() and not passed_on:
                problems.append(f'{path.relative_to(ROOT)}: fail("{area}", {number}, ...): its numbers cannot be found')
            for n in [number] if number.isdigit() else passed_on:
                found.setdefault((area, int(n)), path)
    for path in sorted((ROOT / "examples/dynvision").glob("*.[ch]pp")):
        for area, number in FAIL.findall(path.read_text()):
            if area == "program" and number.isdigit():
                found.setdefault((area, int(number)), path)
    return found


def main():
    problems = []
    thrown = numbers_in_headers(problems)
    listed = [(area, int(number)) for area, number in ROW.findall(PAGE.read_text())]
    for area, number in sorted(thrown.keys() - set(listed)):
        where = thrown[area, number].relative_to(ROOT)
        problems.append(f"{PAGE.relative_to(ROOT)}: {area}.{number} of {where} is missing")
    for area, number in sorted(set(listed) - thrown.keys()):
        problems.append(f"{PAGE.relative_to(ROOT)}: {area}.{number} is in no header")
    problems += [f"{PAGE.relative_to(ROOT)}: {a}.{n} is there twice" for a, n in sorted(set(listed)) if listed.count((a, n)) > 1]

    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
    for page in pages:
        for target in LINK.findall(page.read_text()):
            if "://" not in target and not (page.parent / target).exists():
                problems.append(f"{page.relative_to(ROOT)}: a link to {target}, which does not exist")
    named_in_pages(pages, problems)
    for path in sorted(INCLUDE.rglob("*.hpp")):
        for target in re.findall(r"\bdocs/[\w/-]+\.md", path.read_text()):
            if not (ROOT / target).exists():
                problems.append(f"{path.relative_to(ROOT)}: names {target}, which does not exist")

    for path in sorted((ROOT / "examples").glob("[0-9][0-9]_*.cpp")):
        line = f"//   cmake --build build --target example.{path.stem} && build/examples/{path.stem}"
        head = path.read_text().split("#include", 1)[0]
        if line not in head:
            problems.append(f"{path.relative_to(ROOT)}: its first comment does not say how it is compiled: {line}")

    print("".join(problem + "\n" for problem in problems), end="")
    print(f"documentation: {len(listed)} errors listed, {len(pages)} pages, {len(problems)} problems")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
