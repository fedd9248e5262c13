"""Predicted beside measured: pairs_table.py FOLDER/pairs.json WHAT_IF_BENCH"""
import json
import statistics
import subprocess
import sys


def figures(bench, trace, scenario=()):
    return json.loads(subprocess.run([bench, trace, *scenario], check=True, text=True,
                                     stdout=subprocess.PIPE).stdout)


def ms(ns):
    return f"{ns / 1e6:.2f}"


def interval(values):
    """Of the median, about 95 %, by order statistics."""
    values, half = sorted(values), round(0.98 * len(values) ** 0.5)
    middle = len(values) // 2
    return values[max(0, middle - half)], values[min(len(values) - 1, middle + half)]


def row(bench, pair):
    """Medians; the ratio is that of each pair, recorded one right after the other."""
    gains = [figures(bench, trace, pair["scenario"]) for trace in pair["before"]]
    after = [figures(bench, trace)["path"]["total_ns"] for trace in pair["after"]]
    off = [100 * (gain["expected_ns"] / measured - 1) for gain, measured in zip(gains, after)]
    before, expected, lower, upper = (statistics.median(gain[key] for gain in gains) for key in
                                      ("measured_ns", "expected_ns", "lower_ns", "upper_ns"))
    low, high = interval(off)
    bounds = f" ({ms(lower)} to {ms(upper)})" if (lower, upper) != (expected, expected) else ""
    return (f"| {pair['title']} | {ms(before)} | {ms(expected)}{bounds} | "
            f"{ms(statistics.median(after))} | "
            f"{statistics.median(off):+.1f} % ({low:+.1f} to {high:+.1f}) |")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        pairs = json.load(file)
    print("| change | before, ms | predicted, ms (bounds) | measured, ms | off by (95 %) |")
    print("|---|---|---|---|---|")
    for pair in pairs:
        print(row(sys.argv[2], pair))


if __name__ == "__main__":
    main()
