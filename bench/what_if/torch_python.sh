# Sourced: finds or installs a Python with PyTorch and prints its path; fails where that cannot be had.
#
#   python=$(torch_python) || { echo "skipped: no PyTorch"; exit 0; }
# And `quiet`: runs a program on one core before everything else that wants it, where the system allows that.
quiet=(taskset -c 1 chrt -f 10)
"${quiet[@]}" true 2>/dev/null || quiet=()
torch_python() {
  local venv=${XDG_CACHE_HOME:-$HOME/.cache}/lynxbench-bench/venv-torch
  if ! "$venv/bin/python" -c 'import torch' 2>/dev/null; then
    { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet torch==2.8.0 numpy==2.2.6; } >&2 || return 1
    "$venv/bin/python" -c 'import torch' 2>/dev/null || return 1
  fi
  echo "$venv/bin/python"
}
