#!/usr/bin/env bash
# Memory of `lynxbench load` by the length of the load, with every percentile exact. First its own code
# (run::load) in simulated time, 1 and 10 million requests, answers whole and streamed: the growth of the peak
# RSS. Then the real program against a real server (bench/byte_server.cc on the other core), closed loop, for
# as long as 10 million requests take: the peak RSS of the whole process.
#
#   bench/memory.sh [--requests 10000000] [--connections 64] [--build FOLDER]
#
# Takes half a minute, and 1.5 to 6 for the real load. --requests: of the real load; 0 leaves it out.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
requests=10000000 connections=64 build=$root/build/release
. "$root/bench/options.sh"
options requests connections build -- "$@"
[ -f "$build/CMakeCache.txt" ] || cmake -S "$root" --preset release >&2
cmake --build "$build" --target load_memory lynxbench byte_server >&2
server_core=0
client_core=$(($(nproc) - 1))
echo "load before: $(cut -d' ' -f1-3 /proc/loadavg); client on core $client_core of $(nproc), server on $server_core; $(uname -r)" >&2

echo; echo "lynxbench load in simulated time (no server)"
for simulated in 1000000 10000000; do
  for chunks in 0 8; do
    taskset -c "$client_core" "$build/bench/load_memory" --requests "$simulated" --chunks "$chunks"
  done
done
[ "$requests" -gt 0 ] || exit 0

work=$(mktemp -d)
server=
cleanup() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
port=18084
echo hello >"$work/answer"
taskset -c "$server_core" "$build/bench/byte_server" "$port" "$work/answer" &
server=$!
sleep 0.3
load() { # SECONDS NAME
  taskset -c "$client_core" python3 "$root/bench/cost_of.py" --log "$work/$2.json" "$build/lynxbench" load --protocol http \
    --url "http://127.0.0.1:$port/" --concurrency "$connections" --warm-up 0s --duration "${1}s" --json --quiet >"$work/$2.cost"
}
load 5 short
seconds=$(python3 -c 'import json, math, sys
rate = json.load(open(sys.argv[1]))["counts"]["due"] / 5
print(math.ceil(min(600, 1.3 * int(sys.argv[2]) / rate)))' "$work/short.json" "$requests")
load "$seconds" long
echo "load after:  $(cut -d' ' -f1-3 /proc/loadavg)" >&2
python3 - "$work" "$requests" <<'PY'
import json, sys
rows = []
for name in ("short", "long"):
    report, cost = json.load(open(f"{sys.argv[1]}/{name}.json")), json.load(open(f"{sys.argv[1]}/{name}.cost"))
    counts, p99 = report["counts"], report["figures"]["e2e.p99"]
    rows.append((counts["due"], cost["peak_rss_bytes"]))
    print(f"{counts['due']} requests, {counts['ok']} answered: peak RSS {cost['peak_rss_bytes'] / 1e6:.1f} MB, "
          f"{cost['peak_rss_bytes'] / counts['due']:.1f} MB a million requests; {cost['cpu_s'] * 1e6 / counts['due']:.2f} us of CPU "
          f"a request, {cost['wall_s']:.0f} s; e2e p99 {(p99['value'] or 0) / 1e3:.1f} us ({p99['method']})")
(few, little), (many, much) = rows
print(f"from the one to the other: {(much - little) / (many - few):.1f} MB more for a million requests more")
if many < int(sys.argv[2]):
    print(f"the machine became slower meanwhile: {many} requests and not the {sys.argv[2]} asked for")
PY
