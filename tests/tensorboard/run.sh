#!/bin/bash
# Finds a Python with TensorBoard, and reads with it what a training has written.
set -euo pipefail
root=$1 write=$2
. "$(dirname "$0")/../find_python.sh"
find_python "$root" "tensorboard" "./check weights installs TensorBoard, which this test needs"
exec "$python" "$(dirname "$0")/read.py" "$write"
