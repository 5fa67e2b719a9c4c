#!/usr/bin/env python3
"""Compiles a program that must not compile, and reads the compiler's message as its author would.

    check.py NAME.cpp --compiler g++=PATH [--compiler clang++=PATH] [--precompiled FOLDER] -- FLAGS

NAME.cpp begins with what each compiler must say, as a literal text or a regular expression (several lines: all of them):

    // g++: layer V1 gives 36 channels
    // clang++: layer V1 gives 36 channels

A line "// flags: -ffast-math" adds flags. The compiler must print exactly one error, and the text must be in its output. ok_NAME.cpp must compile without an error:
it shows that its neighbours fail for the reason they name.
"""
import argparse
import fcntl
import os
import re
import subprocess
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from compile_once import compile_once


def expectations(source):
    wanted = {"g++": [], "clang++": []}
    for line in source.read_text().splitlines():
        if not line.startswith("//"):
            break
        if match := re.match(r"//\s*(g\+\+|clang\+\+):\s*(.+?)\s*$", line):
            wanted[match[1]].append(match[2])
    return wanted


def own_flags(source):
    return [flag for line in source.read_text().splitlines() if line.startswith("// flags:") for flag in line.split()[2:]]


def occurs(wanted, output):
    if wanted in output:
        return True
    try:
        return re.search(wanted, output) is not None
    except re.error:
        return False


# What most programs begin with: of a program's time nine tenths are spent there.
PRECOMPILED = "dynvision/dyrcnn.hpp"


def precompiled(folder, name, compiler, flags):
    """Flags that bring in PRECOMPILED, compiled once for all programs."""
    if folder is None:
        return []
    here = folder / name.replace("+", "x")
    here.mkdir(parents=True, exist_ok=True)
    header, product = here / "model.hpp", here / ("model.hpp.gch" if name == "g++" else "model.hpp.pch")
    version = subprocess.run([compiler, "--version"], capture_output=True, text=True).stdout
    with open(here / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = compile_once(header, f"#include <{PRECOMPILED}>\n", product,
                            [compiler, *flags, "-o", str(product), "-x", "c++-header"], version)
    if done is not None and done.returncode != 0:
        sys.exit(f"{name}: {PRECOMPILED}\n{done.stdout}{done.stderr}")
    return ["-include", str(header)] if name == "g++" else ["-include-pch", str(product)]


def complaints(source, name, compiler, flags):
    """What is wrong with this compiler's answer (empty: nothing), and the answer."""
    # Quotes are plain and messages English in this locale.
    run = subprocess.run([compiler, "-fsyntax-only", *flags, str(source)], capture_output=True, text=True,
                         errors="replace", env={**os.environ, "LC_ALL": "C"})
    output = run.stderr
    errors = [line for line in output.splitlines() if re.search(r"\berror: ", line)]
    if source.name.startswith("ok_"):
        return (["must compile"] if run.returncode else []), output
    wanted = expectations(source)[name]
    wrong = [] if wanted else [f"expects nothing of this compiler: add a line '// {name}: TEXT' at the top"]
    if run.returncode == 0:
        return [*wrong, "compiles, and must not"], output
    if len(errors) != 1:
        wrong.append(f"one error expected, {len(errors)} found:" + "".join("\n      " + line for line in errors[:10]))
    wrong += [f"not in the message: {text}" for text in wanted if not occurs(text, output)]
    return wrong, output


def main():
    arguments, flags = sys.argv[1:], []
    if "--" in arguments:
        cut = arguments.index("--")
        arguments, flags = arguments[:cut], arguments[cut + 1:]
    parser = argparse.ArgumentParser(usage="check.py NAME.cpp --compiler NAME=PATH [...] -- FLAGS")
    parser.add_argument("source", type=Path)
    parser.add_argument("--compiler", action="append", required=True)
    parser.add_argument("--precompiled", type=Path)
    options = parser.parse_args(arguments)

    compilers = dict(compiler.split("=", 1) for compiler in options.compiler)
    failed = False
    for name, compiler in compilers.items():
        own = own_flags(options.source)
        also = own or precompiled(options.precompiled, name, compiler, flags)  # a precompiled header has its own flags
        wrong, output = complaints(options.source, name, compiler, [*also, *flags])
        if not wrong:
            print(f"{options.source.name} with {name}: as expected")
            continue
        failed = True
        print(f"{options.source.name} with {name}:\n" + "".join(f"    {line}\n" for line in wrong))
        print("  what the compiler says:\n" + "\n".join("    " + line for line in output.splitlines()[:40]) + "\n")
    if "clang++" not in compilers:
        print("clang++ is not installed: its message was not checked")
    return failed


if __name__ == "__main__":
    sys.exit(main())
