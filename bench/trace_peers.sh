#!/usr/bin/env bash
# What lynxbench, HTA and TraceLens say of the same traces, beside the figures of an independent program
# (TRUTH.tsv of the data): the kinds of trace on which analysers are known to go wrong.
#
#   bench/trace_peers.sh [--build FOLDER]
#
# Traces: LYNXBENCH_DATA (default ../shared/data). Milliseconds; "-": the tool gives no such figure; an error
# is named, and why a figure is off. Analysers: bench/peers/traces/install.sh; without TraceLens, its timeline
# by its description (bench/peers/traces/tracelens_description.py), held against its own reports first. Three
# small traces are made, of kernels whose public traces may not be kept (bench/peers/traces/made_traces.py).
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export LYNXBENCH_DATA=${LYNXBENCH_DATA:-$root/../shared/data}
build=$root/build/release
. "$root/bench/options.sh"
options build -- "$@"
[ -d "$LYNXBENCH_DATA/traces" ] || { echo "trace_peers.sh: no traces in $LYNXBENCH_DATA" >&2; exit 77; }
[ -x "$build/lynxbench" ] || cmake --build "$build" --target lynxbench >&2
"$root/bench/peers/traces/install.sh" | python3 "$root/bench/trace_peers_table.py" "$build/lynxbench"
