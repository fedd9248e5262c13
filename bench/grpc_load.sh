#!/usr/bin/env bash
# What a unary KServe request over gRPC costs the client, side by side with other clients on the same server in
# the same run: A B C D A B C D ..., each client on the last core, `lynxbench stub` on the first.
# A small FP32 tensor, 32 requests at once. The bar is on requests per CPU second: twice perf_analyzer's.
#   lynxbench      `lynxbench load`, every request timed and in the report
#   perf_analyzer  Triton's client, with synchronous and with asynchronous calls
#   ghz            a Go client, where there is a Go
#   h2load         nghttp2's: request and answer are only bytes to it; what HTTP/2 alone costs
#
#   bench/grpc_load.sh [--repeats 5] [--seconds 5] [--concurrency 32] [--build FOLDER] [--results FILE]
#
# Needs two cores and protoc. A client that is not there and cannot be fetched is left out, and the table says so.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
repeats=5 seconds=5 concurrency=32 build=$root/build/release results=
. "$root/bench/options.sh"
options repeats seconds concurrency build results -- "$@"
if [ -f "$build/CMakeCache.txt" ]; then
  cmake --build "$build" --target lynxbench >&2
else
  "$root/scripts/build.sh" release lynxbench
fi
"$root/bench/peers/grpc/install.sh" "$build/bench/peer-grpc"
exec python3 "$root/bench/grpc_load.py" --root "$root" --lynxbench "$build/lynxbench" --peers "$build/bench/peer-grpc" \
  --repeats "$repeats" --seconds "$seconds" --concurrency "$concurrency" ${results:+--results "$results"}
