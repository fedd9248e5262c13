#!/usr/bin/env bash
# Peers of bench/grpc_load.sh into FOLDER, from package registries and without root: install.sh FOLDER
#   perf_analyzer  Triton's client, the program inside PyPI's tritonclient 2.44.0 (perf-analyzer itself has no wheel
#                  for glibc 2.36), with the two libraries that it wants: libcudart (PyPI) and libb64 (Debian)
#   ghz            the Go client, through the Go proxy, where there is a Go
# What cannot be had is left out, with a word on stderr. h2load is Debian's nghttp2-client.
set -euo pipefail
folder=$(mkdir -p "$1" && cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fetch_perf_analyzer() {
  python3 -m pip download -q --no-deps -d "$work" tritonclient==2.44.0 nvidia-cuda-runtime-cu12 || return 1
  (cd "$work" && for wheel in *.whl; do python3 -m zipfile -e "$wheel" . || exit 1; done) || return 1
  find "$work" -name libcudart.so.12 -exec cp {} "$folder/" \; || return 1
  (cd "$work" && apt-get download -qq libb64-0d && dpkg-deb -x libb64-0d_*.deb b64) || return 1
  find "$work/b64" -name 'libb64.so.0d' -exec cp -L {} "$folder/" \; || return 1
  install -m 755 "$work/tritonclient-2.44.0.data/data/bin/perf_analyzer" "$folder/perf_analyzer"
}

if [[ ! -x $folder/perf_analyzer ]]; then
  fetch_perf_analyzer || echo "perf_analyzer SKIPPED: its packages could not be fetched" >&2
fi
if [[ ! -x $folder/ghz ]]; then
  if command -v go >/dev/null; then
    GOBIN=$folder go install github.com/bojand/ghz/cmd/ghz@v0.93.0 >/dev/null 2>&1 || echo "ghz SKIPPED: it could not be fetched" >&2
  else
    echo "ghz SKIPPED: there is no Go" >&2
  fi
fi
command -v h2load >/dev/null || echo "h2load SKIPPED: apt-get install nghttp2-client" >&2
