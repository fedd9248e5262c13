"""The table of bench/calibration.sh: calibration_table.py FOLDER, of its truth-CLIENT-N.jsonl and records-CLIENT-N.jsonl

Each request that the client recorded is held against the stub's record of the same request: paired by the id that it carried
(lynxbench draws its inputs with repetition: then the one that arrived next after it was sent). Errors are |reported - true|. What
arrived in the first tenth of a load is warm-up, for every client: connections are opened then.
"""
import glob
import json
import statistics
import sys

CONTENT = ("content", "reasoning", "tool")


def truth_of(path):
    """By id: (arrival, moments of content) of each streamed answer that was whole."""
    requests = {}
    for line in open(path):
        one = json.loads(line)
        if one.get("route") == "chat" and one["outcome"] == "ok":
            arrival = one["kernel_ns"] if one["kernel_ns"] is not None else one["read_ns"]
            content = [piece[0] for piece in one["written"] if piece[4] in CONTENT]
            requests.setdefault(one["id"], []).append((arrival, content))
    return requests


def pairs_of(records, truth):
    for record in records:
        found = truth.get(record["id"], [])
        if "sent_ns" in record:
            found = sorted(one for one in found if one[0] >= record["sent_ns"])[:1]
        if len(found) == 1:
            yield record, found[0]


def compared(records, truth):
    """By figure: pairs of (true, reported)."""
    figures = {"ttft": [], "itl, every gap": [], "itl, mean of a request": []}
    arrivals = [one[0] for answers in truth.values() for one in answers]
    warm_ns = min(arrivals) + (max(arrivals) - min(arrivals)) // 10
    matched = 0
    for record, (arrival, content) in pairs_of(records, truth):
        matched += 1
        if arrival < warm_ns:
            continue
        figures["ttft"].append((content[0] - arrival, record["ttft_ns"]))
        gaps = [b - a for a, b in zip(content, content[1:])]
        reported = record.get("itl_ns")
        if reported is not None and len(reported) == len(gaps):
            figures["itl, every gap"] += zip(gaps, reported)
            figures["itl, mean of a request"].append((sum(gaps) / len(gaps), sum(reported) / len(reported)))
        elif "mean_itl_ns" in record:
            figures["itl, mean of a request"].append((sum(gaps) / len(gaps), record["mean_itl_ns"]))
    return figures, matched


def rank(values, q):
    values = sorted(values)
    return values[min(len(values) - 1, max(0, -(-int(q * 1000) * len(values) // 1000) - 1))]


def line_of(pairs):
    true, reported = [a for a, _ in pairs], [b for _, b in pairs]
    error = [abs(b - a) for a, b in pairs]
    return {"n": len(pairs), "true": (rank(true, 0.5), rank(true, 0.99)), "reported": (rank(reported, 0.5), rank(reported, 0.99)),
            "error": (rank(error, 0.5), rank(error, 0.99), max(error))}


def ms(ns):
    return f"{ns / 1e6:.3f}"


def median_of(lines, what, at):
    return ms(statistics.median(line[what][at] for line in lines))


def cpu_us_per_event(folder, name):
    """Of lynxbench, with its start, and of vLLM's client, without: the others' start would be most of it."""
    costs = []
    for path in sorted(glob.glob(f"{folder}/cost-{name}-*.json")):
        truth = truth_of(path.replace("/cost-", "/truth-") + "l")
        chunks = sum(len(content) for answers in truth.values() for _, content in answers)
        costs.append(json.load(open(path))["cpu_s"] * 1e6 / chunks)
    return costs


def main():
    folder = sys.argv[1]
    head = ("true p50", "p99", "reported p50", "p99", "|error| p50", "(all repeats)", "p99", "(all repeats)", "max")
    print(f"times in ms, medians of the repeats\n{'client':10} {'figure':23} {'n':>6} " + " ".join(f"{h:>12}" for h in head))
    notes = []
    for name in ("lynxbench", "aiperf", "guidellm", "vllm"):
        by_figure, matched, recorded, answered = {}, 0, 0, 0
        for path in sorted(glob.glob(f"{folder}/records-{name}-*.jsonl")):
            truth = truth_of(path.replace("/records-", "/truth-"))
            records = [json.loads(line) for line in open(path)]
            figures, found = compared(records, truth)
            matched, recorded = matched + found, recorded + len(records)
            answered += sum(map(len, truth.values()))
            for figure, pairs in figures.items():
                if pairs:
                    by_figure.setdefault(figure, []).append(line_of(pairs))
        if recorded:
            notes.append(f"{name}: {answered} answers of the stub, {recorded} recorded by the client, {matched} paired")
        for figure, lines in by_figure.items():
            cells = [median_of(lines, "true", 0), median_of(lines, "true", 1), median_of(lines, "reported", 0), median_of(lines, "reported", 1)]
            for at in (0, 1):
                errors = [line["error"][at] for line in lines]
                cells += [ms(statistics.median(errors)), f"{ms(min(errors))}..{ms(max(errors))}"]
            cells.append(ms(max(line["error"][2] for line in lines)))
            print(f"{name:10} {figure:23} {sum(line['n'] for line in lines):>6} " + " ".join(f"{cell:>12}" for cell in cells))
    print("\n" + "\n".join(notes))
    for name in ("lynxbench", "vllm"):
        costs = cpu_us_per_event(folder, name)
        if costs:
            print(f"{name}: {statistics.median(costs):.1f} us of CPU per chunk with content ({min(costs):.1f} .. {max(costs):.1f})")


main()
