#!/usr/bin/env bash
# CPU time per streamed event (Server-Sent Events of a chat completion, each with its JSON read and a time of
# its own): lynxbench beside AIPerf, GuideLLM and vLLM's bench client, on the same stream from the same server
# (bench/byte_server.cc), in turn, client on one core, server on another. First our parser alone, from memory.
#
#   bench/sse.sh [--repeats 5] [--seconds 5] [--events 512] [--connections 8] [--build FOLDER] [--results FILE]
#
# A peer runs twice a repeat, with 20 and with 20 + 40 x seconds requests, and the difference counts: so its
# start is not in its figure. Clients that are missing are installed into ~/.cache/lynxbench-bench, or named
# (bench/peers/python/install.sh). Takes about 90 s a repeat.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
repeats=5 seconds=5 events=512 connections=8 build=$root/build/release results=
. "$root/bench/options.sh"
options repeats seconds events connections build results -- "$@"
[ -f "$build/CMakeCache.txt" ] || cmake -S "$root" --preset release >&2
cmake --build "$build" --target http_load byte_server sse_bench >&2

work=$(mktemp -d)
server=
cleanup() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
server_core=0
client_core=$(($(nproc) - 1))
. "$root/bench/peers/python/clients.sh"
find_clients
few=20
many=$((few + 40 * seconds))
make_prompts "$work" "$many"
results=${results:-$work/results}
: >"$results"
echo "load before: $(cut -d' ' -f1-3 /proc/loadavg); client on core $client_core of $(nproc), server on $server_core; $(uname -r)" >&2

taskset -c "$client_core" "$build/bench/sse_bench" --benchmark_repetitions="$repeats" --benchmark_format=json >"$work/memory.json" 2>/dev/null

python3 "$root/bench/sse_events.py" "$events" >"$work/answer"
port=18081
taskset -c "$server_core" "$build/bench/byte_server" "$port" "$work/answer" events &
server=$!
sleep 0.5
note() { # NAME REQUESTS: the line of JSON on standard input, of that client's run with so many
  python3 -c 'import json, sys
line = json.load(sys.stdin)
line.update(client=sys.argv[1], asked=int(sys.argv[2]))
print(json.dumps(line))' "$1" "$2" >>"$results"
}
run_peer() { # NAME REQUESTS
  run_client "$1" "http://127.0.0.1:$port" "$2" "$connections" "$events" "$work/$1" >"$work/cost"
  local done
  done=$(python3 "$root/bench/client_records.py" "$1" "$work/$1" | wc -l)
  [ "$done" -eq "$2" ] || { echo "sse.sh: $1 answered $done of $2 requests" >&2; tail -n 20 "$work/$1/log" >&2; exit 1; }
  note "$1" "$2" <"$work/cost"
}
for ((repeat = 1; repeat <= repeats; ++repeat)); do
  taskset -c "$client_core" "$build/bench/http_load" --kind openai-chat --url "http://127.0.0.1:$port/v1" \
    --connections "$connections" --seconds "$seconds" | note lynxbench 0
  for name in $clients; do
    has_client "$name" || continue
    run_peer "$name" "$few"
    run_peer "$name" "$many"
  done
done
echo "load after:  $(cut -d' ' -f1-3 /proc/loadavg)" >&2
missing=
for name in $clients; do has_client "$name" || missing+="$name ${found[$name]}"$'\n'; done
python3 "$root/bench/sse_table.py" "$work/memory.json" "$results" "$events" <<<"$missing"
