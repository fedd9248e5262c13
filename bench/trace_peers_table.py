"""The table of bench/trace_peers.sh: reads which analysers there are from standard input, runs each on each trace."""
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

DATA = pathlib.Path(os.environ["LYNXBENCH_DATA"]) / "traces"
PEERS = pathlib.Path(__file__).parent / "peers/traces"
sys.path.insert(0, str(PEERS))
import made_traces  # noqa: E402
import tracelens_description  # noqa: E402

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
COMMUNICATION_NAMES = "communication goes by the kernel's name, and this one it does not know"
ROUNDED = "times are rounded inwards to whole microseconds"
HTA_WHY = {
    "mi300/resnet_act_checkpoint.json.gz": "the last step is left out",
    "nccl_parser_config/nccl_data.json.gz": "the last step is left out",
    "trace_filter/sampled_rank-0.json.gz": "the last step is left out",
    "h100/Falconsai_nsfw_image_detection__1016002.json.gz": ROUNDED,
    "gpu_only_trace/gpu_only_trace.json.gz": ROUNDED,
    "vllm_decode_full/graph_execution.json.gz": ROUNDED,
    "amd_trace/mi250_minitoy_train_ROCm6_2_kineto.json.gz": ROUNDED,
    "triton_example/triton_example.json.gz": "an operator that names a stream counts as a kernel",
    "torch_compile_triton/trace.json.gz": "an operator that names a stream counts as a kernel",
    "input/trace.json.gz": "cuda_sync rows count as kernels",
    "history/large_integer_trace.rank-70.json.gz": "no result",
}
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
    done = run([python, str(PEERS / "analyse.py"), name, str(path), "--figures"])
    return json.loads(done.stdout.strip().splitlines()[-1]) if done.returncode == 0 else last_line(done.stderr)


def tracelens(path):
    """Its figures by its description, and what it leaves out."""
    ms = tracelens_description.timeline(path)
    if "total_time" not in ms:
        return "no figures: no row is left", ms["left_out"]
    return {name: ms.get(key) for name, key in zip(FIGURES, (
        "computation_time", "total_comm_time", "exposed_comm_time", "idle_time"))}, ms["left_out"]


def cells(figures, truth):
    if isinstance(figures, str):
        return [figures.replace("|", "/"), "", "", ""]
    out = []
    for name in FIGURES:
        value = figures.get(name)
        right = value is not None and abs(value - truth[name]) <= 0.01 * abs(truth[name]) + 1e-3
        out.append("-" if value is None else f"{value:.3f}" if right else f"**{value:.3f}**")
    return out


def why(tool, name, left_out):
    """The cause of what is wrong in a row, as far as it is known."""
    if tool.startswith("TraceLens"):
        return f"{left_out} rows to which no launch arrow leads left out" if left_out else COMMUNICATION_NAMES
    if tool.startswith("hta"):
        return HTA_WHY.get(name, COMMUNICATION_NAMES)
    return ""


def row(tool, name, figures, truth, left_out=0):
    shown = cells(figures, truth)
    wrong = isinstance(figures, str) or any(one.startswith("**") for one in shown)
    return f"| | {tool} | " + " | ".join(shown) + f" | {why(tool, name, left_out) if wrong else ''} |"


def truths():
    out = {}
    with (DATA / "TRUTH.tsv").open() as file:
        for one in csv.DictReader(file, delimiter="\t"):
            out.setdefault(one["file"], {name: int(one[key]) / 1e6 for name, key in zip(
                FIGURES, ("compute_ns", "comm_ns", "exposed_comm_ns", "idle_ns"))})
    return out


def analysers():
    """[(name, Python, version)] of those that are installed."""
    for line in sys.stdin:
        name, python, *rest = line.split()
        if python == "skipped":
            print(f"{name} skipped: {' '.join(rest)}", file=sys.stderr)
        else:
            yield name, python, rest[0]


def main():
    known, peers = truths(), list(analysers())
    print("TraceLens by its description, beside its own reports of the same traces:\n")
    tracelens_description.check(DATA)
    print("\nBold: more than 1 % (and 1 us) away from the truth.\n")
    print("| trace | tool | compute, ms | communication | exposed communication | idle | why it is off |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        cases = [(title, DATA / name, known[name]) for title, name in TRACES]
        for title, path, truth in cases + made_traces.made(pathlib.Path(folder)):
            name = f"{path.parent.name}/{path.name}"
            print(f"| {title} | truth | " + " | ".join(f"{truth[one]:.3f}" for one in FIGURES) + " | |")
            print(row("lynxbench", name, ours(sys.argv[1], path), truth))
            for tool, python, version in peers:
                print(row(f"{tool} {version}", name, peer(tool, python, path), truth))
            if not any(tool == "tracelens" for tool, _, _ in peers):
                figures, left_out = tracelens(path)
                print(row("TraceLens, by its description", name, figures, truth, left_out), flush=True)


main()
