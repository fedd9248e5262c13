#!/bin/sh
# Bytes per second of an ONNX Runtime profile that are read, beside Python's json module on the same file.
#
#   bench/trace_ort.sh BUILD_FOLDER [ROUNDS]
#
# Build with CMAKE_BUILD_TYPE=Release. Medians are printed, and their ratio; both of processor time, so
# that other work on the machine does not count.
set -eu
build=$1
rounds=${2:-7}
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$build/bench/trace_ort_bench" "--write=$work/profile.json"
"$build/bench/trace_ort_bench" --benchmark_filter=read_profile --benchmark_repetitions="$rounds" \
  --benchmark_report_aggregates_only=true --benchmark_format=json > "$work/ours.json"
ours=$(python3 -c 'import json, sys
runs = json.load(open(sys.argv[1]))["benchmarks"]
print(round(next(r["bytes_per_second"] for r in runs if r.get("aggregate_name") == "median")))' "$work/ours.json")
peer=$(python3 "$here/trace_ort_peer.py" "$work/profile.json" "$rounds" | cut -d' ' -f2)
echo "profile of $(wc -c < "$work/profile.json") bytes, medians of $rounds rounds"
echo "lynxbench bytes_per_s $ours"
echo "python3 json bytes_per_s $peer"
awk -v ours="$ours" -v peer="$peer" 'BEGIN { printf "ratio %.1f\n", ours / peer }'
