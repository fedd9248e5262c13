#!/usr/bin/env bash
# Installs the Python load clients that lynxbench is measured beside, each into an environment of its own,
# and prints a line for each: NAME PYTHON VERSION, or NAME skipped REASON.
#
#   bench/peers/python/install.sh [aiperf] [guidellm] [vllm]
#
# Environments are kept in ~/.cache/lynxbench-bench (XDG_CACHE_HOME). To use one that is there already,
# name its folder: LYNXBENCH_AIPERF=/path/of/venv, LYNXBENCH_GUIDELLM=..., LYNXBENCH_VLLM=...
# Of vLLM the wheel alone (350 MB): its client is one file, which needs aiohttp, regex and tqdm.
set -euo pipefail
cache=${XDG_CACHE_HOME:-$HOME/.cache}/lynxbench-bench
aiperf_version=0.13.0 guidellm_version=0.8.1 vllm_version=0.33.0

version_of() { # PYTHON NAME
  "$1" -c 'import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))' "$2" 2>/dev/null
}

install() { # NAME FOLDER
  python3 -m venv "$2" && case $1 in
    aiperf) "$2/bin/pip" install --quiet "aiperf==$aiperf_version" ;;
    guidellm) "$2/bin/pip" install --quiet "guidellm==$guidellm_version" ;;
    vllm) "$2/bin/pip" install --quiet --no-deps "vllm==$vllm_version" && "$2/bin/pip" install --quiet aiohttp==3.14.5 regex tqdm ;;
  esac
}

for name in "${@:-aiperf guidellm vllm}"; do
  for one in $name; do
    given=LYNXBENCH_${one^^}
    folder=${!given:-$cache/$one}
    if [ -z "${!given:-}" ] && ! version_of "$folder/bin/python" "$one" >/dev/null; then
      echo "installing $one into $folder" >&2
      install "$one" "$folder" >"/tmp/lynxbench-install-$one.log" 2>&1 || true
    fi
    if version=$(version_of "$folder/bin/python" "$one"); then
      echo "$one $folder/bin/python $version"
    elif [ -n "${!given:-}" ]; then
      echo "$one skipped $given names $folder, where it is not"
    else
      echo "$one skipped it could not be installed into $folder (/tmp/lynxbench-install-$one.log)"
    fi
  done
done
