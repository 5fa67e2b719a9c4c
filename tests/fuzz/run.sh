#!/bin/bash
# Builds the fuzz targets and lets each run for five seconds, two at a time, on a copy of its corpus, so that the kept one stays as it is.
set -euo pipefail
cmake=$1 build=$2 corpus=$3
shift 3
"$cmake" --build "$build" --target fuzz -j 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fuzzed() {
  local program=$1 name
  name=$(basename "$program")
  mkdir "$work/$name"
  if ! (cd "$work" && ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=0 "$program" -max_total_time=5 -rss_limit_mb=2048 \
    -timeout=20 -print_final_stats=1 -artifact_prefix="$work/$name." "$name" "$corpus/$name" > "$work/$name.log" 2>&1); then
    printf '== %s: FAILED\n' "$name"
    cat "$work/$name.log"
    printf 'The input as base64:\n'
    for input in "$work/$name".{crash,leak,oom,timeout}-*; do
      [ -f "$input" ] && base64 "$input"
    done
    return 1
  fi
  printf '== %s\n%s\n' "$name" "$(grep -E 'stat::number_of_executed_units|cov:' "$work/$name.log" | tail -n 2)"
}
export -f fuzzed
export work corpus
printf '%s\0' "$@" | xargs -0 -P 2 -I '{}' bash -c 'fuzzed "$1"' _ '{}'   # two at a time; a failure of one is that of all
