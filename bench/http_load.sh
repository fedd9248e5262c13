#!/usr/bin/env bash
# The most that one core of client sends over HTTP/1.1 and HTTPS with connections kept alive, side by side
# with wrk on the same server (nginx) in the same run: A B A B ..., client on one core, server on another.
# Every request of ours is recorded; wrk keeps a histogram. The bar is on requests per CPU second.
#
#   bench/http_load.sh [--repeats 5] [--seconds 5] [--connections 64] [--build FOLDER] [--results FILE]
#
# Needs wrk and nginx (Debian: wrk, nginx-light), and two cores.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
repeats=5 seconds=5 connections=64 build=$root/build/release results=
. "$root/bench/options.sh"
options repeats seconds connections build results -- "$@"
for program in wrk nginx; do
  command -v $program >/dev/null || { echo "http_load.sh: $program is missing (apt-get install wrk nginx-light)" >&2; exit 1; }
done
if [ -f "$build/CMakeCache.txt" ]; then
  cmake --build "$build" --target http_load >&2
else
  "$root/scripts/build.sh" release http_load
fi

work=$(mktemp -d)
cleanup() {
  [ -s "$work/nginx.pid" ] && kill "$(cat "$work/nginx.pid")" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
port=18080
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=localhost \
  -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
answer=$(printf 'x%.0s' $(seq 256))
cat >"$work/nginx.conf" <<CONF
worker_processes 1;
pid $work/nginx.pid;
error_log $work/error.log;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 100000000;
  client_body_temp_path $work/a; proxy_temp_path $work/b; fastcgi_temp_path $work/c; uwsgi_temp_path $work/d; scgi_temp_path $work/e;
  server {
    listen 127.0.0.1:$port reuseport;
    listen 127.0.0.1:$((port + 1)) ssl reuseport;
    ssl_certificate $work/cert.pem;
    ssl_certificate_key $work/key.pem;
    default_type text/plain;
    location / { return 200 "$answer"; }
  }
}
CONF
server_core=0
client_core=$(($(nproc) - 1))
taskset -c $server_core nginx -c "$work/nginx.conf" -g 'daemon on;' 2>/dev/null
for _ in $(seq 50); do [ -s "$work/nginx.pid" ] && break; sleep 0.1; done

results=${results:-$work/results}
: >"$results"
echo "load before: $(cut -d' ' -f1-3 /proc/loadavg); client on core $client_core of $(nproc), nginx on $server_core; $(uname -r)" >&2
run_wrk() {
  local out=$work/wrk.out
  taskset -c $client_core bash -c 'wrk -t1 -c"$1" -d"$2"s "$3" >"$4"; times' _ "$connections" "$seconds" "$2" "$out" >"$work/times"
  python3 - "$1" "$out" "$work/times" "$seconds" <<'PY' >>"$results"
import json, re, sys
name, out, times, seconds = sys.argv[1:5]
text = open(out).read()
requests = int(re.search(r"(\d+) requests in", text).group(1))
failed = sum(int(n) for n in re.findall(r"(?:connect|read|write|timeout) (\d+)", text))
failed += sum(int(n) for n in re.findall(r"Non-2xx or 3xx responses: (\d+)", text))
child = open(times).read().split("\n")[1]
cpu = sum(int(m) * 60 + float(s) for m, s in re.findall(r"(\d+)m([\d.]+)s", child))
rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1))
print(json.dumps({"case": name, "program": "wrk", "requests": requests, "failed": failed, "requests_per_s": rate,
                  "cpu_us_per_request": cpu * 1e6 / requests, "cpu_ratio": cpu / float(seconds)}))
PY
}
run_ours() {
  taskset -c $client_core "$build/bench/http_load" --url "$2" --connections "$connections" --seconds "$seconds" |
    python3 -c 'import json, sys; line = json.load(sys.stdin); line["case"] = sys.argv[1]; print(json.dumps(line))' "$1" >>"$results"
}
for case in http https; do
  url=http://127.0.0.1:$port/
  [ $case = https ] && url=https://127.0.0.1:$((port + 1))/
  for ((repeat = 1; repeat <= repeats; ++repeat)); do
    run_ours $case $url
    run_wrk $case $url
  done
done
echo "load after:  $(cut -d' ' -f1-3 /proc/loadavg)" >&2
python3 - "$results" <<'PY'
import json, statistics, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
print(f"{'case':6} {'program':10} {'requests/s':>12} {'CPU us/request':>15} {'of a core':>10} {'failed':>7}   requests per CPU second, of wrk's")
for case in ("http", "https"):
    of = {}
    for program in ("lynxbench", "wrk"):
        mine = [r for r in rows if r["case"] == case and r["program"] == program]
        if not mine:
            continue
        of[program] = mine
        median = lambda key: statistics.median(r[key] for r in mine)
        ratio = ""
        if program == "wrk" and "lynxbench" in of:
            pairs = [w["cpu_us_per_request"] / o["cpu_us_per_request"] for o, w in zip(of["lynxbench"], mine)]
            ratio = f"   {statistics.median(pairs):.2f} ({min(pairs):.2f} .. {max(pairs):.2f})"
        print(f"{case:6} {program:10} {median('requests_per_s'):12.0f} {median('cpu_us_per_request'):15.2f} "
              f"{median('cpu_ratio'):10.2f} {sum(r['failed'] for r in mine):7}{ratio}")
PY
