"""The same schedules with numpy: times, inputs and SHA-256 of both. schedule_peer.py ROUNDS

Prints a line "PROCESS ARRIVALS_PER_SECOND" each, of processor time, the median of the rounds. numpy makes them whole in memory,
which is the fastest way it has; its streams differ from ours, and its gamma begins with a whole gap (no equilibrium).
"""
import hashlib
import statistics
import sys
import time

import numpy

N = 1_000_000
RATE = 1e6


def gaps_of(process, random):
    if process == "constant":
        return numpy.arange(N) * (1e9 / RATE)
    if process == "poisson":
        return numpy.cumsum(random.exponential(1e9 / RATE, N))
    shape = 1 / {"gamma_0_5": 0.5, "gamma_2": 2.0}[process] ** 2
    return numpy.cumsum(random.gamma(shape, 1e9 / RATE / shape, N))


def schedule(process, seed):
    random = numpy.random.default_rng(seed)
    pairs = numpy.empty(N, dtype=[("due", "<i8"), ("input", "<u4")])
    pairs["due"] = gaps_of(process, random)
    pairs["input"] = random.integers(0, 16, N)
    return hashlib.sha256(pairs.tobytes()).hexdigest()


rounds = int(sys.argv[1])
for process in ("constant", "poisson", "gamma_0_5", "gamma_2"):
    rates = []
    for seed in range(rounds):
        begin = time.process_time()
        schedule(process, seed)
        rates.append(N / (time.process_time() - begin))
    print(process, round(statistics.median(rates)))
