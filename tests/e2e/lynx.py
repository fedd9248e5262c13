"""The real program, run from outside: what the end-to-end tests share."""
import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = os.environ.get("LYNXBENCH_BINARY", str(ROOT / "build/release/lynxbench"))
FAST = ROOT / "tests/e2e/contracts/fast.yaml"


def lynxbench(*arguments, timeout=120, env=None, **options):
    """Runs lynxbench; gives the finished process with its output as text."""
    return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, errors="replace",
                          timeout=timeout, cwd=ROOT,
                          env={**os.environ, "COLUMNS": "100", **(env or {})}, **options)


def has_runtime():
    """Whether ONNX Runtime is there: without it the embedded target cannot run."""
    return any((ROOT / "runtime/node_modules").glob("onnxruntime-node/bin/*/linux/*/libonnxruntime.so*")) or \
        "LYNXBENCH_ONNXRUNTIME" in os.environ


@contextlib.contextmanager
def raw(bundle):
    """A sealed bundle's raw data, opened so that nothing is written."""
    connection = sqlite3.connect(f"file:{bundle}/raw.sqlite?mode=ro&immutable=1", uri=True)
    connection.row_factory = sqlite3.Row
    try:
        yield connection
    finally:
        connection.close()


class Case(unittest.TestCase):
    """A test with a folder of its own and, once a class, a bundle of the fast contract."""

    levers = ()

    def setUp(self):
        if not has_runtime():
            self.skipTest("ONNX Runtime is not installed: npm ci --prefix runtime --ignore-scripts")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lynxbench-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def run_fast(self, *levers, name="bundle", contract=FAST, codes=(0, 1)):
        bundle = self.folder / f"{name}.lynx"
        words = [word for lever in levers for word in ("--set", lever)]
        done = lynxbench("run", contract, "--out", bundle, "--quiet", *words)
        self.assertIn(done.returncode, codes, done.stdout + done.stderr)
        return bundle

    def figures(self, bundle):
        return json.loads((bundle / "figures.json").read_text())


def main():
    """Runs the calling file's tests; exit code 77 says that every one was skipped."""
    result = unittest.main(exit=False, verbosity=2).result
    if not result.wasSuccessful():
        sys.exit(1)
    # A class that was skipped whole is in `skipped` too, and its tests are not in `testsRun`.
    ran = result.testsRun - sum(isinstance(case, unittest.TestCase) for case, _ in result.skipped)
    sys.exit(77 if result.skipped and ran == 0 else 0)
