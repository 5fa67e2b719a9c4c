#!/usr/bin/env python3
"""The house rules that a script can see. Prints one line per finding; fails on errors, not on warnings."""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INCLUDE = ROOT / "include/dynvision"
SOURCE = ROOT / "src/dynvision.cpp"  # of dynvision::compiled
CODE = (".hpp", ".ipp", ".cuh")
LEAN = {"core", "dynamics", "kernels", "concepts", "connections", "operations", "model", "families", "run",
        "losses", "rate"}  # no torch/*
MEETS_AUTOGRAD = {"run/compiled/autograd.hpp", "run/compiled/functions/local_gradients.ipp"}  # its graph and its derivatives
STATIC = {"core", "dynamics", "concepts", "connections", "operations", "model", "families", "run", "rate"}  # no run-time dispatch

# A header includes its own station, and stations before it. Stations in one tuple do not know each other.
STATIONS = [("core",), ("dynamics", "kernels"), ("concepts",), ("connections",), ("operations",), ("model",), ("families",),
            ("run",), ("losses",), ("io",), ("data", "records"), ("train",), ("analysis",), ("rate",), ("variants",), ("experiments",), ("config",)]
# Within a station a header includes its own room, rooms before it, and what stands at the top of the station as a word
# (a type that rooms share). Doors are what users include: they include rooms, no room includes them.
ROOMS = {
    "kernels": ["device", "number", "random", "pipeline", "derivative", "convolution", "resample", "norm"],
    "run": ["compiled/graph", "compiled/memory", "compiled/functions", "compiled/roles", "compiled/stages",
            "compiled/prepare", "compiled/sweep", "compiled"],
    "records": ["figure", "tensorboard"],
    "io": ["file", "csv", "zip", "pickle", "torch", "numpy", "safetensors", "weights", "image"],
    "data": ["pictures"],
    "train": ["optimizers", "schedulers", "checkpoints", "loop", "results"],
    "analysis": ["fit", "response", "normalisation", "statistics", "graphs", "maps", "population", "behaviour", "timescales", "stability"],
    "rate": ["systems", "attractors", "ksat", "reservoir", "nef", "masks", "penalties", "tasks", "data", "ensembles"],
    "variants": ["words", "cache", "compile", "object"],
    "experiments": ["noise", "protocol", "drawing", "plan", "run", "tables", "measures", "populations", "networks", "recording", "observed"],
    "config": ["tree", "describe", "described", "described/program", "layers", "checks", "sweep", "experiments"],
}
DOORS = {
    "run": {"run", "unroll", "compiled", "plan", "cuda_graph", "trial", "stepper"},
    "io": {"tensor_file", "weights", "csv", "idx", "state"},
    "train": {"fit", "optimizer"},
    "analysis": {"measures", "dynamics", "maps"},
    "rate": {"systems", "attractors", "ksat", "reservoirs", "programming", "ensembles"},
    "variants": {"structure", "structure_of", "first_use"},
    "config": {"check", "explain", "key_reference", "resolve", "schema", "study_sweep"},
}
MOST_IN_A_ROOM = 12
UNMIRRORED = {"core"}  # tested through what is built of it

# Put together here so that this file does not find itself.
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" "DO", "FIX" "ME", "X" "XX", "HA" "CK", "not imple" "mented"]) + r")\b")
MACHINE_PATH = re.compile(r"(?<![\w.}])/(?:" + "|".join(["work", "tmp", "root", "home"]) + r")/")
REGISTRY = re.compile(r"https?://[^\s]*(?:" + "|".join(["py" r"pi\.", "python" "hosted", r"deb\." "debian", "npm" "js",
                                                       "conan" r"\.io"]) + ")")
# They write and read "0,5" where the locale says so; std::to_string makes 1e-8 "0.000000". In their place: core/number_text.hpp.
NUMBERS_BY_LOCALE = re.compile(r"\bstd::to_string\b|\b[fsv]?n?printf\s*\(|\bsscanf\b|\bstd::[oi]?stringstream\b|"
                               r"\bstd::sto[dfil]\w*|\bstrto[dfl]d?\b|\bato[fil]\b|\bstd::setprecision\b")
RUN_TIME_DISPATCH = re.compile(r"\bvirtual\b|\bstd::function\b")

findings = {"error": [], "warning": []}


def report(kind, path, line, text):
    findings[kind].append(f"{path.relative_to(ROOT)}:{line}: {kind}: {text}")


