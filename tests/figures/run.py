#!/usr/bin/env python3
"""The figures of experiments, drawn and looked at: run.py [TEST ...], with tools/ on PYTHONPATH.

Each file test_NAME.py beside this one has the tests of some figures. Their tables are those of fixture.py, made once; every figure
is drawn once, by two processes (drawn.py).
"""
import sys
import unittest
from pathlib import Path

if __name__ == "__main__":
    loader = unittest.TestLoader()
    if sys.argv[1:]:
        loader.testNamePatterns = [f"*{name}*" for name in sys.argv[1:]]
    tests = loader.discover(str(Path(__file__).parent), pattern="test_*.py")
    result = unittest.TextTestRunner(verbosity=2 if sys.argv[1:] else 1).run(tests)
    sys.exit(0 if result.wasSuccessful() and result.testsRun else 1)
