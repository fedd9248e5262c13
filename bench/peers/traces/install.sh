#!/usr/bin/env bash
# Installs the trace analysers that lynxbench attribute is measured beside, each into an environment of its
# own, and prints a line for each: NAME PYTHON VERSION, or NAME skipped REASON.
#
#   bench/peers/traces/install.sh
#
# Environments are kept in ~/.cache/lynxbench-bench (XDG_CACHE_HOME).
set -euo pipefail
cache=${XDG_CACHE_HOME:-$HOME/.cache}/lynxbench-bench
mkdir -p "$cache"

install() { # NAME PACKAGE VERSION
  local python=$cache/venv-$1/bin/python
  if ! "$python" -c "import importlib.metadata as m; m.version('$2')" 2>/dev/null; then
    echo "installing $2 $3 into $cache/venv-$1" >&2
    { python3 -m venv "$cache/venv-$1" && "$cache/venv-$1/bin/pip" install --quiet "$2==$3"; } \
      >"$cache/venv-$1.log" 2>&1 || true
  fi
  "$python" -c "import importlib.metadata as m; print('$1', '$python', m.version('$2'))" 2>/dev/null ||
    echo "$1 skipped it could not be installed (see $cache/venv-$1.log)"
}

install hta HolisticTraceAnalysis 0.5.0
install tracelens TraceLens 0.7.0
