"""The table of bench/sse.sh: sse_table.py MEMORY RESULTS EVENTS < LINES_OF_MISSING_CLIENTS"""
import json
import statistics
import sys


def spread(values, form="{:.3g}"):
    median = form.format(statistics.median(values))
    return f"{median} ({form.format(min(values))} .. {form.format(max(values))})"


def of_one_peer(rows, events):
    """ns of CPU per event of each repeat: what the longer run cost more, by the events it had more."""
    per_event = []
    for few, many in zip(rows[::2], rows[1::2]):
        more = (many["asked"] - few["asked"]) * events
        per_event.append((many["cpu_s"] - few["cpu_s"]) * 1e9 / more)
    return per_event


def main():
    memory = json.load(open(sys.argv[1]))["benchmarks"]
    rows = [json.loads(line) for line in open(sys.argv[2])]
    events = int(sys.argv[3])
    print("from memory                  M events/s of a core")
    for name in ("events_alone", "events_with_json_and_time"):
        rates = [one["items_per_second"] / 1e6 for one in memory if one["run_name"] == name and one["run_type"] == "iteration"]
        print(f"{name:28} {spread(rates)}")
    ours = [row for row in rows if row["client"] == "lynxbench"]
    our_ns = [row["cpu_ns_per_event"] for row in ours]
    print(f"\nfrom sockets, {events} events an answer")
    print(f"{'client':10} {'CPU ns per event':32} {'M events per CPU second':26} CPU, times ours")
    print(f"{'lynxbench':10} {spread(our_ns):32} {spread([1e3 / ns for ns in our_ns]):26}")
    for name in dict.fromkeys(row["client"] for row in rows if row["client"] != "lynxbench"):
        peer = of_one_peer([row for row in rows if row["client"] == name], events)
        ratios = [theirs / mine for theirs, mine in zip(peer, our_ns)]
        print(f"{name:10} {spread(peer, '{:.0f}'):32} {spread([1e3 / ns for ns in peer]):26} {spread(ratios, '{:.1f}')}")
    for line in sys.stdin:
        if line.strip():
            print(line.strip())
    reached = [row["events_per_s"] / 1e6 for row in ours]
    busy = [row["cpu_ratio"] for row in ours]
    failed = sum(row["failed"] for row in ours)
    timed = statistics.median(row["events_with_a_time"] / (row["requests"] or 1) for row in ours)
    print(f"\nlynxbench reached {spread(reached)} M events/s with {spread(busy, '{:.2f}')} of its core; {failed} failed; "
          f"{timed:.0f} of an answer's events have a time (those with content)")


main()
