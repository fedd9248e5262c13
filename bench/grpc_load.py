#!/usr/bin/env python3
"""Runs what bench/grpc_load.sh has built, and prints the medians as a Markdown table.

A client's CPU is that of its whole process, start included; its requests are those that the server answered meanwhile.
"""
import argparse
import json
import os
import pathlib
import re
import resource
import statistics
import struct
import subprocess
import time
import urllib.request

parser = argparse.ArgumentParser()
for name in ("root", "stub", "load", "peers"):
    parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
parser.add_argument("--repeats", type=int, default=5)
parser.add_argument("--seconds", type=float, default=5)
parser.add_argument("--concurrency", type=int, default=32)
parser.add_argument("--results", type=pathlib.Path)
args = parser.parse_args()
CORE = os.cpu_count() - 1
REQUEST = 'model_name:"stub" inputs{name:"INPUT" datatype:"FP32" shape:1} raw_input_contents:"\\001\\000\\000\\000"'


def prepare():
    """The request as a file, with and without gRPC's frame."""
    message = subprocess.run(["protoc", f"-I{args.root}/src", "--encode=inference.ModelInferRequest", "protocol/kserve.proto"],
                             input=REQUEST.encode(), capture_output=True, check=True).stdout
    (args.peers / "request.bin").write_bytes(message)
    (args.peers / "request.framed").write_bytes(b"\0" + struct.pack(">I", len(message)) + message)


def start_stub():
    stub = subprocess.Popen(["taskset", "-c", "0", args.stub, "stub", "--port", "0", "--model", "stub"], stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True)
    line = stub.stdout.readline()
    return stub, int(re.search(r"http://127\.0\.0\.1:(\d+)", line).group(1))


def served(port):
    """Requests for inference that the stub has answered."""
    stats = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/v2/models/stub/stats"))
    return stats["model_stats"][0]["inference_count"]


def clients(port):
    address = f"127.0.0.1:{port}"
    c, s = str(args.concurrency), args.seconds
    made = {"lynxbench": [args.load, "--kind", "kserve-grpc", "--url", f"grpc://{address}", "--model", "stub", "--concurrency", c,
                          "--duration", str(s)]}
    if (args.peers / "perf_analyzer").exists():
        made["perf_analyzer"] = [args.peers / "perf_analyzer", "-i", "grpc", "-u", address, "-m", "stub", "--concurrency-range", c,
                                 "--shape", "INPUT:1", "-p", str(int(s * 1000)), "-s", "999", "-r", "1"]
    if (args.peers / "ghz").exists():
        made["ghz"] = [args.peers / "ghz", "--insecure", "--import-paths", f"{args.root}/src,{args.root}/bench/peers/grpc", "--proto",
                       "kserve_service.proto", "--call", "inference.GRPCInferenceService.ModelInfer", "-B",
                       args.peers / "request.bin", "-c", c, "--connections", "1", "-z", f"{s}s", "--format", "summary", address]
    made["h2load"] = ["h2load", "-D", str(max(1, round(s))), "-c", "1", "-m", c, "-t", "1", "-d", args.peers / "request.framed", "-H",
                      "content-type: application/grpc", "-H", "te: trailers",
                      f"http://{address}/inference.GRPCInferenceService/ModelInfer"]
    return made


def cpu_s():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(name, command, port):
    before, cpu, began = served(port), cpu_s(), time.monotonic()
    libraries = f"{args.peers}:{os.environ.get('LD_LIBRARY_PATH', '')}"
    done = subprocess.run(["taskset", "-c", str(CORE), *map(str, command)], capture_output=True, text=True, timeout=600,
                          env={**os.environ, "LD_LIBRARY_PATH": libraries, "GOMAXPROCS": "1"})
    length, cpu = time.monotonic() - began, cpu_s() - cpu
    requests = served(port) - before
    if done.returncode != 0 or requests == 0:
        print(f"{name} failed: {done.stdout[-500:]}{done.stderr[-500:]}", flush=True)
        return None
    # A client that has a core for itself does one request per so much CPU: its rate of one core.
    return {"program": name, "requests": requests, "cpu_us_per_request": cpu / requests * 1e6, "per_core_s": requests / cpu,
            "rate_per_s": requests / length, "cores": cpu / length}


def cell(runs, key):
    values = [one[key] for one in runs]
    return f"{statistics.median(values):,.4g} ({min(values):,.4g} to {max(values):,.4g})"


def main():
    prepare()
    stub, port = start_stub()
    runs = []
    print(f"load before: {os.getloadavg()}", flush=True)
    try:
        commands = clients(port)
        for repeat in range(args.repeats):
            for name, command in commands.items():
                one = run(name, command, port)
                if one:
                    runs.append(one)
                    if args.results:
                        with open(args.results, "a", encoding="utf-8") as file:
                            file.write(json.dumps(one) + "\n")
    finally:
        stub.terminate()
        stub.wait()
    print(f"load after: {os.getloadavg()}")
    print("| client | CPU us per request | requests/s per core of client CPU | requests/s reached | client cores |\n|---|---|---|---|---|")
    for name in commands:
        own = [one for one in runs if one["program"] == name]
        if own:
            print(f"| {name} | " + " | ".join(cell(own, key) for key in ("cpu_us_per_request", "per_core_s", "rate_per_s", "cores")) + " |")


main()
