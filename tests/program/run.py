#!/usr/bin/env python3
"""The program dynvision, started as a user starts it: run.py PROGRAM SOURCE [TEST ...]

Each file test_NAME.py beside this one has the tests of some commands. They see the program as `self.dynvision(...)`, in a
folder of their own that is empty at first.
"""
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
import program
from run_tests import run_tests

if __name__ == "__main__":
    program.PROGRAM = Path(sys.argv[1]).resolve()
    program.SOURCE = Path(sys.argv[2]).resolve()
    run_tests(__file__, sys.argv[3:])
