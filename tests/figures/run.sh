#!/bin/bash
# Finds a Python with Matplotlib, and tests the figures with it: run.sh SOURCE [TEST ...]
set -euo pipefail
root=$1
shift
. "$(dirname "$0")/../find_python.sh"
find_python "$root" "matplotlib, numpy" "cmake/install_dependencies.sh installs Matplotlib, which the figures need"
exec env PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$root/tools" "$python" "$(dirname "$0")/run.py" "$@"
