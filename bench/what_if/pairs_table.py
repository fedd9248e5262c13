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


def row(bench, pair):
    """The least of each side: what else the machine does only adds time."""
    gains = [figures(bench, trace, pair["scenario"]) for trace in pair["before"]]
    gain = min(gains, key=lambda one: one["measured_ns"])
    after = sorted(figures(bench, trace)["path"]["total_ns"] for trace in pair["after"])
    expected, measured = gain["expected_ns"], after[0]
    return (f"| {pair['title']} | {ms(gain['measured_ns'])} | {ms(expected)} "
            f"({ms(gain['lower_ns'])} to {ms(gain['upper_ns'])}) | {ms(measured)} "
            f"({ms(statistics.median(after))}) | {100 * (expected - measured) / measured:+.1f} % |")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        pairs = json.load(file)
    print("| change | before, ms | predicted, ms (bounds) | measured, ms (median) | off by |")
    print("|---|---|---|---|---|")
    for pair in pairs:
        print(row(sys.argv[2], pair))


if __name__ == "__main__":
    main()
