#!/usr/bin/env bash
# How far off the times of a stream are that a load client reports: TTFT and the gaps between chunks (ITL) of
# lynxbench, AIPerf, GuideLLM and vLLM's bench client against the stub's record of what it really did
# (docs/formats/stub-truth.md), request by request, in turn; client on one core, stub on another.
#
#   bench/calibration.sh [--repeats 5] [--seconds 5] [--streams 32] [--build FOLDER] [--keep FOLDER]
#
# The stub draws each answer's times: first content after 10 to 50 ms, gaps of 4 to 12 ms, 10 to 30 tokens.
# Clients that are missing are installed, or named (bench/peers/python/install.sh). Takes about 70 s a repeat.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
repeats=5 seconds=5 streams=32 build=$root/build/release keep=
. "$root/bench/options.sh"
options repeats seconds streams build keep -- "$@"
[ -f "$build/CMakeCache.txt" ] || cmake -S "$root" --preset release >&2
cmake --build "$build" --target lynxbench >&2

work=$(mktemp -d)
stub=
cleanup() {
  [ -z "$stub" ] || kill "$stub" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
server_core=0
client_core=$(($(nproc) - 1))
. "$root/bench/peers/python/clients.sh"
find_clients
# An answer takes 190 ms in the mean, so that so many requests take about the same time as lynxbench's load.
requests=$((seconds * streams * 5))
make_prompts "$work" "$requests"
echo "load before: $(cut -d' ' -f1-3 /proc/loadavg); client on core $client_core of $(nproc), stub on $server_core; $(uname -r)" >&2
port=18082

start_stub() { # TRUTH SEED
  "$build/lynxbench" stub --port "$port" --cpu "$server_core" --truth "$1" --seed "$2" --model stub \
    --ttft uniform:10ms:50ms --itl uniform:4ms:12ms --tokens uniform:10:30 >"$work/stub.log" 2>&1 &
  stub=$!
  for _ in $(seq 50); do grep -q listening "$work/stub.log" && return; sleep 0.1; done
  echo "calibration.sh: the stub did not start" >&2
  exit 1
}
stop_stub() {
  kill -INT "$stub"
  wait "$stub" || true
  stub=
}
run_ours() { # URL FOLDER
  rm -rf "$2"
  mkdir -p "$2"
  taskset -c "$client_core" python3 "$root/bench/cost_of.py" --log "$2/log" "$build/lynxbench" load --protocol openai-chat --url "$1" \
    --model stub --concurrency "$streams" --duration "${seconds}s" --input "$work/lynxbench.jsonl" --record "$2/records.jsonl" --quiet
}
for ((repeat = 1; repeat <= repeats; ++repeat)); do
  for name in lynxbench $clients; do
    [ "$name" = lynxbench ] || has_client "$name" || continue
    start_stub "$work/truth-$name-$repeat.jsonl" "$repeat"
    if [ "$name" = lynxbench ]; then
      run_ours "http://127.0.0.1:$port" "$work/$name" >"$work/cost-$name-$repeat.json"
    else
      run_client "$name" "http://127.0.0.1:$port" "$requests" "$streams" 30 "$work/$name" >"$work/cost-$name-$repeat.json"
    fi
    stop_stub
    python3 "$root/bench/client_records.py" "$name" "$work/$name" >"$work/records-$name-$repeat.jsonl"
    [ -z "$keep" ] || { mkdir -p "$keep"; cp "$work"/*-"$name-$repeat".json* "$keep"; }
  done
done
echo "load after:  $(cut -d' ' -f1-3 /proc/loadavg)" >&2
for name in $clients; do has_client "$name" || echo "$name ${found[$name]}"; done
python3 "$root/bench/calibration_table.py" "$work"
