"""What another analyser says of a trace: analyse.py (hta | tracelens | json) FILE [--figures]

Without --figures it does the work that is timed: HTA loads the file and makes seven analyses, TraceLens its
timeline of the device, json the reading alone. With --figures it prints a line of JSON: compute, communication,
exposed communication and idle, in milliseconds; null where the tool gives no such figure.
"""
import gzip
import json
import logging
import os
import sys
import tempfile


def hta(path, wants_figures):
    from hta.trace_analysis import TraceAnalysis
    analysis = TraceAnalysis(trace_files={0: path}, trace_dir=os.path.dirname(path))
    temporal = analysis.get_temporal_breakdown(visualize=False)
    if wants_figures:
        row = temporal.iloc[0]
        overlap = analysis.get_comm_comp_overlap(visualize=False).iloc[0]["comp_comm_overlap_pctg"]
        return {"compute": row["compute_time(us)"] / 1e3, "idle": row["idle_time(us)"] / 1e3,
                "communication": None, "exposed": None, "overlap_percent": None if overlap != overlap else overlap}
    analysis.get_gpu_kernel_breakdown(visualize=False)
    analysis.get_comm_comp_overlap(visualize=False)
    analysis.get_idle_time_breakdown(ranks=[0], visualize=False)
    analysis.get_queue_length_summary(ranks=[0])
    analysis.get_memory_bw_summary(ranks=[0])
    analysis.get_cuda_kernel_launch_stats(ranks=[0], visualize=False)
    return None


def tracelens(path, wants_figures):
    from TraceLens import TreePerfAnalyzer
    timeline = TreePerfAnalyzer.from_file(path).get_df_gpu_timeline()
    by_type = dict(zip(timeline["type"], timeline["time ms"]))
    return {"compute": by_type.get("computation_time"), "communication": by_type.get("total_comm_time"),
            "exposed": by_type.get("exposed_comm_time"), "idle": by_type.get("idle_time")}


def plain_json(path, _):
    with (gzip.open if path.endswith("gz") else open)(path, "rb") as file:
        json.loads(file.read())


def main():
    tool, path = sys.argv[1], os.path.abspath(sys.argv[2])
    logging.disable(logging.ERROR)
    os.chdir(tempfile.mkdtemp(prefix="lynxbench-peer-"))
    sys.stdout, out = open(os.devnull, "w"), sys.stdout
    result = {"hta": hta, "tracelens": tracelens, "json": plain_json}[tool](path, "--figures" in sys.argv)
    if "--figures" in sys.argv:
        print(json.dumps(result, default=float), file=out)


main()
