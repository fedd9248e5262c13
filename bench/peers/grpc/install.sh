#!/usr/bin/env bash
# Peers of bench/grpc_load.sh into FOLDER, from package registries: install.sh FOLDER
#   perf_analyzer  Triton's client, the binary inside PyPI's tritonclient 2.44.0 (perf-analyzer itself has no wheel for glibc 2.36)
#   ghz            the Go client, by the Go proxy, where there is a Go
# What cannot be had is left out, with a word on stderr.
set -euo pipefail
folder=$(mkdir -p "$1" && cd "$1" && pwd)

if [[ ! -x $folder/perf_analyzer ]]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  if python3 -m pip download -q --no-deps -d "$work" tritonclient==2.44.0 &&
    python3 -m pip download -q --no-deps -d "$work" nvidia-cuda-runtime-cu12; then
    (cd "$work" && for wheel in *.whl; do python3 -m zipfile -e "$wheel" .; done)
    find "$work" -name 'libcudart.so.12' -exec cp {} "$folder/" \;
    cp "$work"/tritonclient-2.44.0.data/data/bin/perf_analyzer "$folder/" && chmod +x "$folder/perf_analyzer"
    [[ -e /usr/lib/x86_64-linux-gnu/libb64.so.0d ]] || apt-get install -y -q --no-install-recommends libb64-0d >/dev/null ||
      echo "libb64-0d is missing: perf_analyzer will not start" >&2
  else
    echo "perf_analyzer SKIPPED: its package could not be fetched" >&2
  fi
fi
if [[ ! -x $folder/ghz ]] && command -v go >/dev/null; then
  GOBIN=$folder go install github.com/bojand/ghz/cmd/ghz@v0.93.0 >/dev/null 2>&1 || echo "ghz SKIPPED: it could not be fetched" >&2
fi
