#!/bin/sh
# Requests per second into a bundle, beside Python's sqlite3 executemany of the same rows.
#
#   bench/bundle.sh BUILD_FOLDER [REQUESTS [ROUNDS]]
#
# Build with CMAKE_BUILD_TYPE=Release. The two take turns; medians are printed, and their ratio.
set -eu
build=$1
requests=${2:-1000000}
rounds=${3:-5}
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

round=0
while [ "$round" -lt "$rounds" ]; do
  rm -rf "$work/bundle" "$work/peer"*
  "$build/bench/bundle_bench" "$work/bundle" "$requests" | sed 's/^/ours_/' >> "$work/lines"
  python3 "$here/bundle_peer.py" "$work/bundle" "$work/peer" | sed 's/^/peer_/' >> "$work/lines"
  round=$((round + 1))
done

median() { grep "^$1 " "$work/lines" | cut -d' ' -f2 | sort -n | sed -n "$((rounds / 2 + 1))p"; }
echo "$requests requests, medians of $rounds rounds"
for name in rows_per_s bytes_per_request seal_s check_s read_s; do
  echo "lynxbench $name $(median "ours_$name")"
done
echo "python3 sqlite3 executemany rows_per_s $(median peer_rows_per_s)"
awk -v ours="$(median ours_rows_per_s)" -v peer="$(median peer_rows_per_s)" \
  'BEGIN { printf "ratio %.2f\n", ours / peer }'
