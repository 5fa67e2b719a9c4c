#!/usr/bin/env python3
"""Every public header, compiled without a warning, twice in one file: a header without a guard shows it.

    headers.py --include include --work build/tests/headers --compiler g++=/usr/bin/c++ --compiler clang++=/usr/bin/clang++
               [--nvcc /usr/local/cuda/bin/nvcc] [--jobs 2] [PATTERN] -- FLAG...

Alone, by the last compiler: a header compiles without what others include before it. Where a header includes another one, both are
seen in one file, the included one first: it brings nothing that the later one does not bring itself. So files are chains of
headers, each of which includes the one before, as few as cover all of them; and what all of a chain include is read precompiled
(PRECOMPILED). With all others in one file, by the other compilers: what a header misses there, it misses alone, too; warnings differ.
Compiled when ctest runs it, so that a header that fails does not keep other tests from running; what is as before is skipped.
"""
import argparse
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from compile_once import compile_once

# What a kernel file may include, through nvcc's front end: all but torch/* and Boost, which take minutes there, images (libpng), and what
# includes Eigen.
NOT_NVCC = re.compile(r"dynvision/((train|learning|config|io/image|data/pictures)/|analysis/(measures|.*/)|variants/(cache|compile|object|first_use))")
EIGEN = re.compile(r'#\s*include\s*[<"](Eigen|unsupported/Eigen|Spectra)/')

# What takes most of the time: a chain whose first header includes all of a row, with or without others between, begins with that row,
# which is compiled once. The first row that fits.
PRECOMPILED = (("dynvision/core/ops.hpp",), ("dynvision/core/tensor.hpp",))


def included(file):
    """Headers of the library that this one includes whatever is defined."""
    depth, found = 0, []
    for line in file.read_text().splitlines():
        if re.match(r"\s*#\s*if", line):
            depth += 1
        elif re.match(r"\s*#\s*endif", line):
            depth -= 1
        match = re.match(r'\s*#\s*include\s*[<"](dynvision/[^>"]+)[>"]', line)
        if match and depth == 0:
            found.append(match[1])
    return found


def reached_by(includes):
    """{header: headers it includes} -> {header: headers it includes, with or without others between}."""
    reached = {}

    def reach(header):
        if header not in reached:
            reached[header] = set()  # a circle ends here
            reached[header] = set().union(*({one} | reach(one) for one in includes.get(header, ())))
        return reached[header]

    return {header: reach(header) for header in includes}


def chains_of(headers, reached):
    """Lists of headers, each included by the next one, with or without others between."""
    below = {header: sorted(reached[header] & headers - {header}) for header in headers}
    above = {}  # the greatest matching of headers with ones below them: the fewest chains (Dilworth, Fulkerson)

    def augments(header, seen):
        for one in below[header]:
            if one not in seen:
                seen.add(one)
                if one not in above or augments(above[one], seen):
                    above[one] = header
                    return True
        return False

    for header in sorted(headers):
        augments(header, set())
    chains = []
    for header in sorted(headers - set(above.values())):  # one that has none below it in its chain
        chain = [header]
        while chain[-1] in above:
            chain.append(above[chain[-1]])
        chains.append(chain)
    assert sum(map(len, chains)) == len(headers)
    return chains


def with_precompiled(includes):
    """(row of PRECOMPILED or (), chain): each header in one chain, behind the first row of which it includes all."""
    reached, left, found = reached_by(includes), set(includes), []
    for row in (*PRECOMPILED, ()):
        group = {header for header in left if set(row) <= reached[header]}
        left -= group
        found += [(row, chain) for chain in chains_of(group, reached)]
    return found


