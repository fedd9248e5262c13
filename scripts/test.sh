#!/usr/bin/env bash
# Installs what is missing, builds and passes the tests.
#   scripts/test.sh                 the default run
#   scripts/test.sh --sanitizers    also all of it under address and undefined, and under thread
#   scripts/test.sh --fuzz SECONDS  also fuzzes every parser that long (installs clang)
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/steps.sh

sanitizers=no
fuzz_seconds=0
while (($#)); do
  case $1 in
    --sanitizers) sanitizers=yes ;;
    --fuzz) shift; fuzz_seconds=${1:?"--fuzz needs a number of seconds"} ;;
    *) die "unknown option $1; see the head of scripts/test.sh" ;;
  esac
  shift
done

scripts/install.sh
scripts/build.sh release
step "running the tests"
ctest --preset release --output-on-failure
if [[ $sanitizers == yes ]]; then
  for preset in asan tsan; do
    scripts/build.sh "$preset"
    step "running the tests under $preset"
    ctest --preset "$preset" --output-on-failure
  done
fi
((fuzz_seconds == 0)) || scripts/fuzz.sh "$fuzz_seconds"
step "all tests passed"
