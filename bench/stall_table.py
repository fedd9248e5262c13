"""What bench/stall.sh found: stall_table.py lynxbench|hey FOLDER prints one run's figures as JSON; table FOLDER, the table"""
import csv
import json
import statistics
import sys


def rank99(values):
    values = sorted(values)
    return values[-(-99 * len(values) // 100) - 1]


def of_ours(folder):
    """The reported p99, and the true one: due -> the stub's last byte, of the same requests."""
    answers = {}
    for line in open(folder + "/truth.jsonl"):
        one = json.loads(line)
        if one.get("route") == "plain" and one["outcome"] == "ok":
            answers.setdefault(one["id"], []).append((one["kernel_ns"] or one["read_ns"], one["written"][-1][0]))
    report = json.load(open(folder + "/ours.json"))
    figure = report["figures"]["e2e.p99"]
    with open(folder + "/record.jsonl") as file:
        epoch_ns = json.loads(next(file))["epoch_ns"]
        records = [json.loads(line) for line in file]
    first_ns = min(record["due_ns"] for record in records)
    last_ns = max(record["due_ns"] for record in records)
    begin_ns = first_ns + (last_ns - first_ns) // 10  # the warm-up is a tenth, and in no figure
    true = []
    for record in records:
        if record["status"] != "ok" or record["due_ns"] < begin_ns:
            continue
        later = [end for arrival, end in answers.get(f"p{record['input']}", []) if arrival >= epoch_ns + record["sent_ns"]]
        if later:
            true.append(min(later) - epoch_ns - record["due_ns"])
    return {"client": "lynxbench", "requests": report["counts"]["ok"], "p99_ms": (figure["value"] or 0) / 1e6 or None,
            "withheld": figure["withheld"], "true_p99_ms": rank99(true) / 1e6, "paired": len(true)}


def of_hey(folder):
    rows = list(csv.DictReader(open(folder + "/hey.csv")))
    times = [float(row["response-time"]) * 1e3 for row in rows if row["status-code"] == "200"]
    return {"client": "hey", "requests": len(times), "p99_ms": rank99(times), "max_ms": max(times)}


def table(folder):
    rows = [json.loads(line) for line in open(folder + "/results")]
    print(f"{'client':10} {'requests':>9}  p99 reported (all repeats)        true p99 of an open loop")
    for client in ("lynxbench", "hey"):
        mine = [row for row in rows if row["client"] == client]
        shown = [row["p99_ms"] for row in mine if row["p99_ms"] is not None]
        if not mine:
            continue
        p99 = f"{statistics.median(shown):.1f} ms ({min(shown):.1f} .. {max(shown):.1f})" if shown else "withheld: " + mine[0]["withheld"]
        true = [row["true_p99_ms"] for row in mine if "true_p99_ms" in row]
        beside = f"{statistics.median(true):.1f} ms ({min(true):.1f} .. {max(true):.1f})" if true else "as above"
        print(f"{client:10} {statistics.median(row['requests'] for row in mine):9.0f}  {p99:34} {beside}")
    longest = [row["max_ms"] for row in rows if row["client"] == "hey"]
    if longest:
        print(f"hey's slowest request: {statistics.median(longest):.1f} ms; its 4 workers sent nothing while they waited")


if sys.argv[1] == "table":
    table(sys.argv[2])
else:
    print(json.dumps({"lynxbench": of_ours, "hey": of_hey}[sys.argv[1]](sys.argv[2])))
