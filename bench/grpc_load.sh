#!/usr/bin/env bash
# gRPC load, side by side: CPU per request and requests a second of one core, unary ModelInfer of a small tensor.
# The server is lynxbench stub on the first processor; the clients run in turn (A B C D A B C D ...) on the last.
#   lynxbench      bench/target_load
#   perf_analyzer  Triton's client, the peer
#   ghz            a Go client, where there is a Go
#   h2load         nghttp2's: the request is bytes to it, and so is the answer; what HTTP/2 alone costs
#
#   bench/grpc_load.sh [--repeats 5] [--seconds 5] [--concurrency 32] [--build FOLDER] [--stub PROGRAM] [--results FILE]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
repeats=5 seconds=5 concurrency=32 build=$root/build/release results= stub=
while [ $# -gt 0 ]; do
  case $1 in
    --repeats) repeats=$2 ;;
    --seconds) seconds=$2 ;;
    --concurrency) concurrency=$2 ;;
    --build) build=$2 ;;
    --stub) stub=$2 ;;
    --results) results=$2 ;;
    -h | --help) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "grpc_load.sh: unknown option $1" >&2; exit 2 ;;
  esac
  [ $# -ge 2 ] || { echo "grpc_load.sh: $1 needs a value" >&2; exit 2; }
  shift 2
done
[ -n "$stub" ] || { cmake --build "$build" --target lynxbench >&2; stub=$build/lynxbench; }
cmake --build "$build" --target target_load >&2
peers=$build/bench/peer-grpc
"$root/bench/peers/grpc/install.sh" "$peers"
command -v h2load >/dev/null || apt-get install -y -q --no-install-recommends nghttp2-client >/dev/null
exec python3 "$root/bench/grpc_load.py" --root "$root" --stub "$stub" --load "$build/bench/target_load" --peers "$peers" \
  --repeats "$repeats" --seconds "$seconds" --concurrency "$concurrency" ${results:+--results "$results"}
