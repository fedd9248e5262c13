#!/usr/bin/env python3
"""Runs what bench/grpc_load.sh has built and fetched, and prints the medians as a Markdown table.

A client's CPU is that of its whole process, start and report included; its requests are those that the server
answered meanwhile, by the server's own count.
"""
import argparse
import json
import os
import pathlib
import platform
import re
import resource
import shutil
import statistics
import struct
import subprocess
import time
import urllib.request

parser = argparse.ArgumentParser()
for name in ("root", "lynxbench", "peers"):
    parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
parser.add_argument("--repeats", type=int, default=5)
parser.add_argument("--seconds", type=float, default=5)
parser.add_argument("--concurrency", type=int, default=32)
parser.add_argument("--results", type=pathlib.Path)
args = parser.parse_args()
CORE = os.cpu_count() - 1
REQUEST = 'model_name:"stub" inputs{name:"INPUT" datatype:"FP32" shape:1} raw_input_contents:"\\001\\000\\000\\000"'
BAR_PEER, BAR = "perf_analyzer", 2.0


def prepare():
    """The request as a file, without and with gRPC's frame: what ghz and h2load send."""
    message = subprocess.run(["protoc", f"-I{args.root}/src", "--encode=inference.ModelInferRequest", "protocol/kserve.proto"],
                             input=REQUEST.encode(), capture_output=True, check=True).stdout
    (args.peers / "request.bin").write_bytes(message)
    (args.peers / "request.framed").write_bytes(b"\0" + struct.pack(">I", len(message)) + message)


def start_stub():
    stub = subprocess.Popen(["taskset", "-c", "0", args.lynxbench, "stub", "--port", "0", "--model", "stub"],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return stub, int(re.search(r"http://127\.0\.0\.1:(\d+)", stub.stdout.readline()).group(1))


def served(port):
    """Requests for inference that the stub has answered."""
    stats = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/v2/models/stub/stats"))
    return stats["model_stats"][0]["inference_count"]


def clients(port):
    """Name, program and words of each client; the program need not be there."""
    at, c, s = f"127.0.0.1:{port}", str(args.concurrency), args.seconds
    # perf_analyzer ends when three windows agree; with so much tolerance the first three do.
    triton = ["-i", "grpc", "-u", at, "-m", "stub", "--concurrency-range", c, "--shape", "INPUT:1", "-p", str(int(s * 1000 / 3)),
              "-s", "999", "-r", "3"]
    return [
        ("lynxbench", args.lynxbench, ["load", "--protocol", "kserve-grpc", "--url", f"grpc://{at}", "--model", "stub", "--tensor",
                                       "INPUT:1", "--concurrency", c, "--duration", f"{s}s", "--warm-up", "0s", "--json", "--quiet"]),
        ("perf_analyzer", args.peers / "perf_analyzer", triton),
        ("perf_analyzer --async", args.peers / "perf_analyzer", ["--async", *triton]),
        ("ghz", args.peers / "ghz", ["--insecure", "--import-paths", f"{args.root}/src,{args.root}/bench/peers/grpc", "--proto",
                                     "kserve_service.proto", "--call", "inference.GRPCInferenceService.ModelInfer", "-B",
                                     args.peers / "request.bin", "-c", c, "--connections", "1", "-z", f"{s}s", "--format", "summary", at]),
        ("h2load", "h2load", ["-D", str(max(1, round(s))), "-c", "1", "-m", c, "-t", "1", "-d", args.peers / "request.framed", "-H",
                              "content-type: application/grpc", "-H", "te: trailers",
                              f"http://{at}/inference.GRPCInferenceService/ModelInfer"])]


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
    # lynxbench says with 1 that its window was no steady one: no matter here.
    if done.returncode not in ((0, 1) if name == "lynxbench" else (0,)) or requests == 0:
        print(f"{name} FAILED ({done.returncode}): {done.stdout[-500:]}{done.stderr[-500:]}", flush=True)
        return None
    if name == "lynxbench" and json.loads(done.stdout)["counts"]["failed"] > 0:
        print(f"{name} FAILED: {json.loads(done.stdout)['failures']}", flush=True)
        return None
    return {"program": name, "requests": requests, "cpu_us_per_request": cpu / requests * 1e6, "per_cpu_s": requests / cpu,
            "rate_per_s": requests / length, "cores": cpu / length}


def text(values, form=",.3g"):
    return f"{statistics.median(values):{form}} ({min(values):{form}} to {max(values):{form}})"


def print_table(rounds, names, missing):
    print("| client | CPU per request, us | requests per CPU second | requests/s reached | client cores | lynxbench's per CPU second, of this one's |")
    print("|---|---|---|---|---|---|")
    for name in names:
        own = [one[name] for one in rounds if name in one]
        if name in missing or not own:
            print(f"| {name} | {'skipped: not installed' if name in missing else 'failed'} | | | | |")
            continue
        pairs = [one["lynxbench"]["per_cpu_s"] / one[name]["per_cpu_s"] for one in rounds if name in one and "lynxbench" in one]
        ratio = text(pairs, ".2f") if pairs and name != "lynxbench" else ""
        print(f"| {name} | {text([o['cpu_us_per_request'] for o in own])} | {text([o['per_cpu_s'] for o in own], ',.0f')} | "
              f"{text([o['rate_per_s'] for o in own], ',.0f')} | {text([o['cores'] for o in own], '.2f')} | {ratio} |")


def print_bar(rounds):
    """The better of the peer's two ways in each round is what counts."""
    ratios = []
    for one in rounds:
        peers = [figures["per_cpu_s"] for name, figures in one.items() if name.startswith(BAR_PEER)]
        if peers and "lynxbench" in one:
            ratios.append(one["lynxbench"]["per_cpu_s"] / max(peers))
    if ratios:
        kept = "reached" if statistics.median(ratios) >= BAR else "MISSED"
        print(f"\nbar: {BAR} times the requests per CPU second of {BAR_PEER}'s better way: {text(ratios, '.2f')}, {kept}")
    else:
        print(f"\nbar: not measured, {BAR_PEER} did not run")


def main():
    prepare()
    stub, port = start_stub()
    rounds = []
    print(f"load before: {os.getloadavg()}; clients on core {CORE} of {os.cpu_count()}, stub on 0; {platform.release()}; "
          f"{args.repeats} rounds of {args.seconds} s, {args.concurrency} requests at once", flush=True)
    try:
        commands = clients(port)
        missing = {name for name, program, _ in commands if not shutil.which(program)}
        for number in range(args.repeats):
            rounds.append({})
            for name, program, words in commands:
                one = None if name in missing else run(name, [program, *words], port)
                if one:
                    rounds[-1][name] = one
                    if args.results:
                        with open(args.results, "a", encoding="utf-8") as file:
                            file.write(json.dumps({"round": number, **one}) + "\n")
    finally:
        stub.terminate()
        stub.wait()
    print(f"load after: {os.getloadavg()}")
    print_table(rounds, [name for name, _, _ in commands], missing)
    print_bar(rounds)


main()
