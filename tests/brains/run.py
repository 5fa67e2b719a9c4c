#!/usr/bin/env python3
"""run.py SOURCE PROGRAM [TEST ...]: the tests beside this file, with a small run that is trained once."""
import sys
import unittest
from pathlib import Path

import program

if __name__ == "__main__":
    program.SOURCE, program.PROGRAM = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    loader = unittest.TestLoader()
    if sys.argv[3:]:
        loader.testNamePatterns = [f"*{name}*" for name in sys.argv[3:]]
    tests = loader.discover(str(Path(__file__).parent), pattern="test_*.py")
    result = unittest.TextTestRunner(verbosity=2 if sys.argv[3:] else 1).run(tests)
    sys.exit(0 if result.wasSuccessful() and result.testsRun else 1)
