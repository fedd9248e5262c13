"""Runs a command and says what it cost: cost_of.py [--log FILE] COMMAND WORDS...

Prints one line of JSON: CPU time (and of it user time) of the command and of all that it started (also what outlived it), wall time, the largest peak RSS
of a process among them, and the exit status. The command's own output goes to FILE, else it is dropped.
"""
import ctypes
import json
import os
import resource
import subprocess
import sys
import time

PR_SET_CHILD_SUBREAPER = 36


def main():
    words, log = sys.argv[1:], os.devnull
    if words[0] == "--log":
        log, words = words[1], words[2:]
    # Orphans become ours, so that their time is counted as well.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    begin = time.monotonic()
    with open(log, "w") as out:
        status = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT).wait()
    try:
        while True:
            os.waitpid(-1, 0)
    except ChildProcessError:
        pass
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps({"status": status, "cpu_s": used.ru_utime + used.ru_stime, "user_s": used.ru_utime, "wall_s": time.monotonic() - begin,
                      "peak_rss_bytes": used.ru_maxrss * 1024}))


main()
