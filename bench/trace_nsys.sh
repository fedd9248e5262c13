#!/bin/sh
# Processor time of reading a long Nsight Systems export (a million kernels and calls), beside the same
# tables through Python's sqlite3 and pandas (PyPI).
#
#   bench/trace_nsys.sh BUILD_FOLDER [ROUNDS [TIMES]]
#
# Build with CMAKE_BUILD_TYPE=Release. The export is a real one below $LYNXBENCH_DATA (default:
# ../shared/data), its rows repeated TIMES times with SQL. pandas is installed into
# ~/.cache/lynxbench-bench, once; without a network it is skipped. Medians of processor time, user and
# system, within the process: no import counts.
set -eu
build=$1
rounds=${2:-3}
times=${3:-100}
here=$(cd "$(dirname "$0")" && pwd)
data=${LYNXBENCH_DATA:-$here/../../shared/data}
fixture=$data/traces/nsys-ai/tests/fixtures/mfu_2gpu_after.sqlite
if [ ! -f "$fixture" ]; then
  echo "skipped: no export at $fixture"
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 "$here/trace_nsys_peer.py" --make "$fixture" "$work/long.sqlite" "$times"
echo "export of $(wc -c < "$work/long.sqlite") bytes, medians of $rounds rounds"
"$build/bench/trace_nsys_bench" "$work/long.sqlite" "$rounds" > "$work/ours"
sed 's/^/lynxbench /' "$work/ours"

peer=${XDG_CACHE_HOME:-$HOME/.cache}/lynxbench-bench/pandas
if ! "$peer/bin/python" -c 'import pandas' 2> /dev/null; then
  { python3 -m venv "$peer" && "$peer/bin/pip" install --quiet pandas==2.3.3; } >&2 || true
fi
if ! "$peer/bin/python" "$here/trace_nsys_peer.py" "$work/long.sqlite" "$rounds" > "$work/peer"; then
  echo "pandas skipped: it could not be installed"
  exit 0
fi
sed 's/^/pandas /' "$work/peer"
for name in device_rows host_rows linked; do
  [ "$(grep "^$name " "$work/ours")" = "$(grep "^$name " "$work/peer")" ] || echo "DIFFERENT: $name"
done
cpu() { grep '^cpu_s ' "$1" | cut -d' ' -f2; }
awk -v ours="$(cpu "$work/ours")" -v peer="$(cpu "$work/peer")" 'BEGIN { printf "ratio %.1f\n", peer / ours }'
