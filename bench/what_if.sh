#!/usr/bin/env bash
# Does a what-if come true? Records pairs of PyTorch programs on the CPU that differ in one thing, foretells
# the second from the trace of the first, and prints predicted beside measured: medians of
# the repeats, and of each pair's ratio with its interval.
#
#   bench/what_if.sh [--repeats 60] [--build FOLDER]
#
# PyTorch (PyPI, 3 GB with what it brings) is installed into ~/.cache/lynxbench-bench, once; without it all
# is skipped. Takes about two minutes.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
repeats=60 build=$root/build/release
. "$root/bench/options.sh"
options repeats build -- "$@"
. "$root/bench/what_if/pythons.sh"
python=$(torch_python) || { echo "skipped: PyTorch could not be installed"; exit 0; }
[ -f "$build/CMakeCache.txt" ] || cmake -S "$root" --preset release >&2
cmake --build "$build" --target what_if_bench >&2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "${quiet[*]:-as the system schedules it}; load before: $(cut -d' ' -f1-3 /proc/loadavg); $(uname -r); $("$python" -c 'import torch; print("torch", torch.__version__)')" >&2
"${quiet[@]}" "$python" "$root/bench/what_if/record_pairs.py" "$work" "$repeats" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
python3 "$root/bench/what_if/pairs_table.py" "$work/pairs.json" "$build/bench/what_if_bench"
