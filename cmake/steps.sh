# The stages that ./check and ./quickstart share: install, configure, build. Sourced by them.
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

build=build
cmake_args=()
# A -D argument of the command, or of the environment, is one for CMake.
read -r -a cmake_args <<< "${DYNVISION_CMAKE_ARGS:-}"

say() { printf '%s\n' "$*" >&2; }

# stage NAME COMMAND...: one line for the eye, everything else into build/NAME.log, shown where it fails.
stage() {
  local name=$1 log=$build/$1.log start=$SECONDS
  shift
  mkdir -p "$build"
  printf '%s ... ' "$name" >&2
  if "$@" > "$log" 2>&1; then
    say "$((SECONDS - start)) s"
  else
    local status=$?
    say "failed after $((SECONDS - start)) s"
    grep -E -m 20 'error|Error|FAILED' "$log" >&2 || tail -n 20 "$log" >&2
    say "The whole output is in $build/$name.log"
    exit "$status"
  fi
}

install_dependencies() {
  local argument remembered
  # CMake remembers the LibTorch that it was given once.
  remembered=$(sed -n 's/^LibTorch_ROOT:[A-Z]*=//p' "$build/CMakeCache.txt" 2> /dev/null)
  [ -z "$remembered" ] || export LIBTORCH_ROOT=$remembered
  for argument in "${cmake_args[@]}"; do
    case $argument in -DLibTorch_ROOT=* | -DLibTorch_ROOT:*) export LIBTORCH_ROOT=${argument#*=} ;; esac
  done
  cmake/install_dependencies.sh "$@" || exit 1
}

configure() { cmake -S . -B "$build" -G Ninja "${cmake_args[@]}"; }
