#!/usr/bin/env python3
"""What a user pays for including the library: seconds and memory of the compiler, file by file.

    bench/compile/run.py [--compiler g++] [--repetitions 3] [--json FILE] [--only TEXT]

Each program is compiled several times, without ccache, with the flags of a release build; the median of the user seconds
(of the driver and everything it starts) and of the peak memory is printed, as a ratio to an empty file with torch/torch.h
too.
"""
import argparse
import datetime
import itertools
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLAGS = ["-std=c++20", "-O2", "-DNDEBUG"]

# --- the programs ----------------------------------------------------------------------------------------------------
RECURRENCES = ["Full", "Self", "DepthPointwise", "PointDepthwise", "Local", "LocalDepthwise", "Depthwise", "Pointwise"]
POLICIES = ["", ", RungeKutta4", ", Feedback<Multiplicative>"]

MODEL = """\
  {{
    {model} model;
    total += run::unroll(model, input).outputs.size(0);
  }}
"""
PROGRAM = """\
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

int main() {{
  Tensor input = zeros({{1, 20, 3, 32, 32}});  // (B,T,C,H,W)
  std::int64_t total = 0;
{models}  return static_cast<int>(total);
}}
"""


def program(*models):
    return PROGRAM.format(models="".join(MODEL.format(model=model) for model in models))


def variants(count):
    every = [f"DyRCNNx4<{recurrence}{policy}>" for policy, recurrence in itertools.product(POLICIES, RECURRENCES)]
    return every[:count]


BASELINE = "torch/torch.h, empty"
PROGRAMS = {
    BASELINE: "#include <torch/torch.h>\nint main() {}\n",
    "dyrcnn.hpp, empty": "#include <dynvision/dyrcnn.hpp>\nint main() {}\n",
    "one DyRCNNx4": program("DyRCNNx4<>"),
    "8 variants": program(*variants(8)),
    "24 variants": program(*variants(24)),
}
# ---------------------------------------------------------------------------------------------------------------------


def libtorch_root():
    if given := os.environ.get("LIBTORCH_ROOT"):
        return Path(given)
    for installed in sorted((ROOT / ".deps/venv/lib").glob("python3*/site-packages/torch")):
        return installed
    sys.exit("No LibTorch: let ./check install it, or set LIBTORCH_ROOT=<site-packages/torch>.")


def compile_once(compiler, source, include):
    """User seconds and peak memory [MB] of one compilation."""
    command = [compiler, *FLAGS, *include, "-c", source.name, "-o", "program.o"]
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, cwd=source.parent, stderr=output, env={**os.environ, "CCACHE_DISABLE": "1"})
        # The usage of a child that has ended contains that of its own children: cc1plus, as.
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            lines = output.read().decode(errors="replace").splitlines()
            errors = [line for line in lines if "error:" in line] or lines
            raise RuntimeError("\n".join(errors[:3]))
    return usage.ru_utime, usage.ru_maxrss / 1024


def measure(compiler, text, include, repetitions):
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "program.cpp"
        source.write_text(text)
        runs = [compile_once(compiler, source, include) for _ in range(repetitions)]
    seconds, megabytes = zip(*runs)
    return {"seconds": statistics.median(seconds), "megabytes": statistics.median(megabytes), "runs": runs}


def processor():
    found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    return found[1] if found else platform.machine()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--compiler", action="append", help="default: g++ (repeatable: --compiler g++ --compiler clang++)")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write the numbers to this file as well")
    parser.add_argument("--only", default="", help="only programs whose name contains this text")
    parser.add_argument("--print", action="store_true", help="print the programs in place of compiling them")
    options = parser.parse_args()
    programs = {name: text for name, text in PROGRAMS.items() if options.only in name}
    if options.print:
        for name, text in programs.items():
            print(f"// --- {name}\n{text}")
        return 0

    torch = libtorch_root() / "include"
    include = [f"-I{ROOT / 'include'}", "-isystem", str(torch), "-isystem", str(torch / "torch/csrc/api/include")]
    report = {"date": datetime.date.today().isoformat(), "processor": processor(), "flags": FLAGS,
              "repetitions": options.repetitions, "compilers": {}}
    failed = False
    for compiler in options.compiler or ["g++"]:
        if not shutil.which(compiler):
            sys.exit(f"{compiler} is not installed")
        version = subprocess.run([compiler, "--version"], capture_output=True, text=True).stdout.splitlines()[0]
        print(f"{version}, {' '.join(FLAGS)}, {report['processor']}, {report['date']}, median of {options.repetitions}\n")
        print(f"{'program':<24}{'user [s]':>10}{'peak [MB]':>12}{'of torch.h':>12}")
        results = {}
        for name, text in programs.items():
            try:
                result = results[name] = measure(compiler, text, include, options.repetitions)
            except RuntimeError as error:
                failed = True
                results[name] = {"error": str(error)}
                print(f"{name:<24}  does not compile:\n{error}")
                continue
            baseline = results.get(BASELINE, {}).get("seconds")
            ratio = f"{result['seconds'] / baseline:.2f}" if baseline else ""
            print(f"{name:<24}{result['seconds']:>10.2f}{result['megabytes']:>12.0f}{ratio:>12}", flush=True)
        measured = [results.get(name, {}).get("seconds") for name in ("8 variants", "24 variants")]
        if all(measured):
            print(f"{'each further variant':<24}{(measured[1] - measured[0]) / 16:>10.2f}")
        print()
        report["compilers"][compiler] = {"version": version, "programs": results}
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")
    return failed


if __name__ == "__main__":
    sys.exit(main())
