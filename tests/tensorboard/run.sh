#!/bin/bash
# Finds a Python with TensorBoard, and reads with it what a training has written.
set -euo pipefail
root=$1 write=$2
python=${DYNVISION_PYTHON:-$root/.deps/venv/bin/python}
if ! "$python" -c "import tensorboard" 2>/dev/null; then
  echo "skipped: ./check weights installs TensorBoard, which this test needs; DYNVISION_PYTHON names a Python that has it"
  exit 0
fi
exec "$python" "$(dirname "$0")/read.py" "$write"
