#!/usr/bin/env bash
# Installs what is missing: the Debian packages of apt-packages.txt, and the npm packages of runtime/ as
# its lock file names them (those of web/ are installed by the build, which needs them). Asks for nothing and does nothing when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/steps.sh

missing=()
while read -r package; do
  [[ -z "$package" || "$package" == \#* ]] && continue
  case "$package" in
    nodejs) command -v node >/dev/null && continue ;;  # a Node.js of another origin serves as well
    npm) command -v npm >/dev/null && continue ;;
  esac
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done < apt-packages.txt

if ((${#missing[@]})); then
  step "installing ${#missing[@]} Debian packages (1 to 3 minutes): ${missing[*]}"
  root=""
  if [[ $(id -u) -ne 0 ]]; then
    command -v sudo >/dev/null || die "these packages need root, and there is no sudo: apt-get install ${missing[*]}"
    root=sudo
  fi
  log=$(mktemp)
  # A service that a package brings along must not start by itself.
  { $root apt-get update -q && DEBIAN_FRONTEND=noninteractive $root apt-get install -y -q --no-install-recommends "${missing[@]}"; } \
    >"$log" 2>&1 || { tail -20 "$log" >&2; die "apt-get failed (whole log: $log)"; }
  rm -f "$log"
fi

# Installs FOLDER's npm packages when its lock file is newer than what is there.
npm_install() {
  local folder=$1 what=$2
  if [[ -e $folder/node_modules/.package-lock.json && ! $folder/package-lock.json -nt $folder/node_modules/.package-lock.json ]]; then
    return
  fi
  step "installing $what (npm, $folder/package-lock.json)"
  local log
  log=$(mktemp)
  npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund >"$log" 2>&1 || { tail -20 "$log" >&2; die "npm failed (whole log: $log)"; }
  touch "$folder/node_modules/.package-lock.json"
  rm -f "$log"
}
npm_install runtime "ONNX Runtime and the default model (about 130 MB)"
