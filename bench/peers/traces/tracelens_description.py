"""TraceLens's timeline of the device, computed from the description of it (TraceLens itself could not be installed).

  tracelens_description.py FILE            a line of JSON: milliseconds by the names of its gpu_timeline.csv
  tracelens_description.py --check FOLDER  beside every report that TraceLens's project keeps in FOLDER; fails where
                                           they are more than 0.1 us apart

What is described: rows of category kernel, gpu_memcpy and gpu_memset count. Kernels whose name has rccl, nccl or
cross_device_reduce are communication; other kernels and sets are computation. Exposed communication is what no
computation covers, exposed copies what neither covers; the rest of first begin to last end is idle. A row counts when an
arrow (category ac2g) leads to it from the host, or when cudaGraphLaunch or hipGraphLaunch has its correlation id. In a
trace without calls of the runtime all rows count.
"""
import csv
import gzip
import json
import pathlib
import sys

COLLECTIVES = ("rccl", "nccl", "cross_device_reduce")
GRAPH_LAUNCHES = ("cudaGraphLaunch", "hipGraphLaunch")
WORK = ("kernel", "gpu_memcpy", "gpu_memset")


def events_of(path):
    with (gzip.open if str(path).endswith("gz") else open)(path, "rb") as file:
        document = json.load(file)
    return document if isinstance(document, list) else document["traceEvents"]


def union(intervals):
    out = []
    for begin, end in sorted(intervals):
        if out and begin <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((begin, end))
    return out


def total(intervals):
    return sum(end - begin for begin, end in union(intervals))


def beyond(intervals, others):
    """Time of the one that the other does not cover."""
    return total(intervals + others) - total(others)


def linked(events):
    """The device's rows that have a launch, and how many have none."""
    rows = [event for event in events if event.get("cat") in WORK and event.get("ph") == "X"]
    calls = [event for event in events if event.get("cat") in ("cuda_runtime", "cuda_driver")]
    if not calls:
        return rows, 0
    arrows = {event["id"] for event in events if event.get("cat") == "ac2g" and event.get("ph") == "s"}
    graphs = {call.get("args", {}).get("correlation") for call in calls if call["name"] in GRAPH_LAUNCHES}
    kept = [row for row in rows if row.get("args", {}).get("correlation") in arrows | graphs]
    return kept, len(rows) - len(kept)


def timeline(path):
    rows, left_out = linked(events_of(path))
    by_kind = {"computation": [], "comm": [], "memcpy": []}
    for row in rows:
        collective = row["cat"] == "kernel" and any(part in row["name"].lower() for part in COLLECTIVES)
        kind = "memcpy" if row["cat"] == "gpu_memcpy" else "comm" if collective else "computation"
        by_kind[kind].append((row["ts"], row["ts"] + row["dur"]))
    computation, comm, memcpy = by_kind.values()
    every = computation + comm + memcpy
    if not every:
        return {"left_out": left_out}
    span = max(end for _, end in every) - min(begin for begin, _ in every)
    us = {"computation_time": total(computation), "exposed_comm_time": beyond(comm, computation),
          "exposed_memcpy_time": beyond(memcpy, computation + comm), "busy_time": total(every),
          "idle_time": span - total(every), "total_time": span, "total_comm_time": total(comm),
          "total_memcpy_time": total(memcpy)}
    return {name: value / 1e3 for name, value in us.items()} | {"left_out": left_out}


def reports(folder):
    """Each report with its trace and its figures in milliseconds.

    One is split by recomputation; of it only what adds up: computation, communication and copies.
    """
    for path in sorted(folder.rglob("gpu_timeline.csv")):
        stem = path.parent.name.removesuffix("_perf_report_csvs")
        trace = next((each for name in (stem, stem.removesuffix("_recompute"))
                      for each in path.parent.parent.glob(f"{name}.json*")), None)
        with path.open() as file:
            rows = list(csv.DictReader(file))
        ms = {}
        for row in rows:
            ms[row["type"]] = ms.get(row["type"], 0.0) + float(row["time ms"])
        if "is_recompute" in rows[0]:
            ms = {name: ms[name] for name in ("computation_time", "total_comm_time", "total_memcpy_time")}
        yield path, trace, ms


def check(folder):
    agree = apart = 0
    for path, trace, ms in reports(folder):
        name = path.parent.relative_to(folder)
        if trace is None:
            print(f"not compared, its trace is no JSON: {name}")
            continue
        ours = timeline(trace)
        worst = max(abs(ours[key] - value) for key, value in ms.items())
        agree, apart = agree + (worst <= 1e-4), apart + (worst > 1e-4)
        print(f"{name}: {len(ms)} figures, at most {1e3 * worst:.4f} us apart")
    print(f"agree with TraceLens's own report to 0.1 us: {agree} of {agree + apart}")
    return apart


def main():
    if sys.argv[1] == "--check":
        sys.exit(1 if check(pathlib.Path(sys.argv[2])) else 0)
    print(json.dumps(timeline(sys.argv[1])))


if __name__ == "__main__":
    main()