def tracked_files():
    names = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                           capture_output=True, text=True, check=True).stdout.split("\0")
    return [ROOT / name for name in sorted(names) if name and (ROOT / name).is_file()]


def text_of(path):
    data = path.read_bytes()
    return None if b"\0" in data[:4096] else data.decode(errors="replace")


def each_match(pattern, path, lines, kind, text):
    for number, line in enumerate(lines, 1):
        if match := pattern.search(line):
            report(kind, path, number, f"{text}: {match[0]}")


def without_comments(text):
    """The code alone, every line where it was."""
    keep_lines = lambda match: "\n" * match[0].count("\n")
    return re.sub(r"//[^\n]*|/\*.*?\*/", keep_lines, text, flags=re.S)


def check_bodies(path, text):
    """foo.ipp has the bodies of what foo.hpp declares, which ends with it; a file of src/ compiles it once."""
    header = path.with_suffix(".hpp")
    name = str(path.relative_to(INCLUDE))
    if not header.is_file():
        report("error", path, 1, f"no header of this name beside it: {header.name}")
        return
    if "DYNVISION_INLINE" not in text:
        report("error", path, 1, "no body of a function (DYNVISION_INLINE): then it is a header")
    ending = f"#if !defined(DYNVISION_SEPARATE)\n#include <dynvision/{name}>\n#endif\n"
    if not header.read_text().endswith(ending):
        report("error", header, len(header.read_text().splitlines()), f"does not end with {name} (core/inline.hpp)")
    if f"#include <dynvision/{name[:-3]}hpp>\n" not in text:
        report("error", path, 1, f"does not include {header.name}")
    source = SOURCE.with_name("config.cpp") if name.startswith("config/") else SOURCE
    if f"#include <dynvision/{name}>\n" not in source.read_text():
        report("error", source, 1, f"does not compile {name}")


def check_header(path, text):
    lines = text.splitlines()
    inside = path.relative_to(INCLUDE)
    station = inside.parts[0] if len(inside.parts) > 1 else None
    if len(lines) > 300:
        report("error", path, len(lines), "longer than 300 lines: split it")
    elif len(lines) > 200:
        report("warning", path, len(lines), "longer than 200 lines")
    if "#pragma once" not in lines:
        report("error", path, 1, "no #pragma once")
    if not text.startswith(("//", "/*")):
        report("error", path, 1, "does not open with a comment that says what it is")
    if (station is None or station in LEAN) and str(inside) not in MEETS_AUTOGRAD:
        each_match(re.compile(r'#\s*include\s*[<"]torch/'), path, lines, "error", "a lean header must not include torch/*")
    each_match(NUMBERS_BY_LOCALE, path, without_comments(text).splitlines(), "error", "a number that depends on the locale")
    if station in STATIC:
        each_match(RUN_TIME_DISPATCH, path, without_comments(text).splitlines(), "error", "run-time dispatch")


def check_flags(files):
    """Flags are asked for by value, in one header, and each has its law."""
    flags = set(re.findall(r"requires !?\w+::(\w+);", text_of(INCLUDE / "concepts/flags.hpp")))
    law = text_of(ROOT / "tests/laws/flags.cpp")
    for flag in sorted(flags):
        if f"bool {flag} = " not in law:
            report("error", INCLUDE / "concepts/flags.hpp", 1, f"tests/laws/flags.cpp does not know the flag {flag}")
    by_name = re.compile(r"requires[^;]*\{[^};]*\b\w+(::|\.)(" + "|".join(sorted(flags)) + r")\b\s*[;,]")
    for path in files:
        if path.is_relative_to(INCLUDE) and path.name != "flags.hpp":
            code = without_comments(text_of(path))
            for match in by_name.finditer(code):
                line = code.count("\n", 0, match.start()) + 1
                report("error", path, line, f"a flag by its name: use concepts/flags.hpp: {match[2]}")


def place_of(header):
    """(station, room, name) of run/compiled/graph/node.hpp: ("run", "compiled/graph", "node")."""
    parts = header.parts
    return parts[0], "/".join(parts[1:-1]), header.stem


