"""The tests in the files test_*.py of a folder, by unittest."""
import sys
import unittest
from pathlib import Path


def run_tests(script, names):
    """Runs those beside this script, the ones whose name holds one of `names` where there are some; ends with 1 if one fails."""
    loader = unittest.TestLoader()
    if names:
        loader.testNamePatterns = [f"*{name}*" for name in names]
    tests = loader.discover(str(Path(script).parent), pattern="test_*.py")
    result = unittest.TextTestRunner(verbosity=2 if names else 1).run(tests)
    sys.exit(0 if result.wasSuccessful() and result.testsRun else 1)
