#!/usr/bin/env bash
# How late requests go out, by our own audit: Poisson arrivals over HTTP keep-alive to the stub server,
# the client on one core and the server on another. MLPerf LoadGen, which has no network, issues the
# same rate to a target in its own process (bench/peers/loadgen). In turn (A B A B ...); the table has
# the medians of all repeats. wrk2 is in no package registry, so it is not a peer here.
#
#   bench/schedule_lag.sh [--repeats 5] [--seconds 10] [--rate 10000] [--build FOLDER] [--results FILE]
#
# A run on a machine that was not quiet (the hiccup probe's p99 above 1 ms) is marked.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
repeats=5 seconds=10 rate=10000 build=$root/build/release results=
. "$root/bench/options.sh"
options repeats seconds rate build results -- "$@"
cores=$(nproc)
((cores >= 2)) || { echo "schedule_lag.sh: two cores are needed" >&2; exit 2; }
if [ ! -f "$build/CMakeCache.txt" ]; then
  cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE=-O2 >&2
fi
cmake --build "$build" --target schedule_lag lynxbench >&2

peer=$build/bench/peer-loadgen
status=0
"$root/bench/peers/loadgen/build.sh" "$peer" || status=$?
[ "$status" -eq 0 ] || echo "MLPerf LoadGen SKIPPED (its package could not be fetched or built)" >&2

folder=$(mktemp -d)
[ -n "$results" ] || results=$folder/results.jsonl
: >"$results"
taskset -c 0 "$build/lynxbench" stub --port 0 >"$folder/stub.txt" &
stub=$!
trap 'kill "$stub" 2>/dev/null || true; rm -rf "$folder"' EXIT
url=
for _ in $(seq 100); do
  url=$(grep -om1 'http://[0-9.]*:[0-9]*' "$folder/stub.txt" || true)
  [ -n "$url" ] && break
  sleep 0.1
done
[ -n "$url" ] || { echo "schedule_lag.sh: the stub did not start" >&2; exit 1; }

echo "load before: $(cut -d' ' -f1-3 /proc/loadavg); $(uname -r)" >&2
for ((repeat = 1; repeat <= repeats; ++repeat)); do
  for option in "" --unwatched; do
    taskset -c 1 "$build/bench/schedule_lag" --url "$url/plain" --rate "$rate" --duration "$seconds" --seed "$repeat" \
      $option >>"$results"
  done
  [ "$status" -eq 0 ] || continue
  mkdir -p "$peer/logs"
  taskset -c 1 "$peer/null_sut" "$rate" "$seconds" "$peer/logs" | tail -n 1 >>"$results"
done
echo "load after:  $(cut -d' ' -f1-3 /proc/loadavg)" >&2
python3 "$root/bench/schedule_lag_table.py" "$results"
