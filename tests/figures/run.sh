#!/bin/bash
# Finds a Python with Matplotlib, and tests the figures with it: run.sh SOURCE [TEST ...]
set -euo pipefail
root=$1
shift
python=${DYNVISION_PYTHON:-$root/.deps/venv/bin/python}
if ! "$python" -c "import matplotlib, numpy" 2>/dev/null; then
  echo "skipped: cmake/install_dependencies.sh installs Matplotlib, which the figures need; DYNVISION_PYTHON names a Python that has it"
  exit 0
fi
exec env PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$root/tools" "$python" "$(dirname "$0")/run.py" "$@"
