#!/usr/bin/env bash
# Configures and builds one preset: scripts/build.sh [dev|release|asan|tsan] [TARGET...]
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/steps.sh
preset=${1:-release}
shift || true

if [[ ! -e build/$preset/build.ninja ]]; then
  step "configuring the $preset build"
  log=$(mktemp)
  cmake --preset "$preset" >"$log" 2>&1 || { tail -30 "$log" >&2; die "cmake failed (whole log: $log)"; }
  rm -f "$log"
fi
step "building ($preset; 2 to 6 minutes from nothing, seconds after a change)"
targets=()
(($#)) && targets=(--target "$@")
# The tool's own lines show how far it is: [12/140].
NINJA_STATUS='       [%f/%t] ' cmake --build --preset "$preset" "${targets[@]}" 1>&2
