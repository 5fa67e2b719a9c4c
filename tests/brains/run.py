#!/usr/bin/env python3
"""run.py SOURCE PROGRAM [TEST ...]: the tests beside this file, with a small run that is trained once."""
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
import program
from run_tests import run_tests

if __name__ == "__main__":
    program.SOURCE, program.PROGRAM = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    run_tests(__file__, sys.argv[3:])
