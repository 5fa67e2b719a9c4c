#!/usr/bin/env python3
"""What a user pays for including the library: seconds and memory of the compiler, file by file.

    bench/compile/run.py [--compiler g++] [--repetitions 3] [--json FILE] [--only TEXT]
    .deps/venv/bin/python bench/compile/run.py --figure FILE        draws docs/figures/compile of what --json has written

Each program is compiled several times, without ccache, with the flags of a release build; the median of the user seconds
(of the driver and everything it starts) and of the peak memory is printed, as a ratio to an empty file with torch/torch.h
too. "headers" are programs of headers alone, "compiled" those that link dynvision::compiled, for which the library itself is
compiled once.
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
{runs}  }}
"""
RUN = "    total += run::{path}(model, input).outputs.size(0);\n"
PROGRAM = """\
#include <dynvision/dyrcnn.hpp>
{include}
using namespace dynvision;

int main() {{
  Tensor input = zeros({{1, 20, 3, 32, 32}});  // (B,T,C,H,W)
  std::int64_t total = 0;
{models}  return static_cast<int>(total);
}}
"""
UNROLL, BOTH = ["unroll"], ["unroll", "compiled"]
SEPARATE = ["-DDYNVISION_SEPARATE"]


def program(paths, count):
    every = [f"DyRCNNx4<{recurrence}{policy}>" for policy, recurrence in itertools.product(POLICIES, RECURRENCES)]
    runs = "".join(RUN.format(path=path) for path in paths)
    include = "".join(f"#include <dynvision/run/{path}.hpp>\n" for path in paths)
    return PROGRAM.format(include=include, models="".join(MODEL.format(model=model, runs=runs) for model in every[:count]))


BASELINE = "torch/torch.h, empty"
COUNTS = [1, 2, 4, 8]
FORMS = {"headers": [], "compiled": SEPARATE}


def of(count):
    return "1 variant" if count == 1 else f"{count} variants"


# name -> (text, more flags)
PROGRAMS = {BASELINE: ("#include <torch/torch.h>\nint main() {}\n", []),
            "dyrcnn.hpp, empty": ("#include <dynvision/dyrcnn.hpp>\nint main() {}\n", [])}
for form, flags in FORMS.items():
    for count in [1, 8, 24] if form == "headers" else [1]:
        PROGRAMS[f"{form}, unroll, {of(count)}"] = (program(UNROLL, count), flags)
    for count in COUNTS:
        PROGRAMS[f"{form}, both paths, {of(count)}"] = (program(BOTH, count), flags)
# What is compiled on first use (variants/first_use.hpp): a variant with both paths and all that AnyModel can do.
FIRST_USE = "first use, one variant"
PROGRAMS[FIRST_USE] = ("""\
#include <dynvision/dyrcnn.hpp>
#include <dynvision/variants/object/object_interface.hpp>
namespace {
using namespace dynvision;
using Made = DyRCNNx4<Full, ToInput>;
}
DYNVISION_VARIANT(Made, "bench")
""", [*SEPARATE, "-O1", "-fPIC", "-fno-gnu-unique", "-w"])
LIBRARY = "the library itself"
PROGRAMS[LIBRARY] = ((ROOT / "src/dynvision.cpp").read_text(), [*SEPARATE, "-fPIC"])
# ---------------------------------------------------------------------------------------------------------------------


def libtorch_root():
    if given := os.environ.get("LIBTORCH_ROOT"):
        return Path(given)
    for installed in sorted((ROOT / ".deps/venv/lib").glob("python3*/site-packages/torch")):
        return installed
    sys.exit("No LibTorch: let ./check install it, or set LIBTORCH_ROOT=<site-packages/torch>.")


def compile_once(compiler, source, flags):
    """User seconds and peak memory [MB] of one compilation."""
    command = [compiler, *FLAGS, *flags, "-c", source.name, "-o", "program.o"]
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


def measure(compiler, text, flags, repetitions):
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "program.cpp"
        source.write_text(text)
        runs = [compile_once(compiler, source, flags) for _ in range(repetitions)]
    seconds, megabytes = zip(*runs)
    return {"seconds": statistics.median(seconds), "megabytes": statistics.median(megabytes), "runs": runs}


