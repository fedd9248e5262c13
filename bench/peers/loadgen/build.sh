#!/usr/bin/env bash
# Builds the peer: MLPerf LoadGen's C++ library, from its source package on PyPI, with null_sut.cc.
#
#   bench/peers/loadgen/build.sh FOLDER       makes FOLDER/null_sut
#
# Exit status 3: the package could not be fetched (no network): no peer, and the caller says so.
set -euo pipefail
package=mlcommons-loadgen==6.0.17
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
out=${1:?usage: build.sh FOLDER}
mkdir -p "$out"
out=$(cd "$out" && pwd)

source_folder=$out/mlcommons_loadgen-${package##*==}
if [ ! -f "$source_folder/loadgen.cc" ]; then
  if ! python3 -m pip download --quiet --no-deps --no-binary :all: --dest "$out" "$package" \
      2>"$out/pip.log"; then
    tail -n 2 "$out/pip.log" >&2
    exit 3
  fi
  tar -xzf "$out/mlcommons_loadgen-${package##*==}.tar.gz" -C "$out"
fi
if [ "$out/null_sut" -nt "$here/null_sut.cc" ] && [ "$out/null_sut" -nt "$root/bench/process_cost.h" ]; then
  exit 0
fi
cd "$source_folder"
# The library's own flags (setup.py: -O3), in C++20 for null_sut.cc.
"${CXX:-c++}" -std=c++20 -O3 -I. -I"$root" \
  early_stopping.cc issue_query_controller.cc loadgen.cc logging.cc test_settings_internal.cc \
  utils.cc version.cc results.cc generated/version_generated.cc "$here/null_sut.cc" \
  -pthread -o "$out/null_sut"
