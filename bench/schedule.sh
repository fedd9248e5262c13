#!/bin/sh
# Arrivals per second of schedules, beside numpy's (PyPI) for the processes that it has.
#
#   bench/schedule.sh BUILD_FOLDER [ROUNDS]
#
# Build with CMAKE_BUILD_TYPE=Release. Medians of processor time, so that other work on the machine does
# not count. numpy is installed into a folder of its own, once.
set -eu
build=$1
rounds=${2:-7}
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
peer=${XDG_CACHE_HOME:-$HOME/.cache}/lynxbench-bench/numpy
[ -x "$peer/bin/python" ] || { python3 -m venv "$peer" && "$peer/bin/pip" install --quiet numpy; }

"$build/bench/schedule_bench" --benchmark_repetitions="$rounds" --benchmark_report_aggregates_only=true \
  --benchmark_format=json > "$work/ours.json"
"$peer/bin/python" "$here/schedule_peer.py" "$rounds" > "$work/peer.txt"
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