def processor():
    found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    return found[1] if found else platform.machine()


def each_further(results, form, paths, first, last):
    ends = [results.get(f"{form}, {paths}, {of(count)}", {}).get("seconds") for count in (first, last)]
    return (ends[1] - ends[0]) / (last - first) if all(ends) else None


def draw(file, folder):
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    report = json.loads(file.read_text())
    name, measured = next(iter(report["compilers"].items()))
    results = measured["programs"]
    baseline = results[BASELINE]["seconds"]
    style = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "svg.hashsalt": "dynvision",
             "legend.frameon": False}
    with plt.rc_context(style):
        figure, axes = plt.subplots(figsize=(6, 3.4))
        axes.axhline(baseline, color="#bbbbbb", label="torch/torch.h, nothing else")
        for form, label, colour in [("headers", "headers alone", "#4477aa"), ("compiled", "dynvision::compiled", "#ee6677")]:
            axes.plot(COUNTS, [results[f"{form}, both paths, {of(count)}"]["seconds"] for count in COUNTS], marker="o", ms=3,
                      label=f"both paths, {label}", color=colour)
        counts = [1, 8, 24]
        shown = [count for count in counts if count <= COUNTS[-1]]
        axes.plot(shown, [results[f"headers, unroll, {of(count)}"]["seconds"] for count in shown], marker="o", ms=3,
                  label="run::unroll, headers alone", color="#ccbb44")
        axes.set_ylim(bottom=0)
        axes.set_xticks(COUNTS)
        axes.set_xlabel("variants of DyRCNNx4 in one file")
        axes.set_ylabel(f"user seconds of {name} {' '.join(report['flags'][1:2])}")
        ratio = axes.secondary_yaxis("right", functions=(lambda x: x / baseline, lambda x: x * baseline))
        ratio.set_ylabel("of torch/torch.h")
        axes.legend(loc="upper left", bbox_to_anchor=(0, 1.25), ncols=2, fontsize=8)
        for kind in ("svg", "png"):
            metadata = {"Date": None} if kind == "svg" else None
            figure.savefig(folder / f"compile.{kind}", dpi=150, bbox_inches="tight", metadata=metadata)
    print(folder / "compile.svg")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--compiler", action="append", help="default: g++ (repeatable: --compiler g++ --compiler clang++)")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write the numbers to this file as well")
    parser.add_argument("--only", default="", help="only programs whose name contains this text")
    parser.add_argument("--print", action="store_true", help="print the programs in place of compiling them")
    parser.add_argument("--figure", type=Path, metavar="FILE", help="draw what --json has written to this file")
    options = parser.parse_args()
    if options.figure:
        draw(options.figure, ROOT / "docs/figures")
        return 0
    programs = {name: one for name, one in PROGRAMS.items() if options.only in name}
    if options.print:
        for name, (text, _) in programs.items():
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
        print(f"{'program':<34}{'user [s]':>10}{'peak [MB]':>12}{'of torch.h':>12}")
        results = {}
        for name, (text, flags) in programs.items():
            try:
                result = results[name] = measure(compiler, text, [*include, *flags], options.repetitions)
            except RuntimeError as error:
                failed = True
                results[name] = {"error": str(error)}
                print(f"{name:<34}  does not compile:\n{error}")
                continue
            baseline = results.get(BASELINE, {}).get("seconds")
            ratio = f"{result['seconds'] / baseline:.2f}" if baseline else ""
            print(f"{name:<34}{result['seconds']:>10.2f}{result['megabytes']:>12.0f}{ratio:>12}", flush=True)
        for form, paths, first, last in [("headers", "unroll", 8, 24), ("headers", "both paths", 1, 8),
                                         ("compiled", "both paths", 1, 8)]:
            if seconds := each_further(results, form, paths, first, last):
                print(f"{form + ', ' + paths + ', each further':<34}{seconds:>10.2f}")
        print()
        report["compilers"][compiler] = {"version": version, "programs": results}
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")
    return failed


if __name__ == "__main__":
    sys.exit(main())
