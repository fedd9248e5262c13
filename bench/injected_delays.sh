#!/usr/bin/env bash
# Is a delay found where it was put? Records PyTorch programs with known delays (a sleep in a Python function,
# in the data loader, in an operator, in a thread that is waited for) and prints injected beside found, by
# class of the critical path. Fails where one is more than 5 % off.
#
#   bench/injected_delays.sh [--build FOLDER]
#
# PyTorch (PyPI) is installed into ~/.cache/lynxbench-bench, once; without it all is skipped. Takes 30 s.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build/release
while [ $# -gt 0 ]; do
  case $1 in
    --build) build=$2 ;;
    -h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "injected_delays.sh: unknown option $1" >&2; exit 2 ;;
  esac
  [ $# -ge 2 ] || { echo "injected_delays.sh: $1 needs a value" >&2; exit 2; }
  shift 2
done
. "$root/bench/what_if/torch_python.sh"
python=$(torch_python) || { echo "skipped: PyTorch could not be installed"; exit 0; }
[ -f "$build/CMakeCache.txt" ] || cmake -S "$root" --preset release >&2
cmake --build "$build" --target what_if_bench >&2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${quiet[@]}" "$python" "$root/bench/what_if/record_delays.py" "$work" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
python3 "$root/bench/what_if/delays_table.py" "$work/delays.json" "$build/bench/what_if_bench"
