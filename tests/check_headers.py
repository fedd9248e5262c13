#!/usr/bin/env python3
"""Compiles every header of src/ alone, with the flags of the build: check_headers.py BUILD_FOLDER."""
import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parent.parent
commands = json.loads((pathlib.Path(sys.argv[1]) / "compile_commands.json").read_text())


def flags_of(module):
    """Include paths, definitions and the standard of the first file of the module."""
    for entry in commands:
        path = pathlib.Path(entry["file"])
        if root / "src" / module not in path.parents:
            continue
        words = shlex.split(entry["command"])
        kept = [words[0]]
        for i, word in enumerate(words):
            if word.startswith(("-I", "-D", "-std=")):
                kept.append(word)
            elif word == "-isystem":
                kept += [word, words[i + 1]]
        return kept
    return None


def check(header):
    module = header.relative_to(root / "src").parts[0]
    flags = flags_of(module)
    if flags is None:
        return f"{header.relative_to(root)}: no file of its module is built"
    text = f'#include "{header.relative_to(root / "src")}"\n'
    done = subprocess.run([*flags, "-I", str(root / "src"), "-x", "c++", "-fsyntax-only", "-"], input=text, text=True,
                          capture_output=True)
    return None if done.returncode == 0 else f"{header.relative_to(root)} does not compile alone:\n{done.stderr[:2000]}"


headers = sorted((root / "src").rglob("*.h"))
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    problems = [problem for problem in pool.map(check, headers) if problem]
print("\n".join(problems) or f"{len(headers)} headers compile alone")
sys.exit(1 if problems or not headers else 0)
