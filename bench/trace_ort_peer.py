"""What a Python script does to get the same out of a profile: json, operators, times, shapes.

    trace_ort_peer.py FILE [ROUNDS]    prints the median "bytes_per_s" of processor time
"""
import json
import statistics
import sys
import time


def read(path):
    with open(path, "rb") as file:
        events = json.loads(file.read())
    operators, call_us = [], 0
    for event in events:
        if event["cat"] == "Node" and event["name"].endswith("_kernel_time"):
            args = event["args"]
            operators.append((event["name"], args["op_name"], args["provider"], event["ts"],
                              event["dur"], args["input_type_shape"], args["output_type_shape"]))
        elif event["name"] == "model_run":
            call_us += event["dur"]
    return operators, call_us


def main():
    path = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with open(path, "rb") as file:
        size = len(file.read())
    rates = []
    for _ in range(rounds):
        begin = time.process_time()
        operators, call_us = read(path)
        rates.append(size / (time.process_time() - begin))
        assert operators and call_us
    print(f"bytes_per_s {statistics.median(rates):.0f}")


main()
