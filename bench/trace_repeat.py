#!/usr/bin/env python3
"""Repeats a PyTorch profiler trace: COPIES times, each later and with ids of its own.

  bench/trace_repeat.py trace.json.gz 21 big.json        # prints bytes and events

What the profiler wrote stays as it is, to the blank, but for times (ts) and ids (correlation, flow id, External id).
"""
import gzip
import json
import re
import sys
from decimal import Decimal

NUMBER = re.compile(r'("(?:ts|id|correlation|External id)"\s*:\s*)(-?[0-9]+(?:\.[0-9]+)?)')


def events_of(text):
    """Where the events begin and end in the text, inside the array's brackets."""
    begin = text.index("[", text.index('"traceEvents"')) + 1
    depth, at, in_string = 1, begin, False
    stop = re.compile(r'["\\\[\]]')
    while True:
        found = stop.search(text, at)
        at = found.end()
        c = found.group()
        if c == "\\":
            at += 1
        elif c == '"':
            in_string = not in_string
        elif not in_string:
            depth += 1 if c == "[" else -1
            if depth == 0:
                return begin, at - 1


def main():
    source, copies, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    with (gzip.open if source.endswith("gz") else open)(source, "rb") as file:
        text = file.read().decode()
    begin, end = events_of(text)
    body = text[begin:end].strip()
    events = json.loads("[" + body + "]")
    times = [Decimal(str(e["ts"])) for e in events if e.get("ph") == "X"]
    length = int(max(times) - min(times)) + 1000
    largest = max(int(e["args"].get("correlation", 0) or 0) for e in events if isinstance(e.get("args"), dict))
    ids = max(largest, max((int(e["id"]) for e in events if "id" in e), default=0)) + 1
    pieces = []
    at = 0
    for found in NUMBER.finditer(body):
        is_time = '"ts"' in found.group(1)
        pieces.append((body[at:found.start(2)], is_time, Decimal(found.group(2))))
        at = found.end()
    tail = body[at:]
    with open(out, "w") as file:
        file.write(text[:begin])
        for copy in range(copies):
            file.write(",\n" if copy else "\n")
            file.write("".join(before + str(value + copy * (length if is_time else ids)) for before, is_time, value in pieces))
            file.write(tail)
        file.write("\n" + text[end:])
        print(f"{out}: {file.tell()} bytes, {len(events) * copies} events")


main()
