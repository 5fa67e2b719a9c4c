#!/bin/bash
# Finds a Python with Matplotlib and Snakemake, and tests ./reproduce with it: run.sh SOURCE PROGRAM
set -euo pipefail
root=$1 program=$2
python=${DYNVISION_PYTHON:-$root/.deps/venv/bin/python}
if ! "$python" -c "import matplotlib, numpy, snakemake" 2>/dev/null; then
  echo "skipped: cmake/install_dependencies.sh reproduce installs Snakemake and Matplotlib; DYNVISION_PYTHON names a Python that has them"
  exit 0
fi
exec env PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$root/tools" "$python" "$(dirname "$0")/smoke.py" "$program"
