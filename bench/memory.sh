#!/usr/bin/env bash
# Memory of `lynxbench load` by the length of the load: peak RSS per million requests at 1 and 10 million
# requests, answers in one piece and streamed.
#
#   bench/memory.sh [--build FOLDER]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build/release
[ "${1:-}" = --build ] && build=$2
cmake --build "$build" --target load_memory >&2
for requests in 1000000 10000000; do
  for chunks in 0 8; do
    "$build/bench/load_memory" --requests "$requests" --chunks "$chunks"
  done
done
