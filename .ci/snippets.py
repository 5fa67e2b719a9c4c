#!/usr/bin/env python3
"""Every C++ block of the README and of docs/ is a part of a program that is compiled and run.

    <!-- examples/01_shortest_program.cpp:shortest -->
    ```cpp
    ...                  equals the lines between `// [shortest]` and `// [/shortest]`, without their common indentation
    ```

The mark is followed by an optional blank line and the block. CMake blocks may be marked in the same way (`# [name]`).
`--write` copies the parts into the pages; without it a difference, and a ```cpp block without a mark, is an error.
"""
import re
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"(?:<!-- (?P<file>[\w./-]+):(?P<name>[\w-]+) -->\n\n?)?^```(?P<language>\w*)\n(?P<text>.*?)^```$",
                   re.M | re.S)
EDGE = re.compile(r"^\s*(?://|#) \[(?P<end>/?)(?P<name>[\w-]+)\]$")
MARK = re.compile(r"^<!-- [\w./-]+:[\w-]+ -->$", re.M)


def parts_of(path, problems):
    """name -> text of the marked parts of a file; the marks of parts within a part are left out."""
    parts, open_parts = {}, {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        edge = EDGE.match(line)
        if not edge:
            for lines in open_parts.values():
                lines.append(line)
        elif edge["end"]:
            lines = open_parts.pop(edge["name"], None)
            if lines is None:
                problems.append(f"{path.relative_to(ROOT)}:{number}: [/{edge['name']}] closes nothing")
            else:
                parts[edge["name"]] = textwrap.dedent("\n".join(lines) + "\n")
        elif edge["name"] in parts or edge["name"] in open_parts:
            problems.append(f"{path.relative_to(ROOT)}:{number}: [{edge['name']}] is there twice")
        else:
            open_parts[edge["name"]] = []
    problems += [f"{path.relative_to(ROOT)}: [{name}] is not closed" for name in open_parts]
    return parts


def main():
    write = sys.argv[1:] == ["--write"]
    problems, known, quoted, changed = [], {}, 0, 0

    def part(file, name):
        path = ROOT / file
        if path not in known:
            known[path] = parts_of(path, problems) if path.is_file() else None
        if known[path] is None:
            return None, "there is no such file"
        names = ", ".join(sorted(known[path])) or "none"
        return known[path].get(name), f"there is no part [{name}]; there are: {names}"

    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        text = page.read_text()

        def checked(match):
            nonlocal quoted
            place = f"{page.relative_to(ROOT)}:{text.count(chr(10), 0, match.start('text')) + 1}"
            if not match["file"]:
                if match["language"] in ("cpp", "c++", "cxx", "C++"):
                    problems.append(f"{place}: C++ without a mark such as <!-- examples/01_shortest_program.cpp:shortest -->")
                return match[0]
            quoted += 1
            wanted, reason = part(match["file"], match["name"])
            if wanted is None:
                problems.append(f"{place}: {match['file']}:{match['name']}: {reason}")
                return match[0]
            if wanted == match["text"]:
                return match[0]
            if not write:
                problems.append(f"{place}: differs from {match['file']}:{match['name']} (.ci/snippets.py --write copies it)")
            before = match.start("text") - match.start()
            return match[0][:before] + wanted + "```"

        new = BLOCK.sub(checked, text)
        if len(MARK.findall(text)) != sum(1 for m in BLOCK.finditer(text) if m["file"]):
            problems.append(f"{page.relative_to(ROOT)}: a mark without a block after it")
        if write and new != text:
            page.write_text(new)
            changed += 1
    for path in sorted((ROOT / "examples").glob("*.cpp")):
        if path not in known:
            parts_of(path, problems)
    print("".join(problem + "\n" for problem in problems), end="")
    print(f"snippets: {quoted} quoted, {len(problems)} problems" + (f", {changed} pages rewritten" if write else ""))
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
