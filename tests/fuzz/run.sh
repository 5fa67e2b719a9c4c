#!/bin/bash
# Builds the fuzz targets and lets each run for five seconds on a copy of its corpus, so that the kept one stays as it is.
set -euo pipefail
cmake=$1 build=$2 corpus=$3
shift 3
"$cmake" --build "$build" --target fuzz -j 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for program; do
  name=$(basename "$program")
  mkdir "$work/$name"
  printf '== %s\n' "$name"
  if ! (cd "$work" && ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=0 "$program" -max_total_time=5 -rss_limit_mb=2048 \
    -timeout=20 -print_final_stats=1 "$name" "$corpus/$name" > "$work/$name.log" 2>&1); then
    cat "$work/$name.log"
    printf 'The input as base64:\n'
    for input in "$work"/crash-* "$work"/leak-* "$work"/oom-* "$work"/timeout-*; do
      [ -f "$input" ] && base64 "$input"
    done
    exit 1
  fi
  grep -E 'stat::number_of_executed_units|cov:' "$work/$name.log" | tail -n 2
done