class Compiler:
    def __init__(self, name, command, flags, work):
        self.name, self.command, self.flags, self.work = name, command, flags, work
        self.version = subprocess.run([command, "--version"], capture_output=True, text=True).stdout
        self.precompiled = {(): []}

    def compile(self, what, source, text, product, arguments):
        """What the compiler says of this text; nothing if it is content, now or when nothing was different."""
        done = compile_once(source, text, product, [self.command, *self.flags, *arguments], self.version)
        return "" if done is None or done.returncode == 0 else f"{self.name}: {what}\n{done.stdout}{done.stderr}"

    def precompile(self, row):
        """What the compiler says of these; afterwards files may begin with them."""
        source = self.work / f"{'+'.join(row).replace('/', '.')}.{self.name}.hpp"
        clang = "clang" in self.name
        compiled = source.with_suffix(".pch") if clang else Path(f"{source}.gch")
        self.precompiled[row] = ["-include-pch", str(compiled)] if clang else ["-include", str(source)]
        return self.compile(" ".join(row), source, "".join(f"#include <{header}>\n" for header in row), compiled,
                            ["-o", str(compiled), "-x", "c++-header"])

    def errors(self, name, headers, row=()):
        """What the compiler says of a file with these headers; nothing if it is content."""
        source = self.work / f"{name}.{self.name}.cpp"
        text = "".join(f"#include <{header}>\n" for header in headers) * 2
        return self.compile(", ".join(headers[-3:]), source, text, source.with_suffix(".done"),
                            [*self.precompiled[row], "-fsyntax-only"])


def for_nvcc(include, includes):
    with_eigen, reached = {header for header in includes if EIGEN.search((include / header).read_text())}, reached_by(includes)
    return [header for header in sorted(includes) if not NOT_NVCC.match(header) and not ({header} | reached[header]) & with_eigen]


def through_nvcc(nvcc, flags, work, headers):
    source = work / "all.cu"
    source.write_text("".join(f"#include <{header}>\n" for header in headers))
    done = subprocess.run(["timeout", "600", nvcc, "-x", "cu", "--cuda", *flags, str(source), "-o", str(work / "all.nvcc.ii")],
                          capture_output=True, text=True)
    return "" if done.returncode == 0 else f"nvcc: all headers\n{done.stdout}{done.stderr}"


def main():
    sys.setrecursionlimit(10000)  # augments
    own, flags = sys.argv[1:sys.argv.index("--")], sys.argv[sys.argv.index("--") + 1:]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--include", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--compiler", action="append", required=True)
    parser.add_argument("--nvcc")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("pattern", nargs="?", default="")
    asked = parser.parse_args(own)

    headers = sorted(str(file.relative_to(asked.include)) for file in asked.include.glob("dynvision/**/*.hpp"))
    includes = {header: included(asked.include / header) for header in headers}
    strict = [*flags, "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror", "-O0"]
    compilers = [Compiler(*one.split("=", 1), strict, asked.work) for one in asked.compiler]
    *others, alone = compilers

    def of_chain(row, chain):
        said = alone.errors(chain[-1].replace("/", "."), chain, row)
        if not said or len(chain) == 1:
            return said
        # Which of them it is.
        return next(filter(None, (alone.errors("alone." + one.replace("/", "."), [one]) for one in chain)), said)

    asked.work.mkdir(parents=True, exist_ok=True)
    chains = with_precompiled(includes)
    with ThreadPoolExecutor(asked.jobs) as pool:
        for said in filter(None, pool.map(alone.precompile, dict.fromkeys(row for row, _ in chains if row))):
            print(said)
            return True
    tasks = [(lambda all_, row=row: of_chain(row, all_), chain) for row, chain in chains]
    # The longest first.
    tasks.sort(key=lambda task: -len(task[1]))
    for compiler in others:
        tasks.insert(0, (lambda all_, compiler=compiler: compiler.errors("all", all_), headers))
    if asked.nvcc:
        tasks.insert(0, (lambda all_: through_nvcc(asked.nvcc, flags, asked.work, all_), for_nvcc(asked.include, includes)))
    tasks = [task for task in tasks if re.search(asked.pattern, " ".join(task[1]))]
    with ThreadPoolExecutor(asked.jobs) as pool:
        problems = []
        for n, said in enumerate(pool.map(lambda task: task[0](task[1]), tasks), 1):
            if said:
                problems.append(said)
                print(said, flush=True)
            if n % 20 == 0 or n == len(tasks):
                print(f"{n} of {len(tasks)} files, {len(problems)} with errors", flush=True)
    print(f"{len(headers)} headers in {len(tasks)} files: {len(problems)} with errors")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
