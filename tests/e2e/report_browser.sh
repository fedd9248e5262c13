#!/usr/bin/env bash
# Opens a report in headless Chromium and looks at what a reader would see.
#
#   tests/e2e/report_browser.sh report.html [TEXT...]
#
# Fails when the page does not render, when a section or one of TEXT is missing, when anything was
# written to the console as an error, when the page tried to load something, or when a text of the
# contract or the executor became an element. CHROMIUM names another browser.
set -euo pipefail

page=$(realpath "$1")
shift
browser=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
if [ -z "$browser" ]; then
  echo "report_browser: no Chromium found; set CHROMIUM" >&2
  exit 2
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
timeout 120 "$browser" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
  --disable-background-networking --disable-component-update --disable-sync \
  --user-data-dir="$scratch/profile" --window-size=1400,1000 --virtual-time-budget=4000 \
  --enable-logging=stderr --v=0 --dump-dom "file://$page" \
  >"$scratch/dom.html" 2>"$scratch/log.txt" || {
  echo "report_browser: the browser failed" >&2
  tail -5 "$scratch/log.txt" >&2
  exit 1
}

failures=0
fail() {
  echo "report_browser: $*" >&2
  failures=$((failures + 1))
}

# What the reader sees: the rendered part, without the data and the program.
sed -e 's/<\(script\|style\)[^>]*>/\n&\n/g; s/<\/\(script\|style\)>/\n&\n/g' "$scratch/dom.html" |
  sed -e '/<script/,/<\/script>/d' -e '/<style/,/<\/style>/d' >"$scratch/seen.html"

for id in throughput latency breakdown operators timeline search executor method contract; do
  grep -q "<section id=\"$id\"" "$scratch/seen.html" || fail "section $id is missing"
done
grep -q 'class="banner ' "$scratch/seen.html" || fail "the banner is missing"
grep -q 'lynxbench verify' "$scratch/seen.html" || fail "the command that verifies is missing"
grep -q 'not signed' "$scratch/seen.html" || grep -q 'names no team' "$scratch/seen.html" ||
  fail "the sign-off is missing"
for text in "$@"; do
  grep -qF -- "$text" "$scratch/seen.html" || fail "not on the page: $text"
done
if grep -oE '<(script|img|iframe|object|embed|link|b)[ >][^>]*' "$scratch/seen.html" |
  grep -v 'rel="icon"' >"$scratch/elements.txt"; then
  fail "a text became an element: $(head -1 "$scratch/elements.txt")"
fi
if grep -oE '.{0,40}(>(undefined|null)|NaN|Infinity|\[object Object\]).{0,20}' "$scratch/seen.html" >"$scratch/none.txt"; then
  fail "a value that is none is shown: $(head -1 "$scratch/none.txt")"
fi
if grep -E 'CONSOLE' "$scratch/log.txt" >"$scratch/console.txt"; then
  fail "the console says: $(head -3 "$scratch/console.txt")"
fi
if grep -qiE 'Refused to|ERR_' "$scratch/log.txt"; then fail "the page tried to load something"; fi

if [ "$failures" -gt 0 ]; then exit 1; fi
echo "report_browser: ok: $page"
