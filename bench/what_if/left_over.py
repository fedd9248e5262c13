"""What is left of a program beside a piece that a what-if takes away, by the program's own clock and without a
profiler. A replay keeps it as it was; here one sees how far it changes when the piece really goes.

    left_over.of(program) -> nanoseconds of program() without those spent in `removed` pieces
"""
import os
import statistics
import subprocess
import sys
import time

import programs
import torch

removed_ns = 0


def removed(function):
    """`function`, with its time taken out of what is left."""
    def timed(*values, **named):
        global removed_ns
        begin = time.perf_counter_ns()
        result = function(*values, **named)
        removed_ns += time.perf_counter_ns() - begin
        return result
    return timed


class TimedSamples(programs.Samples):
    prepare = removed(programs.Samples.prepare)


def next_of(batches):
    """The batches, with the time of getting them taken out."""
    following = removed(next)
    batches = removed(iter)(batches)
    while (batch := following(batches, None)) is not None:
        yield batch


def train_without_loader(delay_s):
    samples = programs.Samples(24, delay_s, 0)
    programs.train(next_of(removed(torch.utils.data.DataLoader)(samples, batch_size=4, num_workers=0)))


def train_without_memory():
    programs.train(next_of(programs.READY))


def of(program):
    global removed_ns
    removed_ns = 0
    begin = time.perf_counter_ns()
    program()
    return time.perf_counter_ns() - begin - removed_ns


def spin(seconds):
    end = time.perf_counter_ns() + int(seconds * 1e9)
    while time.perf_counter_ns() < end:
        pass


def after_pauses(repeats):
    """What a training step takes after different pauses: [(pause, microseconds)], medians.

    Touching memory and busy loops do not sleep; the last sleeps while another process keeps the core from halting.
    """
    touched = torch.ones(1 << 20)
    hashing = programs.Samples(0, 0, 3000)
    pauses = [("none", lambda: None), ("4 MB of memory touched", lambda: touched.add_(1)),
              ("hashing for about 0.7 ms", hashing.prepare), ("busy loop of 2 ms", lambda: spin(0.002)),
              ("sleep of 2 ms", lambda: time.sleep(0.002))]
    inputs = torch.ones(4, 256)

    def step_ns(pause):
        pause()
        begin = time.perf_counter_ns()
        programs.train([inputs])
        return time.perf_counter_ns() - begin

    def median_us(pause):
        return statistics.median(step_ns(pause) for _ in range(repeats)) / 1e3

    done = [(name, median_us(pause)) for name, pause in pauses]
    awake = subprocess.Popen([sys.executable, "-c", "while True: pass"],
                             preexec_fn=lambda: os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0)))
    try:
        time.sleep(0.2)
        done.append(("sleep of 2 ms, the core kept awake", median_us(pauses[-1][1])))
    finally:
        awake.kill()
        awake.wait()
    return done
