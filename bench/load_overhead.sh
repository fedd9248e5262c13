#!/usr/bin/env bash
# Load generation overhead, side by side with MLPerf LoadGen: added latency, CPU and memory against a
# target that answers at once. Both run in turn (A B A B ...), pinned to the same core, and the table
# has the medians.
#
#   bench/load_overhead.sh [--repeats 5] [--seconds 10] [--rates "1000 10000 100000"] [--core N]
#                          [--build FOLDER] [--results FILE]
#
# Builds what is missing. Without a network the peer is left out and the table says so.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
repeats=5 seconds=10 rates="1000 10000 100000" core=$(($(nproc) - 1))
build=$root/build/release results=
. "$root/bench/options.sh"
options repeats seconds rates core build results -- "$@"

if [ ! -f "$build/CMakeCache.txt" ]; then
  cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE=-O2 >&2
fi
cmake --build "$build" --target load_overhead >&2

peer=$build/bench/peer-loadgen
status=0
"$root/bench/peers/loadgen/build.sh" "$peer" || status=$?
if [ "$status" -eq 3 ]; then
  echo "MLPerf LoadGen SKIPPED: its package could not be fetched" >&2
elif [ "$status" -ne 0 ]; then
  echo "MLPerf LoadGen does not build" >&2
  exit 1
fi

if [ -z "$results" ]; then
  results=$(mktemp)
  trap 'rm -f "$results"' EXIT
fi
: >"$results"
echo "load before: $(cut -d' ' -f1-3 /proc/loadavg); core $core of $(nproc); $(uname -r)" >&2
for rate in $rates; do
  for ((repeat = 1; repeat <= repeats; ++repeat)); do
    taskset -c "$core" "$build/bench/load_overhead" --rate "$rate" --duration "$seconds" --json >>"$results"
    [ "$status" -eq 0 ] || continue
    mkdir -p "$peer/logs"
    taskset -c "$core" "$peer/null_sut" "$rate" "$seconds" "$peer/logs" | tail -n 1 >>"$results"
  done
done
echo "load after:  $(cut -d' ' -f1-3 /proc/loadavg)" >&2
python3 "$root/bench/load_overhead_table.py" "$results"