def check_order(path, text):
    """One direction, no circles: of stations, and of the rooms of a station."""
    inside = path.relative_to(INCLUDE)
    if len(inside.parts) == 1:
        return  # the families and dynvision.hpp, which users include
    station, room, _ = place_of(inside)
    rank = {name: i for i, names in enumerate(STATIONS) for name in names}
    if station not in rank:
        report("error", path, 1, f"a station that is not in STATIONS: {station}")
        return
    rooms = ROOMS.get(station, [])
    if room and room not in rooms:
        report("error", path, 1, f"a room that is not in ROOMS: {room}")
        return
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r"#\s*include <dynvision/([\w/]+\.(?:hpp|ipp|cuh))>", line)
        if not match:
            continue
        target = Path(match[1])
        if len(target.parts) == 1:
            if target.stem != "version":
                report("error", path, number, f"a header of a station includes {target}, which stands above all")
            continue
        to_station, to_room, name = place_of(target)
        if to_station != station:
            if rank.get(to_station, 99) >= rank[station]:
                report("error", path, number, f"{station} includes {to_station}: not a station before it")
        elif to_room != room and to_room:
            if room and rooms.index(to_room) > rooms.index(room):
                report("error", path, number, f"{room} includes {to_room}: not a room before it")
            if not room and inside.stem not in DOORS.get(station, set()):
                report("error", path, number, f"a word of {station} includes a room: is it a door (DOORS)?")
        elif room and not to_room and name in DOORS.get(station, set()):
            report("error", path, number, f"a room includes the door {name}")


def check_rooms(headers):
    """No circle of headers, and no room that has become two."""
    count = {}
    includes = {}
    for path in headers:
        inside = path.relative_to(INCLUDE)
        found = re.findall(r"^#\s*include <dynvision/([\w/]+\.(?:hpp|ipp|cuh))>", text_of(path), flags=re.M)
        own = str(inside.with_suffix(".hpp")) if inside.suffix == ".ipp" else None
        includes[str(inside)] = [name for name in found if name != own]
        if len(inside.parts) > 2 and inside.suffix != ".ipp":
            count[str(inside.parent)] = count.get(str(inside.parent), 0) + 1
    for room, n in sorted(count.items()):
        if n > MOST_IN_A_ROOM:
            report("error", INCLUDE / room, 0, f"{n} files in a room: more than {MOST_IN_A_ROOM} are two")
    state = {}

    def visit(name, way):
        if state.get(name) == "done":
            return
        if state.get(name) == "open":
            report("error", INCLUDE / name, 1, "a circle of headers: " + " -> ".join(way[way.index(name):] + [name]))
            return
        state[name] = "open"
        for other in includes.get(name, []):
            visit(other, way + [name])
        state[name] = "done"

    for name in sorted(includes):
        visit(name, [])


def check_mirror(files):
    headers = {str(path.relative_to(INCLUDE)): path for path in files
               if path.is_relative_to(INCLUDE) and path.suffix == ".hpp"}
    covered = set()
    for path in files:
        if not path.is_relative_to(ROOT / "tests") or path.suffix != ".cpp":
            continue
        covered.add(str(path.relative_to(ROOT / "tests").with_suffix(".hpp")))
        for listed in re.findall(r"^//\s*covers:\s*(.+?)\s*$", text_of(path) or "", flags=re.M):
            for name in re.split(r"[\s,]+", listed):
                covered.add(name)
                if name not in headers:
                    report("error", path, 1, f"covers a header that does not exist: {name}")
    for name, path in headers.items():
        if "/" in name and name.split("/")[0] not in UNMIRRORED and name not in covered:
            report("error", path, 1, f"no test: tests/{name[:-4]}.cpp, or '// covers: {name}' in another")


def main():
    files = tracked_files()
    for path in files:
        text = text_of(path)
        if text is None:
            continue
        lines = text.splitlines()
        each_match(UNFINISHED, path, lines, "error", "unfinished")
        each_match(MACHINE_PATH, path, lines, "error", "a path of one machine")
        each_match(REGISTRY, path, lines, "error", "the address of a package registry")
        if path.is_relative_to(INCLUDE) and path.suffix in CODE:
            check_header(path, text)
            check_order(path, text)
            if path.suffix == ".ipp":
                check_bodies(path, text)
    check_rooms([path for path in files if path.is_relative_to(INCLUDE) and path.suffix in CODE])
    check_mirror(files)
    check_flags(files)
    for kind in ("warning", "error"):
        print("".join(line + "\n" for line in findings[kind]), end="")
    print(f"conventions: {len(findings['error'])} errors, {len(findings['warning'])} warnings in {len(files)} files")
    return bool(findings["error"])


if __name__ == "__main__":
    sys.exit(main())
