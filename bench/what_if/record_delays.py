"""Programs with known delays, and the same without: record_delays.py FOLDER

Writes the traces and FOLDER/delays.json: where the delay is, in which class of the critical path it
must be found, what was injected (by the program's own clock).
"""
import json
import pathlib
import sys

import programs

# Title, class on the critical path, program of the delay in seconds, delay, with Python's stack.
CASES = [
    ("sleep in a Python function", "Python", programs.python_sleep, 0.020, True),
    ("sleep in the data loader", "data loader", programs.train_from_loader, 0.005, True),
    ("a slow operator", "host operator", programs.slow_operator, 0.010, False),
    ("a wait for a second thread", "range named by the program", programs.second_thread, 0.020, True),
]


REPEATS = 3


def main():
    folder = pathlib.Path(sys.argv[1])
    done = []
    for number, (title, where, program, delay_s, with_stack) in enumerate(CASES):
        entry = {"title": title, "class": where, "with": [], "without": []}
        for repeat in range(REPEATS):
            for side, seconds in (("without", 0), ("with", delay_s)):
                path = folder / f"delay-{number}-{side}-{repeat}.json"
                injected = programs.record(path, lambda: program(seconds), with_stack)
                entry[side].append({"trace": str(path), "injected_ns": injected})
        done.append(entry)
    (folder / "delays.json").write_text(json.dumps(done))


if __name__ == "__main__":
    main()
