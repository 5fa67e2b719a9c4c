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
for program in user user_compiled two_units_dynvision two_units_compiled; do "$work/installed/$program"; done

say 'both forms: the same numbers, to the bit; not in one program'
# As programs are compiled that somebody waits for.
quietly consumer forms -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_CXX_FLAGS_DEBUG=-O2
quietly "$cmake" --build "$work/forms" -j 2 --target numbers_dynvision numbers_compiled
for form in dynvision compiled; do "$work/forms/numbers_$form" > "$work/numbers_$form"; done
grep -c . "$work/numbers_dynvision"
diff "$work/numbers_dynvision" "$work/numbers_compiled"

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
expect 'some_files_of_this_program_are_compiled_with_DYNVISION_SEPARATE_and_some_without' \
  "$cmake" --build "$work/forms" -j 2 --target mixed
expect 'There is no component audio: expected core, io, data, images, analysis, cuda, compiled or' \
  consumer component -DCMAKE_PREFIX_PATH="$work/prefix" -DCOMPONENT=audio
versions=$(sed -n 's/^set(DYNVISION_LIBTORCH_VERSIONS \([0-9.]*\) \([0-9.]*\) .*/\1 to \2/p' "$source/cmake/libtorch_versions.cmake")
expect "LibTorch $versions is not found" env PATH=/usr/bin:/bin LIBTORCH_ROOT= \
  "$cmake" -S "$source/tests/package" -B "$work/torch" -G Ninja -DCMAKE_CXX_COMPILER="$compiler" \
  -DCMAKE_PREFIX_PATH="$work/prefix" -DLibTorch_INCLUDE_DIR=LibTorch_INCLUDE_DIR-NOTFOUND \
  -DCMAKE_DISABLE_FIND_PACKAGE_LibTorch=ON
for other in 2.6.1 2.99.0; do   # before the oldest, after the newest
  api=$work/torch-$other/include/torch/csrc/api/include/torch
  mkdir -p "$api" "$work/torch-$other/lib"
  touch "$api/torch.h" "$work/torch-$other/lib/"lib{c10,torch_cpu}.so
  IFS=. read -r major minor patch <<< "$other"
  printf '#define TORCH_VERSION_%s %d\n' MAJOR "$major" MINOR "$minor" PATCH "$patch" > "$api/version.h"
  expect "LibTorch $versions is needed, and $work/torch-$other is $other" \
    consumer "with-$other" -DCMAKE_PREFIX_PATH="$work/prefix" -DLibTorch_ROOT="$work/torch-$other"
done

# LibTorch's CUDA part needs libraries that its wheel alone does not bring: the component is there where they are.
# with_cuda NAME LIBTORCH_ROOT
with_cuda() {
  local name=$1 there=(-DCMAKE_PREFIX_PATH="$work/prefix" -DLibTorch_ROOT="$2") missing
  ldd "$2/lib/libtorch_cuda.so" > "$work/needed"
  missing=$(awk '/not found/ {print $1; exit}' "$work/needed")
  if [ -n "$missing" ]; then
    say "CUDA, $name: a message, the libraries of NVIDIA are not installed"
    expect 'Component cuda needs: the libraries of NVIDIA' consumer "$name" "${there[@]}" -DCOMPONENT=cuda
    grep -qF "$missing" "$work/log" || { cat "$work/log"; exit 1; }
    quietly consumer "$name-optional" "${there[@]}"   # everything else is there
  else
    say "CUDA, $name: linked and started"
    quietly consumer "$name" "${there[@]}" -DWITH_CUDA=ON
    quietly "$cmake" --build "$work/$name" -j 2 --target with_cuda
    "$work/$name/with_cuda"
  fi
}
if ! command -v nvcc > /dev/null || [ ! -e "$torch/lib/libtorch_cuda.so" ]; then
  say 'CUDA: passed over, there is no toolkit or no LibTorch with CUDA'
else
  with_cuda as-installed "$torch"
  # The same LibTorch alone, as if nothing of NVIDIA's had been installed beside it.
  mkdir -p "$work/alone/torch/lib"
  ln -s "$torch/include" "$work/alone/torch/include"
  ln -s "$torch"/lib/*.so* "$work/alone/torch/lib"
  with_cuda alone "$work/alone/torch"
fi

for how in subdirectory fetched; do
  say "$how"
  quietly consumer "$how" -DHOW="$how" -DDYNVISION_SOURCE="$source"
  quietly "$cmake" --build "$work/$how" -j 2 --target user user_compiled
  "$work/$how/user"
  "$work/$how/user_compiled"
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
  cp -r "$source"/{CMakeLists.txt,LICENSE,conanfile.py,cmake,configs,include,src,test_package,tools} "$work/source"
  cd "$work/source"
  export CONAN_HOME=$work/conan LIBTORCH_ROOT=$torch
  create() { "$conan" create . --profile:all cmake/conan-profile-debian12 --no-remote "$@"; }
  say 'Conan, LibTorch from the wheel'
  quietly create
  grep -A2 'Running test()' "$work/log"
  say 'Conan, with the library in the package'
  quietly create -o '&:compiled=True'
  grep -A2 'Running test()' "$work/log"
  say 'Conan, LibTorch as a requirement'
  quietly create -o '&:libtorch=package' --test-folder=
fi
say done
