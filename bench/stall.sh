#!/usr/bin/env bash
# Who sees that a server stood still? A load of 20 s at 100/s; in the middle the server (the stub) is stopped
# for a tenth of it (SIGSTOP, 2 s). p99 as lynxbench and hey report it, in turn, beside the truth: from the
# moment that each request was due to the stub's record of its answer. hey is closed: its 4 workers wait.
#
#   bench/stall.sh [--repeats 5] [--seconds 20] [--rate 100] [--build FOLDER]
#
# Needs hey (Debian: hey). A p99 needs 500 requests: with --seconds below 6 lynxbench withholds it.
# Takes 45 s a repeat.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
repeats=5 seconds=20 rate=100 build=$root/build/release
. "$root/bench/options.sh"
options repeats seconds rate build -- "$@"
[ -f "$build/CMakeCache.txt" ] || cmake -S "$root" --preset release >&2
cmake --build "$build" --target lynxbench >&2
of() { python3 -c "print($1)"; }

work=$(mktemp -d)
stub=
cleanup() {
  [ -z "$stub" ] || { kill -CONT "$stub"; kill "$stub"; } 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
server_core=0
client_core=$(($(nproc) - 1))
port=18083
workers=4
until_stop=$(of "$seconds / 2") stopped=$(of "$seconds / 10")
for ((i = 0; i < 64; ++i)); do echo "{\"body\": \"id:p$i\"}"; done >"$work/inputs.jsonl"
echo "load before: $(cut -d' ' -f1-3 /proc/loadavg); client on core $client_core of $(nproc), stub on $server_core; $(uname -r)" >&2

# The load named by the words runs, and the stub stands still in the middle of it.
with_stall() { # TRUTH WORDS...
  "$build/lynxbench" stub --port "$port" --cpu "$server_core" --delay 2ms --truth "$1" >"$work/stub.log" 2>&1 &
  stub=$!
  for _ in $(seq 50); do grep -q listening "$work/stub.log" && break; sleep 0.1; done
  shift
  "$@" &
  local load=$!
  sleep "$until_stop"
  kill -STOP "$stub"
  sleep "$stopped"
  kill -CONT "$stub"
  wait "$load"
  kill -INT "$stub"
  wait "$stub" || true
  stub=
}
ours() {
  taskset -c "$client_core" "$build/lynxbench" load --protocol http --url "http://127.0.0.1:$port/" --rate "$rate" \
    --warm-up "${stopped}s" --duration "$(of "$seconds * 0.9")s" --input "$work/inputs.jsonl" \
    --record "$work/record.jsonl" --json --quiet >"$work/ours.json" || true
}
hey_load() {
  taskset -c "$client_core" hey -z "${seconds}s" -c $workers -q "$(of "$rate / $workers")" -cpus 1 -m POST -d "id:hey" -o csv \
    "http://127.0.0.1:$port/" >"$work/hey.csv"
}
for ((repeat = 1; repeat <= repeats; ++repeat)); do
  with_stall "$work/truth.jsonl" ours
  python3 "$root/bench/stall_table.py" lynxbench "$work" >>"$work/results"
  if command -v hey >/dev/null; then
    with_stall "$work/truth-hey.jsonl" hey_load
    python3 "$root/bench/stall_table.py" hey "$work" >>"$work/results"
  fi
done
echo "load after:  $(cut -d' ' -f1-3 /proc/loadavg)" >&2
command -v hey >/dev/null || echo "hey skipped: not installed (apt-get install hey)"
python3 "$root/bench/stall_table.py" table "$work"
