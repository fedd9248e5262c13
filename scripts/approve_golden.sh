#!/usr/bin/env bash
# Rewrites the expected files of the golden tests with what the tests get now. Read the difference with
# `git diff tests/golden` before you commit it: approving means that you agree.
set -euo pipefail
cd "$(dirname "$0")/.."
LYNXBENCH_APPROVE=1 ctest --preset "${1:-release}" -LE "e2e|source|fuzz" || true
git --no-pager diff --stat -- tests/golden
