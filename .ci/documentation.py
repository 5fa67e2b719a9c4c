#!/usr/bin/env python3
"""What the documentation says of the headers is so: the list of errors is complete, every link leads to a page.

docs/reference/errors.md has a row `| area.number | ...` for each number in `fail("area", number, ...)` of a header, and no
other. Where a header passes the number on (`fail("io", number, ...)`), the numbers are those of the calls in that header.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INCLUDE = ROOT / "include/dynvision"
PAGE = ROOT / "docs/reference/errors.md"
FAIL = re.compile(r'\bfail\(\s*"(\w+)",\s*(\w+)')
ROW = re.compile(r"^\| (\w+)\.(\d+) \|", re.M)
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")


def numbers_in_headers(problems):
    found = {}
    for path in sorted(INCLUDE.rglob("*.hpp")):
        text = "\n".join(line for line in path.read_text().splitlines() if not line.lstrip().startswith("//"))
        for area, number in FAIL.findall(text):
            passed_on = [] if number.isdigit() else re.findall(r"\b\w+\((\d{3}),", text)
            if not number.isdigit() and not passed_on:
                problems.append(f'{path.relative_to(ROOT)}: fail("{area}", {number}, ...): its numbers cannot be found')
            for n in [number] if number.isdigit() else passed_on:
                found.setdefault((area, int(n)), path)
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

    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
    for page in pages:
        for target in LINK.findall(page.read_text()):
            if "://" not in target and not (page.parent / target).exists():
                problems.append(f"{page.relative_to(ROOT)}: a link to {target}, which does not exist")
    for path in sorted(INCLUDE.rglob("*.hpp")):
        for target in re.findall(r"\bdocs/[\w/-]+\.md", path.read_text()):
            if not (ROOT / target).exists():
                problems.append(f"{path.relative_to(ROOT)}: names {target}, which does not exist")

    print("".join(problem + "\n" for problem in problems), end="")
    print(f"documentation: {len(listed)} errors listed, {len(pages)} pages, {len(problems)} problems")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
