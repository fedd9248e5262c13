"""Records pairs of programs that differ in one thing, and which what-if should foretell the second
from the first.

  python record_pairs.py FOLDER REPEATS      writes the traces and FOLDER/pairs.json
"""
import json
import pathlib
import statistics
import sys

import programs
import torch
from torch.profiler import ProfilerActivity, profile


def operators_ns(layer, inputs):
    """The operators' own time of 12 calls when profiled."""
    with torch.no_grad(), profile(activities=[ProfilerActivity.CPU], with_stack=True) as profiler:
        for _ in range(12):
            layer(inputs)
    return sum(event.self_cpu_time_total for event in profiler.key_averages())


def operator_factor(batch, repeats):
    """How much longer the model's operators take for `batch` samples than for one: median of turns.

    It is given to the what-if, as a user would who measured or knows it.
    """
    runs = [[operators_ns(programs.BATCHED, torch.ones(size, 512)) for size in (1, batch)]
            for _ in range(repeats)]
    return max(1.0, statistics.median(many / one for one, many in runs))


def pairs(repeats):
    factor = operator_factor(64, repeats)
    sleep = "name:<built-in function sleep>"
    return [
        ("data loader that computes -> that does not",
         ["faster", "name:<built-in function pbkdf2_hmac>", "inf"],
         lambda: programs.train_from_loader(0, 3000), lambda: programs.train_from_loader(0)),
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
    for number, (title, scenario, before, after) in enumerate(pairs(repeats)):
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
