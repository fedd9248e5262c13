"""Records pairs of programs that differ in one thing, and which what-if should foretell the second
from the first.

  python record_pairs.py FOLDER REPEATS [PART-OF-TITLE]    writes the traces and FOLDER/pairs.json
"""
import json
import pathlib
import statistics
import sys
from dataclasses import dataclass
from typing import Callable, Optional

import left_over
import programs
import torch
from torch.profiler import ProfilerActivity, profile


@dataclass
class Pair:
    title: str
    scenario: list
    before: Callable
    after: Callable
    # The same two without what the what-if takes away, to be timed by their own clock (left_over.py).
    left_before: Optional[Callable] = None
    left_after: Optional[Callable] = None


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


def frame(function):
    """A Python function's name in the traces."""
    code = function.__code__
    return f"name:programs.py({code.co_firstlineno}): {code.co_name}"


def loader_pairs():
    none, slept, computed = (lambda: programs.train_from_loader(0),
                             lambda: programs.train_from_loader(0.002),
                             lambda: programs.train_from_loader(0, 3000))
    timed = left_over.TimedSamples
    prepare = ["faster", frame(programs.Samples.prepare), "inf"]
    loader = ["faster", "loader", "inf"]
    return [
        Pair("data loader that computes -> that does not", prepare, computed, none,
             lambda: programs.train_from_loader(0, 3000, samples=timed),
             lambda: programs.train_from_loader(0, samples=timed)),
        Pair("data loader, 2 ms of sleep a sample -> none", prepare, slept, none,
             lambda: programs.train_from_loader(0.002, samples=timed),
             lambda: programs.train_from_loader(0, samples=timed)),
        Pair("data loader with sleep -> batches in memory", loader, slept, programs.train_from_memory,
             lambda: left_over.train_without_loader(0.002), left_over.train_without_memory),
        Pair("data loader without sleep -> batches in memory", loader, none, programs.train_from_memory,
             lambda: left_over.train_without_loader(0), left_over.train_without_memory),
    ]


def pairs(repeats):
    factor = operator_factor(64, repeats)
    return loader_pairs() + [
        Pair("two matmuls -> one", ["faster", "name:heavy", "2"],
             lambda: programs.matmuls(2), lambda: programs.matmuls(1)),
        Pair("LayerNorm -> removed", ["faster", "name:nn.Module: LayerNorm_0", "inf"],
             lambda: programs.infer(True), lambda: programs.infer(False)),
        Pair("mul and add -> one operator (addcmul)", ["fused", "aten::mul", "aten::add"],
             lambda: programs.elementwise(False), lambda: programs.elementwise(True)),
        Pair("Python loop of 40,000 -> 20,000", ["faster", frame(programs.spin), "2"],
             lambda: programs.python_bound(40_000), lambda: programs.python_bound(20_000)),
        Pair("thread that main joins: 20 ms -> 10 ms", ["faster", "name:second_thread_work", "2"],
             lambda: programs.second_thread(0.020), lambda: programs.second_thread(0.010)),
        Pair("batch 1 -> 64, as many iterations", ["batch", "64", f"{factor:.3f}"],
             lambda: programs.batches_of(1), lambda: programs.batches_of(64)),
    ]


def record_pair(pair, name, repeats):
    """In turns: both sides one right after the other, and what is left of both by their own clock."""
    entry = {"title": pair.title, "scenario": pair.scenario, "before": [], "after": [],
             "left_before_ns": [], "left_after_ns": []}
    for repeat in range(repeats):
        for side, program in (("before", pair.before), ("after", pair.after)):
            path = f"{name}-{side}-{repeat}.json"
            programs.record(path, program)
            entry[side].append(path)
        for side, program in (("before", pair.left_before), ("after", pair.left_after)):
            if program:
                program()
                entry[f"left_{side}_ns"].append(left_over.of(program))
    return entry


def main():
    folder, repeats, wanted = pathlib.Path(sys.argv[1]), int(sys.argv[2]), "".join(sys.argv[3:])
    chosen = [pair for pair in pairs(repeats) if wanted in pair.title]
    done = [record_pair(pair, folder / str(number), repeats) for number, pair in enumerate(chosen)]
    pauses = left_over.after_pauses(repeats) if any(pair.left_before for pair in chosen) else []
    (folder / "pairs.json").write_text(json.dumps({"pairs": done, "pauses": pauses}))


if __name__ == "__main__":
    main()
