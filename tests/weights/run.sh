#!/bin/bash
# Finds the Python that the cross tests need, and runs them with it.
set -euo pipefail
root=$1 convert=$2
python=${DYNVISION_PYTHON:-}
models=$root/.deps/python_models
if [ -z "$python" ]; then
  if [ ! -f "$root/.deps/weights.done" ]; then
    echo "skipped: ./check weights installs the Python with PyTorch that this test needs (4.7 GB), DYNVISION_PYTHON names one"
    exit 0
  fi
  python=$root/.deps/venv/bin/python
fi
exec env PYTHONPATH="$models${PYTHONPATH:+:$PYTHONPATH}" "$python" "$(dirname "$0")/cross.py" "$convert"
