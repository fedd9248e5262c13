#!/usr/bin/env python3
"""Medians of the runs in a file of JSON lines (bench/load_overhead.sh) as a Markdown table.

    bench/load_overhead_table.py results.jsonl

The ratio is ours / the peer's: below 1 ours is better. The range is the smallest and largest run.
"""
import json
import statistics
import sys

OURS, PEER = "lynxbench", "MLPerf LoadGen"
FIGURES = [
    ("added latency p50", "us", "p50_ns", 1e3),
    ("added latency p99", "us", "p99_ns", 1e3),
    ("added latency p99.9", "us", "p999_ns", 1e3),
    ("added latency max", "us", "max_ns", 1e3),
    ("CPU per request", "us", "cpu_us_per_request", 1),
    ("peak RSS", "MB", "peak_rss_bytes", 1e6),
    ("memory per million requests", "MB", "bytes_per_million", 1e6),
]


def cell(values):
    return f"{statistics.median(values):.4g} ({min(values):.3g} to {max(values):.3g})"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        runs = [json.loads(line) for line in file if line.strip()]
    print(f"| rate | figure | {OURS} | {PEER} | ratio |")
    print("|---|---|---|---|---|")
    for rate in sorted({run["rate_per_s"] for run in runs}):
        for title, unit, key, scale in FIGURES:
            by_program = {
                program: [r[key] / scale for r in runs if (r["rate_per_s"], r["program"]) == (rate, program)]
                for program in (OURS, PEER)
            }
            ours, peer = by_program[OURS], by_program[PEER]
            ratio = f"{statistics.median(ours) / statistics.median(peer):.2f}" if peer else "-"
            print(f"| {rate:g}/s | {title}, {unit} | {cell(ours)} | {cell(peer) if peer else 'skipped'} | {ratio} |")


if __name__ == "__main__":
    main()
