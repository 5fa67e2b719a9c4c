#!/bin/bash
# The oldest and the newest LibTorch that cmake/libtorch_versions.cmake names: compiled, linked and run with both.
#   run.sh CMAKE SOURCE BUILD CXX
set -euo pipefail
cmake=$1 source=$2 build=$3 compiler=$4
versions=$source/.deps/versions
if [ ! -f "$versions/oldest.done" ] || [ ! -f "$versions/newest.done" ]; then
  echo "skipped: ./check versions installs the oldest and the newest LibTorch that are accepted (3 GB)"
  exit 0
fi
export OMP_NUM_THREADS=1
if command -v ccache > /dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_BASEDIR=$source CCACHE_NOHASHDIR=1
fi
mkdir -p "$build/tests/versions"
for age in oldest newest; do
  work=$build/tests/versions/$age
  torch=$("$versions/$age/bin/python" -c 'import importlib.util as u; print(u.find_spec("torch").submodule_search_locations[0])')
  rm -rf "$work"
  printf '== %s: %s\n' "$age" "$(cat "$versions/$age.done")"
  "$cmake" -S "$source/tests/versions" -B "$work" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0 \
    -DCMAKE_CXX_COMPILER="$compiler" -DLibTorch_ROOT="$torch" > "$work.log" 2>&1 || { cat "$work.log"; exit 1; }
  "$cmake" --build "$work" -j 2 -- -k 0 > "$work.log" 2>&1 || { grep -E 'error|FAILED|undefined' "$work.log" || tail -n 60 "$work.log"; exit 1; }
  (cd "$work" && ./everything && ./first && ./training)
done
