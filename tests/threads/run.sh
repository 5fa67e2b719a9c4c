#!/bin/sh
# run.sh PROGRAM SUPPRESSIONS: nothing is reported of a model that two threads run, and of a broken one something is.
export TSAN_OPTIONS="suppressions=$2 exitcode=66"
said=$("$1" 2>&1) && status=0 || status=$?
case $said in
  *"unexpected memory mapping"*) printf 'skipped: ThreadSanitizer cannot lay out its memory on this kernel\n'; exit ;;
esac
printf '%s\n' "$said"
[ "$status" -eq 0 ] || exit 1
if said=$("$1" broken 2>&1); then
  printf 'an operation that changes while two threads run it was not reported\n%s\n' "$said"
  exit 1
fi
case $said in
  *"data race"*Counter*) printf 'an operation that changes while two threads run it is reported\n' ;;
  *) printf 'another report than that of an operation that changes:\n%s\n' "$said"; exit 1 ;;
esac
