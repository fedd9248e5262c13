"""Records pairs of programs that differ in one thing, and which what-if should foretell the second
from the first.

  python record_pairs.py FOLDER REPEATS      writes the traces and FOLDER/pairs.json
"""
import json
import pathlib
import sys

import programs
import torch
from torch.profiler import ProfilerActivity, profile


def operator_factor(batch):
    """How much longer one layer's operators take for `batch` samples than for one, when profiled."""
    layer = torch.nn.Sequential(torch.nn.Linear(512, 512), torch.nn.ReLU())
    times = []
    with torch.no_grad():
        for size in (1, batch):
            a = torch.ones(size, 512)
            layer(a)
            with profile(activities=[ProfilerActivity.CPU], with_stack=True) as profiler:
                for _ in range(100):
                    layer(a)
            times.append(sum(event.self_cpu_time_total for event in profiler.key_averages()))
    return max(1.0, times[1] / times[0])


def pairs():
    factor = operator_factor(64)
    sleep = "name:<built-in function sleep>"
    return [
        ("data loader, 2 ms of sleep a sample -> none", ["faster", sleep, "inf"],
         lambda: programs.train_from_loader(0.002), lambda: programs.train_from_loader(0)),
        ("data loader with sleep -> batches in memory", ["faster", "loader", "inf"],
         lambda: programs.train_from_loader(0.002), programs.train_from_memory),
        ("data loader without sleep -> batches in memory", ["faster", "loader", "inf"],
         lambda: programs.train_from_loader(0), programs.train_from_memory),
        ("two matmuls -> one", ["faster", "name:heavy", "2"],
         lambda: programs.matmuls(2), lambda: programs.matmuls(1)),
        ("LayerNorm -> removed", ["faster", "name:nn.Module: LayerNorm_0", "inf"],
         lambda: programs.infer(True), lambda: programs.infer(False)),
        ("mul and add -> fused (addcmul)", ["faster", "name:aten::mul", "inf"],
         lambda: programs.elementwise(False), lambda: programs.elementwise(True)),
        ("Python loop of 40,000 -> 20,000", ["faster", "name:programs.py(LINE): spin", "2"],
         lambda: programs.python_bound(40_000), lambda: programs.python_bound(20_000)),
        ("thread that main joins: 20 ms -> 10 ms", ["faster", "name:second_thread_work", "2"],
         lambda: programs.second_thread(0.020), lambda: programs.second_thread(0.010)),
        ("batch 1 -> 64, as many iterations", ["batch", "64", f"{factor:.3f}"],
         lambda: programs.batches_of(1), lambda: programs.batches_of(64)),
    ]


def main():
    folder, repeats = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    line = programs.spin.__code__.co_firstlineno
    done = []
    for number, (title, scenario, before, after) in enumerate(pairs()):
        entry = {"title": title, "before": [], "after": [],
                 "scenario": [word.replace("LINE", str(line)) for word in scenario]}
        for repeat in range(repeats):
            for side, program in (("before", before), ("after", after)):
                path = folder / f"{number}-{side}-{repeat}.json"
                programs.record(path, program)
                entry[side].append(str(path))
        done.append(entry)
    (folder / "pairs.json").write_text(json.dumps(done))


if __name__ == "__main__":
    main()
