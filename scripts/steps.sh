# For the scripts beside it: progress with the time since the start, and an end with a reason.
started=${LYNXBENCH_STARTED:-$(date +%s)}
export LYNXBENCH_STARTED=$started

step() {
  local seconds=$(($(date +%s) - started))
  printf '[%d:%02d] %s\n' $((seconds / 60)) $((seconds % 60)) "$*" >&2
}

die() {
  printf 'stopped: %s\n' "$*" >&2
  exit 1
}
