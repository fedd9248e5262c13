#!/bin/sh
# How often verdicts, capacities and intervals are wrong, on queues whose truth is known by formula, beside
# MLPerf LoadGen's early stopping and the interval for independent requests. Seeds are fixed.
#
#   bench/statistics.sh BUILD_FOLDER [RUNS]
#
# Build with CMAKE_BUILD_TYPE=Release. Allow an hour of one core for 1000 runs; most of it goes into the
# searches with long looks. docs/methodology.md and docs/performance.md have the tables.
set -eu
build=$1
runs=${2:-1000}
echo "Verdicts ($runs runs a line, a fifth where the share is below the allowed one)"
"$build/bench/statistics_bench" passes "$runs"
echo
echo "Intervals of one run's quantiles ($runs runs a line, a quarter with 200,000 requests)"
"$build/bench/statistics_bench" quantiles "$runs"
echo
searches=$(((runs + 4) / 5))
echo "Searches ($searches a line, a quarter with the longest looks)"
"$build/bench/statistics_bench" capacity "$searches"
