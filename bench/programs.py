"""The programs that bench/run compares: they are built or installed here, and each is a process that is asked line by line."""
import contextlib
import json
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

from neighbour import ticks_of

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build"
PYTHON_PATHS = ("eager", "compile", "graph")


def say(text, end="\n"):
    print(text, end=end, file=sys.stderr, flush=True)


# --- what they need --------------------------------------------------------------------------------------------------
def quietly(log, *command, **how):
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "w") as file:
        if subprocess.run([str(word) for word in command], **{"cwd": ROOT, "stdout": file, "stderr": file, **how}).returncode:
            sys.exit(f"{' '.join(map(str, command))}\nfailed; the whole output is in {log}")


def build(worker):
    say("building the programs ...")
    installed = os.environ.get("LIBTORCH_ROOT") or any((ROOT / ".deps/venv").glob("lib/python3*/site-packages/torch"))
    if not installed:
        subprocess.run([ROOT / "cmake/install_dependencies.sh"], check=True)
    build_in(BUILD, ROOT, worker, "bench.memory", "bench.calls")


def build_in(folder, source, *targets, arguments=()):
    given = os.environ.get("DYNVISION_CMAKE_ARGS", "").split()
    quietly(folder / "bench-configure.log", "cmake", "-S", source, "-B", folder, "-G", "Ninja", "-DDYNVISION_BENCH=ON",
            *arguments, *given)
    quietly(folder / "bench-build.log", "cmake", "--build", folder, "--target", *targets)


def build_before(commit):
    """The library's program at another commit, in a folder of its own, with the LibTorch and the flags of this one."""
    found = subprocess.run(["git", "rev-parse", "--short=10", "--verify", f"{commit}^{{commit}}"], cwd=ROOT,
                           capture_output=True, text=True)
    if found.returncode:
        sys.exit(f"no commit {commit}")
    folder = BUILD / "before" / found.stdout.strip()
    source = folder / "source"
    say(f"building the program of commit {found.stdout.strip()} in {folder} ...")
    if not (folder / "unpacked").exists():
        shutil.rmtree(folder, ignore_errors=True)
        source.mkdir(parents=True)
        quietly(folder / "archive.log", "git", "archive", "-o", folder / "source.tar", commit)
        quietly(folder / "archive.log", "tar", "-x", "-f", folder / "source.tar", "-C", source)
        (folder / "source.tar").unlink()
        if (ROOT / ".deps").exists():
            (source / ".deps").symlink_to((ROOT / ".deps").resolve())
        (folder / "unpacked").touch()
    build_in(folder / "build", source, "bench.worker", arguments=["-DDYNVISION_TESTS=OFF", "-DDYNVISION_EXAMPLES=OFF"])
    return folder / "build/bench"


def python():
    """A Python with the whole of PyTorch: the one that builds the library is without what only training in Python needs."""
    if given := os.environ.get("DYNVISION_BENCH_PYTHON"):
        return given
    if (ROOT / ".deps/weights.done").exists():  # ./check has installed all of it
        return ROOT / ".deps/venv/bin/python"
    folder = ROOT / ".deps/bench-venv"
    if not (folder / "done").exists():
        versions = (ROOT / "cmake/libtorch_versions.cmake").read_text()
        torch = "torch==" + re.search(r"set\(DYNVISION_LIBTORCH_VERSIONS \S+ \S+ (\S+)\)", versions)[1]
        say(f"installing {torch} into {folder} (4.7 GB, once) ...")
        quietly(BUILD / "bench-python.log", sys.executable, "-m", "venv", "--clear", folder)
        quietly(BUILD / "bench-python.log", folder / "bin/pip", "install", "--no-cache-dir", torch)
        (folder / "done").touch()
    return folder / "bin/python"


# --- the processes ---------------------------------------------------------------------------------------------------
class Failure(Exception):
    pass


class Worker:
    """`cpus`: those that it shares with a neighbour; its threads are not bound then, as an ordinary program's are not."""

    def __init__(self, *command, probes, threads, cpus=None):
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "LD_PRELOAD": str(probes / "libbench.memory.so"),
                       "DYNVISION_BENCH_CALLS": str(probes / "libbench.calls.so")}
        if cpus is None:
            environment["OMP_PROC_BIND"] = "true"
        self.last_ticks = 0
        on = (lambda: os.sched_setaffinity(0, cpus)) if cpus else None
        self.process = subprocess.Popen([str(word) for word in command], env=environment, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, preexec_fn=on)

    def ask(self, do, **request):
        try:
            self.process.stdin.write(json.dumps({"do": do, **request}) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise Failure(f"the process has ended ({self.process.wait()})") from None
        line = self.process.stdout.readline()
        if not line:
            raise Failure(f"the process has ended ({self.process.wait()})")
        reply = json.loads(line)
        if "error" in reply:
            raise Failure(reply["error"])
        return reply

    def ticks(self):
        """Processor time so far, in the kernel's ticks."""
        self.last_ticks = ticks_of(self.process.pid) or self.last_ticks
        return self.last_ticks

    def close(self):
        self.ticks()
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


def machine_ticks():
    """Of all processors: busy, and altogether."""
    fields = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return sum(fields) - fields[3] - fields[4], sum(fields)


class Program:
    """A path, in a layout: a process that has the case's model open. The path "before": the judged one of another commit."""

    def __init__(self, bench, path, layout="", beside_others=False):
        self.bench, self.path, self.layout = bench, path, layout
        self.kind = (path, layout, beside_others)
        self.name = f"{path}, {layout}" if layout else path
        self.worker = None

    def open(self, case, tolerance, **changes):
        """tolerance: of outputs and gradients, relative to the reference path's."""
        fields = {**case.fields, **changes, "path": self.path, "layout": self.layout}
        if self.path == "before":
            fields["path"] = self.bench.judged
        files = self.bench.files(fields)
        self.worker = self.bench.worker_for(self.kind)
        self.first = self.worker.ask("open", case=fields, **files)["first"]
        found = self.worker.ask("check")
        for what, bound in zip(("outputs", "gradients"), tolerance):
            if not found.get(what, 0) <= bound:
                raise Failure(f"{what} differ from the reference path's by {found[what]:.1e}: expected at most {bound}")
        return self

    def steps(self, at_least):
        """[s] of as many steps in a row as take so long."""
        if not hasattr(self, "once"):
            # The first step is slower than others, by minutes where it is compiled.
            is_long = self.first > 5 * at_least and self.path != "compile"
            self.once = self.first if is_long else min(self.worker.ask("time", calls=2)["seconds"])
        return self.worker.ask("time", calls=max(1, math.ceil(at_least / self.once)))["seconds"]

    def seconds(self, at_least):
        """Of one step; short ones several times in a row."""
        return statistics.median(self.steps(at_least))

    def close(self):
        """Lets the model go; the process stays for the next case."""
        if self.worker and self.worker.process.poll() is None:
            self.worker.ask("close")
            self.bench.idle.setdefault(self.kind, []).append(self.worker)
