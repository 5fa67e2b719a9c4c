#!/bin/bash
# Finds a Python with Matplotlib and Snakemake, and tests ./reproduce with it: run.sh SOURCE PROGRAM
set -euo pipefail
root=$1 program=$2
. "$(dirname "$0")/../find_python.sh"
find_python "$root" "matplotlib, numpy, snakemake" "cmake/install_dependencies.sh reproduce installs Snakemake and Matplotlib"
exec env PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$root/tools" "$python" "$(dirname "$0")/smoke.py" "$program"
