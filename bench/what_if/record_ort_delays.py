"""ONNX Runtime with known delays, and the same without: record_ort_delays.py FOLDER MODEL

Writes the profiles and FOLDER/ort_delays.json, as record_delays.py does. A delay between two calls is a sleep; one
inside an operator is another process that stops this one for a while (SIGSTOP), which no operator can know of.
"""
import json
import os
import pathlib
import shutil
import signal
import sys
import time

import numpy
import onnxruntime

RUNS = 6
REPEATS = 3


def session_of(model, folder):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.enable_profiling = True
    options.profile_file_prefix = str(folder / "profile")
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def sleep_between(run, seconds):
    """Returns what was injected, in nanoseconds."""
    injected = 0
    for _ in range(RUNS):
        run()
        begin = time.perf_counter_ns()
        time.sleep(seconds)
        injected += time.perf_counter_ns() - begin if seconds else 0
    run()
    return injected


def stop_inside(run, seconds):
    """Each run is stopped once, by a child, some way into it."""
    injected = 0
    for _ in range(RUNS):
        readable, writable = os.pipe()
        child = os.fork()
        if child == 0:
            time.sleep(0.01)
            begin = time.perf_counter_ns()
            if seconds:
                os.kill(os.getppid(), signal.SIGSTOP)
                time.sleep(seconds)
                os.kill(os.getppid(), signal.SIGCONT)
            os.write(writable, str(time.perf_counter_ns() - begin).encode())
            os._exit(0)
        run()
        os.waitpid(child, 0)
        injected += int(os.read(readable, 32)) if seconds else 0
        os.close(readable)
        os.close(writable)
    return injected


# Title, class on the critical path, program, delay in seconds.
CASES = [
    ("sleep between two calls of ONNX Runtime", "untraced host time", sleep_between, 0.060),
    ("ONNX Runtime stopped inside an operator", "host operator", stop_inside, 0.150),
]


def main():
    folder, model = pathlib.Path(sys.argv[1]), sys.argv[2]
    image = numpy.random.default_rng(1).random((1, 3, 640, 640), dtype=numpy.float32)
    done = []
    for number, (title, where, program, delay_s) in enumerate(CASES):
        entry = {"title": title, "class": where, "with": [], "without": []}
        for repeat in range(REPEATS):
            for side, seconds in (("without", 0), ("with", delay_s)):
                session = session_of(model, folder)
                name = session.get_inputs()[0].name
                run = lambda: session.run(None, {name: image})
                run()
                injected = program(run, seconds)
                path = folder / f"ort-{number}-{side}-{repeat}.json"
                shutil.move(session.end_profiling(), path)
                entry[side].append({"trace": str(path), "injected_ns": injected})
        done.append(entry)
    (folder / "ort_delays.json").write_text(json.dumps(done))


if __name__ == "__main__":
    main()
