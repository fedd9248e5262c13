#!/usr/bin/env bash
# Fuzzes every parser with libFuzzer under address and undefined sanitizers:
#   scripts/fuzz.sh SECONDS [NAME...]     SECONDS for each target of fuzz/; findings end it with an error
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/steps.sh
seconds=${1:?"usage: scripts/fuzz.sh SECONDS [NAME...]"}
shift

for package in clang libclang-rt-14-dev; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' && continue
  step "installing $package"
  apt-get install -y -q --no-install-recommends "$package" >/dev/null
done
step "building the fuzz targets"
cmake -S . -B build/fuzz -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_BUILD_TYPE=RelWithDebInfo \
  -DLYNXBENCH_FUZZ=ON >/dev/null
cmake --build build/fuzz --target fuzzers 1>&2
targets=("$@")
(($#)) || mapfile -t targets < <(cd fuzz && ls -- *_fuzz.cc | sed 's/_fuzz\.cc$//')
for target in "${targets[@]}"; do
  step "fuzzing $target for $seconds s"
  mkdir -p "build/fuzz/found/$target"
  "build/fuzz/fuzz/${target}_fuzz" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=20 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/found/$target-" "build/fuzz/found/$target" "fuzz/corpus/$target" \
    2>&1 | grep -E 'stat::|ERROR|SUMMARY|runtime error|BINGO' || true
  ! ls "build/fuzz/found/$target-"* >/dev/null 2>&1 || die "$target: finding in build/fuzz/found"
done
step "no finding"
