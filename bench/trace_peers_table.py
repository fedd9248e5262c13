"""The table of bench/trace_peers.sh: reads which analysers there are from standard input, runs each on each trace."""
import csv
import json
import os
import pathlib
import subprocess
import sys

DATA = pathlib.Path(os.environ["LYNXBENCH_DATA"]) / "traces"
ANALYSE = pathlib.Path(__file__).parent / "peers/traces/analyse.py"
TRACES = [
    ("communication hidden behind compute, and unlinked kernels (MI300)", "tracelens/tests/traces/mi300/resnet_act_checkpoint.json.gz"),
    ("communication, 2 streams (NCCL)", "hta/tests/data/nccl_parser_config/nccl_data.json.gz"),
    ("communication, 5 streams", "hta/tests/data/trace_filter/sampled_rank-0.json.gz"),
    ("times with nanoseconds", "tracelens/tests/traces/h100/Falconsai_nsfw_image_detection__1016002.json.gz"),
    ("times with nanoseconds (MI210)", "tracelens/tests/traces/mi210/gpu_only_trace/gpu_only_trace.json.gz"),
    ("times with nanoseconds, decode with a graph", "tracelens/tests/traces/inference/vllm_decode_full/graph_execution.json.gz"),
    ("stream 0 (ROCm)", "hta/tests/data/amd_trace/mi250_minitoy_train_ROCm6_2_kineto.json.gz"),
    ("stream on an operator", "hta/tests/data/triton_example/triton_example.json.gz"),
    ("stream on an operator (inductor)", "tracelens/tests/traces/torch_compile_triton/trace.json.gz"),
    ("synchronisation rows", "hta/tests/data/critical_path/end_to_end/simple_add/input/trace.json.gz"),
    ("one kernel, large integers", "hta/history/large_integer_trace.rank-70.json.gz"),
]
FIGURES = ("compute", "communication", "exposed", "idle")


def last_line(text):
    lines = text.strip().splitlines()
    return lines[-1][:60] if lines else "no message"


def run(words):
    return subprocess.run(words, capture_output=True, text=True, timeout=600)


def ours(binary, path):
    done = run([binary, "attribute", "--json", path])
    devices = json.loads(done.stdout)["files"][0]["devices"]
    return {name: devices[0][key] / 1e6 for name, key in zip(FIGURES, ("compute_ns", "comm_ns", "exposed_comm_ns", "idle_ns"))}


def peer(name, python, path):
    done = run([python, str(ANALYSE), name, str(path), "--figures"])
    return json.loads(done.stdout.strip().splitlines()[-1]) if done.returncode == 0 else last_line(done.stderr)


def tracelens_report(path):
    """What TraceLens itself printed of a trace, where its project keeps that beside it."""
    stem = path.name.removesuffix(".gz").removesuffix(".json")
    report = path.parent / f"{stem}_perf_report_csvs/gpu_timeline.csv"
    if not report.is_file():
        return None
    with report.open() as file:
        ms = {row["type"]: float(row["time ms"]) for row in csv.DictReader(file)}
    return {name: ms.get(key) for name, key in zip(FIGURES, (
        "computation_time", "total_comm_time", "exposed_comm_time", "idle_time"))}


def cells(figures, truth):
    if isinstance(figures, str):
        return [figures.replace("|", "/"), "", "", ""]
    out = []
    for name in FIGURES:
        value = figures.get(name)
        right = value is not None and abs(value - truth[name]) <= 0.01 * abs(truth[name]) + 1e-3
        out.append("-" if value is None else f"{value:.3f}" if right else f"**{value:.3f}**")
    return out


def main():
    truths = {}
    with (DATA / "TRUTH.tsv").open() as file:
        for row in csv.DictReader(file, delimiter="\t"):
            truths.setdefault(row["file"], {name: int(row[key]) / 1e6 for name, key in zip(
                FIGURES, ("compute_ns", "comm_ns", "exposed_comm_ns", "idle_ns"))})
    peers = []
    for line in sys.stdin:
        name, python, *rest = line.split()
        if python == "skipped":
            print(f"{name} skipped: {' '.join(rest)}", file=sys.stderr)
        else:
            peers.append((name, python, rest[0]))
    print("Bold: more than 1 % (and 1 us) away from the truth.\n")
    print("| trace | tool | compute, ms | communication | exposed communication | idle |")
    print("|---|---|---|---|---|---|")
    for title, name in TRACES:
        truth = truths[name]
        print(f"| {title} | truth | " + " | ".join(f"{truth[one]:.3f}" for one in FIGURES) + " |")
        rows = [("lynxbench", ours(sys.argv[1], DATA / name))]
        rows += [(f"{tool} {version}", peer(tool, python, DATA / name)) for tool, python, version in peers]
        if not any(tool == "tracelens" for tool, _, _ in peers) and (report := tracelens_report(DATA / name)):
            rows.append(("TraceLens, its own report", report))
        for tool, figures in rows:
            print(f"| | {tool} | " + " | ".join(cells(figures, truth)) + " |", flush=True)


main()
