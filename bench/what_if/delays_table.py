"""Injected beside found: delays_table.py FOLDER/delays.json WHAT_IF_BENCH; fails beyond 5 %"""
import json
import subprocess
import sys


def own_time(bench, run, what):
    """Time of the class on the critical path beyond what was injected."""
    out = subprocess.run([bench, run["trace"]], check=True, text=True, stdout=subprocess.PIPE).stdout
    return json.loads(out)["path"]["classes_ns"].get(what, 0) - run["injected_ns"]


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        delays = json.load(file)
    worst = 0.0
    print("| delay | class on the critical path | injected, ms | found, ms | off by |")
    print("|---|---|---|---|---|")
    for one in delays:
        # The least of the repeats on either side: what else the machine does only adds time.
        own = {run["trace"]: own_time(sys.argv[2], run, one["class"]) for run in one["with"]}
        run = min(one["with"], key=lambda each: own[each["trace"]])
        off_ns = own[run["trace"]] - min(own_time(sys.argv[2], each, one["class"])
                                         for each in one["without"])
        injected = run["injected_ns"]
        worst = max(worst, abs(100 * off_ns / injected))
        print(f"| {one['title']} | {one['class']} | {injected / 1e6:.2f} | "
              f"{(injected + off_ns) / 1e6:.2f} | {100 * off_ns / injected:+.2f} % |")
    if worst > 5:
        sys.exit(f"a delay was found {worst:.1f} % off; 5 % are allowed")


if __name__ == "__main__":
    main()
