#!/bin/bash
# Finds a Python with NumPy, and tests recordings with it: run.sh SOURCE PROGRAM [TEST ...]
set -euo pipefail
root=$1
shift
. "$(dirname "$0")/../find_python.sh"
find_python "$root" "numpy, PIL" "cmake/install_dependencies.sh installs NumPy and Matplotlib, which the test needs"
exec env PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$root/tools:$root/tests/program" "$python" "$(dirname "$0")/run.py" "$root" "$@"
