#!/usr/bin/env bash
# The schedules that loads are sent by. First: is the schedule of a seed the same, byte by byte, when another
# program makes it (bench/schedule_check.py, Python)? Then arrivals per second of processor time, beside
# numpy's (PyPI) for the processes that it has, medians.
#
#   bench/schedule.sh [--repeats 5] [--build FOLDER]
#
# numpy is installed into ~/.cache/lynxbench-bench, once; without a network it is skipped. Takes 20 s.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
repeats=5 build=$root/build/release
. "$root/bench/options.sh"
options repeats build -- "$@"
[ -f "$build/CMakeCache.txt" ] || cmake -S "$root" --preset release >&2
cmake --build "$build" --target schedule_bench lynxbench >&2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "load before: $(cut -d' ' -f1-3 /proc/loadavg); $(uname -r)" >&2

python3 "$root/bench/schedule_check.py" "$build/lynxbench"

peer=${XDG_CACHE_HOME:-$HOME/.cache}/lynxbench-bench/numpy
if ! "$peer/bin/python" -c 'import numpy' 2>/dev/null; then
  { python3 -m venv "$peer" && "$peer/bin/pip" install --quiet numpy==2.2.6; } >&2 || true
fi
"$build/bench/schedule_bench" --benchmark_repetitions="$repeats" --benchmark_report_aggregates_only=true \
  --benchmark_format=json >"$work/ours.json" 2>/dev/null
: >"$work/peer.txt"
"$peer/bin/python" "$root/bench/schedule_peer.py" "$repeats" >"$work/peer.txt" || echo "numpy skipped: it could not be installed"
echo
python3 - "$work/ours.json" "$work/peer.txt" <<'TABLE'
import json, sys
ours = {r["run_name"].split("/")[1]: r["items_per_second"] for r in json.load(open(sys.argv[1]))["benchmarks"]
        if r.get("aggregate_name") == "median"}
peer = {line.split()[0]: float(line.split()[1]) for line in open(sys.argv[2])}
print(f'{"process":10} {"lynxbench/s":>12} {"numpy/s":>12} {"ratio":>6}')
for process, rate in ours.items():
    beside = f'{peer[process]:12.3g} {rate / peer[process]:6.2f}' if process in peer else ""
    print(f"{process:10} {rate:12.3g} {beside}")
TABLE
