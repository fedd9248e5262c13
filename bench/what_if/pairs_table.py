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


def off_by(predicted, measured):
    off = [100 * (one / other - 1) for one, other in zip(predicted, measured)]
    low, high = interval(off)
    return f"{statistics.median(off):+.1f} % ({low:+.1f} to {high:+.1f})"


def row(bench, pair):
    """Medians; the ratio is that of each pair, recorded one right after the other."""
    gains = [figures(bench, trace, pair["scenario"]) for trace in pair["before"]]
    after = [figures(bench, trace)["path"]["total_ns"] for trace in pair["after"]]
    expected = [gain["expected_ns"] for gain in gains]
    before, middle, lower, upper = (statistics.median(gain[key] for gain in gains) for key in
                                    ("measured_ns", "expected_ns", "lower_ns", "upper_ns"))
    bounds = f" ({ms(lower)} to {ms(upper)})" if (lower, upper) != (middle, middle) else ""
    cells = [pair["title"], ms(before), ms(middle) + bounds, ms(statistics.median(after)),
             off_by(expected, after)]
    if pair["left_before_ns"]:
        left = [statistics.median(pair[f"left_{side}_ns"]) for side in ("before", "after")]
        change = left[1] - left[0]
        cells += [f"{ms(left[0])} -> {ms(left[1])}", off_by([one + change for one in expected], after)]
    else:
        cells += ["", ""]
    return "| " + " | ".join(cells) + " |"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        recorded = json.load(file)
    print("| change | before, ms | predicted, ms (bounds) | measured, ms | off by (95 %) | "
          "what is left, own clock, ms | off by, with its change |")
    print("|---|---|---|---|---|---|---|")
    for pair in recorded["pairs"]:
        print(row(sys.argv[2], pair))
    if recorded["pauses"]:
        print("\n| pause before a training step | the step takes, us |\n|---|---|")
    for pause, us in recorded["pauses"]:
        print(f"| {pause} | {us:.0f} |")


if __name__ == "__main__":
    main()
