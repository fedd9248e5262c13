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

install() { # NAME MODULE DISTRIBUTION WHAT-PIP-INSTALLS...
  local name=$1 module=$2 distribution=$3 python=$cache/venv-$1/bin/python
  shift 3
  if ! "$python" -c "import $module" 2>/dev/null; then
    echo "installing $* into $cache/venv-$name" >&2
    { python3 -m venv "$cache/venv-$name" && timeout 600 "$cache/venv-$name/bin/pip" install --quiet "$@"; } \
      >"$cache/venv-$name.log" 2>&1 || true
  fi
  "$python" -c "import $module, importlib.metadata as m; print('$name', '$python', m.version('$distribution'))" 2>/dev/null ||
    echo "$name skipped it could not be installed from $1 (see $cache/venv-$name.log)"
}

# With pandas 3 it ends in a TypeError on traces of compiled code.
install hta hta HolisticTraceAnalysis HolisticTraceAnalysis==0.5.0 'pandas<3'
# Not on PyPI: what has its name there is another program.
install tracelens TraceLens TraceLens git+https://github.com/AMD-AGI/TraceLens@1018b587044a77af765230c30cd7d0d2c0e7069d
