# Sourced: finds or installs a Python with PyTorch, or with ONNX Runtime, and prints its path; fails where that
# cannot be had.
#
#   python=$(torch_python) || { echo "skipped: no PyTorch"; exit 0; }
#   python=$(ort_python)
# And `quiet`: runs a program on one core before everything else that wants it, where the system allows that.
quiet=(taskset -c 1 chrt -f 10)
"${quiet[@]}" true 2>/dev/null || quiet=()
# python_with NAME MODULE PACKAGE...
python_with() {
  local venv=${XDG_CACHE_HOME:-$HOME/.cache}/lynxbench-bench/venv-$1 module=$2
  shift 2
  if ! "$venv/bin/python" -c "import $module" 2>/dev/null; then
    { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet "$@"; } >&2 || return 1
    "$venv/bin/python" -c "import $module" 2>/dev/null || return 1
  fi
  echo "$venv/bin/python"
}
torch_python() { python_with torch torch torch==2.8.0 numpy==2.2.6; }
ort_python() { python_with ort onnxruntime onnxruntime==1.30.0 numpy==2.2.6; }
