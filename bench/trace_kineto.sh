#!/usr/bin/env bash
# What reading a big PyTorch trace costs: lynxbench attribute, plain and gz, beside HTA (load and seven
# analyses), TraceLens (its device timeline) and Python's json.loads on the same file, in turn.
#
#   bench/trace_kineto.sh [--trace FILE] [--copies 21] [--build FOLDER] [--repeats 3] [--huge GIB] [--only lynxbench]
#
# The trace is a real one of LYNXBENCH_DATA (default ../shared/data) written COPIES times, each later and with
# ids of its own (bench/trace_repeat.py). Analysers that are missing are installed, or named
# (bench/peers/traces/install.sh). On one core each (taskset), lynxbench also on all of them; medians.
# --only lynxbench leaves the others out.
# --huge also reads a trace of so many GiB, written for it and deleted, for its memory: needs that much disk.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
data=${LYNXBENCH_DATA:-$root/../shared/data}
trace=$data/traces/tracelens/tests/traces/h100/facebook_timesformer-base-finetuned-k400__1016002.json.gz
copies=21 build=$root/build/release repeats=3 huge= only=
. "$root/bench/options.sh"
options trace copies build repeats huge only -- "$@"
[ -z "$only" ] || [ "$only" = lynxbench ] || { echo "trace_kineto.sh: --only takes lynxbench" >&2; exit 2; }
[ -f "$trace" ] || { echo "trace_kineto.sh: no trace $trace: name one with --trace" >&2; exit 2; }
[ -x "$build/lynxbench" ] || cmake --build "$build" --target lynxbench >&2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 "$root/bench/trace_repeat.py" "$trace" "$copies" "$work/big.json" >&2
gzip -1 -k "$work/big.json"
bytes=$(stat -c %s "$work/big.json")
echo "load before: $(cut -d' ' -f1-3 /proc/loadavg); $(nproc) cores; $(uname -r)" >&2

cost() { # NAME COMMAND...: a line of JSON into costs
  local name=$1 cost
  shift
  cost=$(python3 "$root/bench/cost_of.py" --log "$work/log" "$@")
  echo "{\"name\": \"$name\", \"cost\": $cost}" >>"$work/costs.jsonl"
}
declare -A python
while read -r name path version; do
  python[$name]=$path
  [ "$path" != skipped ] || echo "$name skipped: $version" >&2
done < <([ -n "$only" ] || "$root/bench/peers/traces/install.sh")
for ((repeat = 1; repeat <= repeats; ++repeat)); do
  cost "lynxbench, plain" taskset -c 0 "$build/lynxbench" attribute --json --threads 1 "$work/big.json"
  cost "lynxbench, gz" taskset -c 0 "$build/lynxbench" attribute --json --threads 1 "$work/big.json.gz"
  cost "lynxbench, plain, all cores" "$build/lynxbench" attribute --json "$work/big.json"
  cost "lynxbench, gz, all cores" "$build/lynxbench" attribute --json "$work/big.json.gz"
  [ -z "$only" ] || continue
  for name in hta tracelens; do
    [ "${python[$name]}" = skipped ] || cost "$name" taskset -c 0 "${python[$name]}" "$root/bench/peers/traces/analyse.py" "$name" "$work/big.json"
  done
  cost "python json.loads" taskset -c 0 python3 "$root/bench/peers/traces/analyse.py" json "$work/big.json"
done

if [ -n "$huge" ]; then
  free=$(df --output=avail -B1 "$work" | tail -1)
  many=$((huge * (1 << 30) * copies / bytes))
  if [ "$free" -lt $(((huge + 2) << 30)) ]; then
    echo "trace_kineto.sh: --huge $huge needs $((huge + 2)) GiB in $work, and there are $((free >> 30))" >&2
  else
    python3 "$root/bench/trace_repeat.py" "$trace" "$many" "$work/huge.json" >&2
    cost "lynxbench, $huge GiB" "$build/lynxbench" attribute --json "$work/huge.json"
    rm -f "$work/huge.json"
  fi
fi
echo "load after:  $(cut -d' ' -f1-3 /proc/loadavg)" >&2
python3 - "$work/costs.jsonl" "$bytes" <<'PYTHON'
import json
import statistics
import sys

runs = {}
for line in open(sys.argv[1]):
    one = json.loads(line)
    if one["cost"]["status"] != 0:
        print(f"{one['name']}: exit status {one['cost']['status']}", file=sys.stderr)
        continue
    runs.setdefault(one["name"], []).append(one["cost"])
print(f"trace of {int(sys.argv[2]):,} bytes\n")
print("| program | user, s | wall, s | peak memory, MB | of lynxbench's user time | of its memory |")
print("|---|---|---|---|---|---|")
median = {name: {key: statistics.median(cost[key] for cost in costs) for key in costs[0]} for name, costs in runs.items()}
ours = median["lynxbench, plain"]
for name, cost in median.items():
    print(f"| {name} | {cost['user_s']:.2f} | {cost['wall_s']:.2f} | {cost['peak_rss_bytes'] / 1e6:.0f} | "
          f"{cost['user_s'] / ours['user_s']:.2f} | {cost['peak_rss_bytes'] / ours['peak_rss_bytes']:.2f} |")
PYTHON
