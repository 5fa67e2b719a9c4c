#!/bin/bash
# The package as others use it: installed, as a subdirectory, fetched, and made by Conan; each with a program that is run.
#   run.sh CMAKE SOURCE BUILD LIBTORCH_ROOT CXX
set -euo pipefail
cmake=$1 source=$2 build=$3 torch=$4 compiler=$5
work=$build/tests/package
rm -rf "$work"
mkdir -p "$work"
export OMP_NUM_THREADS=1
if command -v ccache > /dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_BASEDIR=$source CCACHE_NOHASHDIR=1
fi

say() { printf '== %s (%d s)\n' "$*" "$SECONDS"; }
quietly() {
  if ! "$@" > "$work/log" 2>&1; then
    tail -n 60 "$work/log"
    printf 'FAILED: %s\n' "$*"
    exit 1
  fi
}
# consumer NAME ARGUMENT...: configures tests/package in a folder of its own.
consumer() {
  local name=$1
  shift
  "$cmake" -S "$source/tests/package" -B "$work/$name" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0 \
    -DCMAKE_CXX_COMPILER="$compiler" -DLibTorch_ROOT="$torch" "$@"
}

say installed
quietly "$cmake" --install "$build" --prefix "$work/prefix"
quietly consumer installed -DCMAKE_PREFIX_PATH="$work/prefix"
quietly "$cmake" --build "$work/installed" -j 2
"$work/installed/user"
"$work/installed/two_units"

say 'messages for what is not there'
expect() {
  local message=$1
  shift
  if "$@" > "$work/log" 2>&1; then
    printf 'expected a failure: %s\n' "$*"
    exit 1
  fi
  tr -s ' \n' '  ' < "$work/log" | grep -qF "$message" || { cat "$work/log"; exit 1; }
}
expect 'There is no component audio: expected core, io, data or cuda' \
  consumer component -DCMAKE_PREFIX_PATH="$work/prefix" -DCOMPONENT=audio
expect 'LibTorch 2.4 or later is not found' env PATH=/usr/bin:/bin LIBTORCH_ROOT= \
  "$cmake" -S "$source/tests/package" -B "$work/torch" -G Ninja -DCMAKE_CXX_COMPILER="$compiler" \
  -DCMAKE_PREFIX_PATH="$work/prefix" -DLibTorch_INCLUDE_DIR=LibTorch_INCLUDE_DIR-NOTFOUND \
  -DCMAKE_DISABLE_FIND_PACKAGE_LibTorch=ON

# LibTorch's CUDA part needs libraries that the wheel alone does not bring.
cuda=$torch/lib/libtorch_cuda.so
if ! command -v nvcc > /dev/null || [ ! -e "$cuda" ]; then
  say 'with CUDA: passed over, there is no toolkit or no LibTorch with CUDA'
elif ldd "$cuda" | grep -q 'not found'; then
  say 'with CUDA: configured only, the libraries of NVIDIA are not installed'
  quietly consumer cuda -DCMAKE_PREFIX_PATH="$work/prefix" -DWITH_CUDA=ON
else
  say 'with CUDA'
  quietly consumer cuda -DCMAKE_PREFIX_PATH="$work/prefix" -DWITH_CUDA=ON
  quietly "$cmake" --build "$work/cuda" -j 2 --target with_cuda
  "$work/cuda/with_cuda"
fi

for how in subdirectory fetched; do
  say "$how"
  quietly consumer "$how" -DHOW="$how" -DDYNVISION_SOURCE="$source"
  quietly "$cmake" --build "$work/$how" -j 2 --target user
  "$work/$how/user"
done

conan=$source/.deps/conan/bin/conan
[ -x "$conan" ] || conan=$(command -v conan || true)
if [ -z "$conan" ]; then
  say 'Conan: passed over; ./check package installs it'
elif [ "$("$compiler" -dumpversion)" != 12 ]; then
  say 'Conan: passed over, its profile is for g++ 12'
else
  # A copy: Conan writes into the folders that it is given.
  mkdir "$work/source"
  cp -r "$source"/{CMakeLists.txt,LICENSE,conanfile.py,cmake,include,test_package} "$work/source"
  cd "$work/source"
  export CONAN_HOME=$work/conan LIBTORCH_ROOT=$torch
  create() { "$conan" create . --profile:all cmake/conan-profile-debian12 --no-remote "$@"; }
  say 'Conan, LibTorch from the wheel'
  quietly create
  grep -A2 'Running test()' "$work/log"
  say 'Conan, LibTorch as a requirement'
  quietly create -o '&:libtorch=package' --test-folder=
fi
say done
