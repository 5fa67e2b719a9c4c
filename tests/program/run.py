#!/usr/bin/env python3
"""The program dynvision, started as a user starts it: run.py PROGRAM SOURCE [TEST ...]

Each file test_NAME.py beside this one has the tests of some commands. They see the program as `self.dynvision(...)`, in a
folder of their own that is empty at first.
"""
import sys
import unittest
from pathlib import Path

import program

if __name__ == "__main__":
    program.PROGRAM = Path(sys.argv[1]).resolve()
    program.SOURCE = Path(sys.argv[2]).resolve()
    names = sys.argv[3:]
    loader = unittest.TestLoader()
    if names:
        loader.testNamePatterns = [f"*{name}*" for name in names]
    tests = loader.discover(str(Path(__file__).parent), pattern="test_*.py")
    result = unittest.TextTestRunner(verbosity=2 if names else 1, buffer=False).run(tests)
    sys.exit(0 if result.wasSuccessful() and result.testsRun else 1)
