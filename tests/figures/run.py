#!/usr/bin/env python3
"""The figures of experiments, drawn and looked at: run.py [TEST ...], with tools/ on PYTHONPATH.

Each file test_NAME.py beside this one has the tests of some figures. Their tables are those of fixture.py, made once; every figure
is drawn once, by two processes (drawn.py).
"""
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from run_tests import run_tests

if __name__ == "__main__":
    run_tests(__file__, sys.argv[1:])
