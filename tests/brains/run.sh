#!/bin/bash
# Finds a Python with NumPy, and tests recordings with it: run.sh SOURCE PROGRAM [TEST ...]
set -euo pipefail
root=$1
shift
python=${DYNVISION_PYTHON:-$root/.deps/venv/bin/python}
if ! "$python" -c "import numpy, PIL" 2>/dev/null; then
  echo "skipped: cmake/install_dependencies.sh installs NumPy and Matplotlib, which the test needs; DYNVISION_PYTHON names a Python that has them"
  exit 0
fi
exec env PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$root/tools:$root/tests/program" "$python" "$(dirname "$0")/run.py" "$root" "$@"
