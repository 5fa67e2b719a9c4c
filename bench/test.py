#!/usr/bin/env python3
"""What bench/run does before and around its measurements, with small numbers: the test `bench` of ./check.

    bench/test.py FOLDER        with the programs in this folder, build/bench
"""
import argparse
import io
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from contextlib import redirect_stderr
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import SimpleNamespace

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True
from neighbour import Neighbour, ticks_of  # noqa: E402

loader = SourceFileLoader("bench_run", str(HERE / "run"))
bench_run = module_from_spec(spec_from_loader(loader.name, loader))
loader.exec_module(bench_run)
FOLDER = HERE.parent / "build/bench"


def has_ended(pid):
    """Within two seconds."""
    for _ in range(200):
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] if ticks_of(pid) is not None else "X"
        if state in "XZ":
            return True
        time.sleep(0.01)
    return False


class Neighbours(unittest.TestCase):
    def test_it_takes_time_while_the_block_lasts(self):
        with Neighbour() as neighbour:
            time.sleep(0.5)
            before = ticks_of(neighbour.process.pid)
        self.assertGreater(before, 0)
        self.assertGreaterEqual(neighbour.ticks, before)
        self.assertIsNone(ticks_of(neighbour.process.pid))

    def test_it_ends_with_an_exception_and_with_ctrl_c(self):
        for error in (ValueError, KeyboardInterrupt):
            with self.assertRaises(error):
                with Neighbour() as neighbour:
                    raise error
            self.assertIsNone(ticks_of(neighbour.process.pid))

    def test_it_ends_with_the_process_that_started_it(self):
        for how in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            code = "from neighbour import *\nwith Neighbour() as n: print(n.process.pid, flush=True); time.sleep(60)"
            parent = subprocess.Popen([sys.executable, "-c", code], cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            pid = int(parent.stdout.readline())
            parent.send_signal(how)
            parent.communicate()
            self.assertTrue(has_ended(pid), how)

    def test_it_stays_on_the_processors_it_is_given(self):
        one = {min(os.sched_getaffinity(0))}
        with Neighbour(one) as neighbour:
            self.assertEqual(os.sched_getaffinity(neighbour.process.pid), one)


class Texts(unittest.TestCase):
    def run_with(self, *options):
        return subprocess.run([HERE / "run", *options], capture_output=True, text=True, check=True).stdout

    def test_help_and_names(self):
        self.assertIn("--before COMMIT", self.run_with("--help"))
        names = self.run_with("--list").splitlines()
        self.assertEqual(len(names), len(set(names)))
        quick = self.run_with("--quick", "--list").splitlines()
        self.assertLess(set(quick), set(names))
        for kind in ("busy neighbour", "indirect calls", "memory", "calls", "share", "growth"):
            self.assertTrue([name for name in quick if name.startswith(kind)], kind)

    def test_table(self):
        entries = [{"case": "a", "baseline": "b", "ratio": 0.00002, "aim": 0.005, "met": True, "seconds": 0.05, "bytes": None},
                   {"case": "a", "baseline": "b", "ratio": 1.5, "aim": 2, "met": True, "seconds": 1, "bytes": None,
                    "detail": {"ratios": [1.25, 1.5], "images": [120, 60]}},
                   {"case": "a", "baseline": "b", "ratio": None, "aim": 2, "seconds": None, "bytes": None}]
        rows = list(bench_run.table(entries))[2:]
        self.assertEqual(rows[0], "| a | b | 2e-05 | ≤ 0.005 | yes | 50.0 ms |")
        self.assertEqual(rows[1], "| a | b | 1.50 (1.25 ... 1.50) | ≤ 2.00 | yes | 60, alone 120 images/s |")
        self.assertEqual(rows[2], "| a | b | not there | ≤ 2.00 |  |  |")


class Measurements(unittest.TestCase):
    """The library's program against itself: PyTorch is not needed."""

    def setUp(self):
        options = SimpleNamespace(quick=True, path=None, threads=1, device="cpu", built=FOLDER, worker="bench.worker", before=FOLDER)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.bench = bench_run.Bench(options, folder.name)
        self.bench.at_least = self.bench.at_least_beside = 0
        self.addCleanup(lambda: [worker.close() for worker in self.bench.all_workers])

    def measure(self, kind, **fields):
        case = bench_run.Case(kind, kind, 0.005, model="x2", **{"batch": 1, "steps": 7, **fields})
        with redirect_stderr(io.StringIO()):
            self.bench.run(case, 100)
        self.assertFalse(self.bench.failed)
        return self.bench.entries

    def test_time_and_memory_against_another_commit(self):
        for kind in ("time", "memory", "calls", "share"):
            entries = self.measure(kind)
            self.assertTrue([entry for entry in entries if entry["case"].startswith(kind)], kind)
            self.assertIsNotNone(entries[-1]["ratio"])

    def test_busy_neighbour(self):
        mine, before = self.measure("neighbour")
        self.assertEqual((mine["baseline"], before["baseline"]), ("itself, alone", "before: itself, alone"))
        self.assertGreater(min(mine["detail"]["images"]), 0)
        self.assertGreater(self.bench.neighbour_ticks, 0)

    def test_indirect_calls(self):
        entry, = self.measure("dispatch")
        detail = entry["detail"]
        self.assertTrue(entry["met"], entry)
        self.assertEqual(detail["blocks"], 3)  # 7 steps, 3 at once
        # Every block runs every pipeline in both directions: one a layer; that of the image runs once, forward.
        self.assertEqual(detail["forward"]["pipeline: forward"], 2 * detail["blocks"] + 1)
        self.assertEqual(detail["reverse"]["pipeline: reverse"], 2 * detail["blocks"])
        self.assertEqual(detail["of_step"] * detail["steps"], detail["indirect_calls"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    options, others = parser.parse_known_args()
    FOLDER = options.folder.resolve()
    unittest.main(argv=[sys.argv[0], *others])
