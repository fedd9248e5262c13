#!/usr/bin/env python3
"""The runs of bench/schedule_lag.sh as a Markdown table: schedule_lag_table.py results.jsonl

LoadGen's figures are its own: from when a query was scheduled to when a target in its process answered.
"""
import json
import statistics
import sys

GOALS = {"p50_ns": 20e3, "p99_ns": 300e3}


def cell(runs, key, scale):
    values = [run[key] / scale for run in runs if run.get(key) is not None]
    if not values:
        return "-"
    return f"{statistics.median(values):.3g} ({min(values):.3g} to {max(values):.3g})"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        runs = [json.loads(line) for line in file if line.strip()]
    ours = [run for run in runs if run["program"] == "lynxbench" and run["watched"]]
    bare = [run for run in runs if run["program"] == "lynxbench" and not run["watched"]]
    peer = [run for run in runs if run["program"] != "lynxbench"]
    print(f"{len(ours)} runs at {ours[0]['rate_per_s']:g}/s; median (smallest to largest)\n")
    print("| figure | lynxbench over HTTP | MLPerf LoadGen in process | goal |\n|---|---|---|---|")
    for title, key in (("p50", "p50_ns"), ("p99", "p99_ns"), ("p99.9", "p999_ns"), ("max", "max_ns")):
        goal = f"{GOALS[key] / 1e3:g}" if key in GOALS else ""
        print(f"| lag {title}, us | {cell(ours, key, 1e3)} | {cell(peer, key, 1e3)} | {goal} |")
    print(f"| CPU per request, us | {cell(ours, 'cpu_us_per_request', 1)} | {cell(peer, 'cpu_us_per_request', 1)} | |")
    print(f"| the same without the audit, us | {cell(bare, 'cpu_us_per_request', 1)} | | |")
    audits = [run["audit"] for run in ours]
    print(f"| hiccup probe p50, us | {cell(audits, 'stall_p50_ns', 1e3)} | | |")
    print(f"| hiccup probe p99, us | {cell(audits, 'stall_p99_ns', 1e3)} | | |")
    print(f"| hiccup probe longest, ms | {cell(audits, 'stall_longest_ns', 1e6)} | | |")
    for name in ("lynx-hiccup", "lynx-audit"):
        cores = [{"c": t["cores"]} for audit in audits for t in audit["threads"] if t["name"] == name]
        print(f"| {name}, % of a core | {cell(cores, 'c', 0.01)} | | |")
    tests = [audit["arrivals"] for audit in audits]
    print(f"| arrivals: Kolmogorov-Smirnov | {cell(tests, 'ks', 1)} | | |")
    print(f"| arrivals: p-value | {cell(tests, 'p_value', 1)} | | |")
    noisy = sum(1 for audit in audits if (audit["stall_p99_ns"] or 0) > 1e6)
    if noisy:
        print(f"\n{noisy} of {len(ours)} runs were on a machine that was NOT quiet (hiccup p99 above 1 ms).")


if __name__ == "__main__":
    main()
