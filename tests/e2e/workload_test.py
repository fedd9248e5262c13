"""Schedules and traces through the program: the same bytes for a seed, no text kept, bounded memory, all of a file or none."""
import gzip
import hashlib
import json
import pathlib
import resource
import shutil
import struct
import tempfile
import unittest

import lynx

GOLDEN = lynx.ROOT / "tests/golden/workload_trace"
# As in src/workload/*_test.cc, made by an implementation of its own: two machines must agree on them.
DIGESTS = {
    ("poisson", "40/s", "2s"): "ac3531c6e0cd7bea6240a18595b75250406bb04ae737df20f5e3de6548e716cf",
    ("gamma:3", "500/s", "10s"): "6d820480c90f550d3f07b7a6a5baae6751d0de1bd379f07bb0682977c3008acb",
    ("ramp:5:50", None, "60s"): "ca2ea57fa35844666474dc8b4860eaf69bd5491e5fd1e4108124485b6f2e42be",
}


# A sanitizer's own memory is many times the program's.
SANITIZED = any(name in pathlib.Path(lynx.BINARY).parts for name in ("asan", "tsan"))


def memory_of(mebibytes):
    return lambda: resource.setrlimit(resource.RLIMIT_AS, (mebibytes << 20, mebibytes << 20))


class Workload(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lynxbench-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def schedule(self, arrival, rate, duration, *more, code=0, **options):
        words = ["--arrival", arrival, "--duration", duration, "--seed", 20261123, "--inputs", 16]
        done = lynx.lynxbench("workload", "schedule", *words, *(["--rate", rate] if rate else []), *more, **options)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def test_a_seed_gives_the_same_digest_on_every_machine(self):
        for (arrival, rate, duration), digest in DIGESTS.items():
            self.assertIn(f"digest {digest}\n", self.schedule(arrival, rate, duration).stdout)

    def test_the_digest_is_of_the_due_times_and_inputs_that_are_printed(self):
        done = self.schedule("gamma:2", "100/s", "20s", "--csv")
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0], "index,due_ns,input")
        rows = [tuple(map(int, line.split(","))) for line in lines[1:]]
        self.assertEqual([row[0] for row in rows], list(range(len(rows))))
        digest = hashlib.sha256(b"".join(struct.pack("<qI", due, number) for _, due, number in rows)).hexdigest()
        self.assertIn(f"digest {digest}\n", done.stderr)

    @unittest.skipIf(SANITIZED, "needs a program without sanitizers")
    def test_a_long_schedule_takes_no_more_memory_than_a_short_one(self):
        done = self.schedule("poisson", "50000/s", "40s", preexec_fn=memory_of(160))
        self.assertRegex(done.stdout, r"^2\d{6} requests|^1999\d{3} requests")

    def test_an_arrival_that_is_none_is_refused_with_what_is_right(self):
        done = self.schedule("poison", "5/s", "1s", code=2)
        self.assertIn('did you mean "poisson"?', done.stderr)
        done = self.schedule("trace:/nowhere/trace.csv", None, "1s", code=2)
        self.assertIn("/nowhere/trace.csv", done.stderr)

    def test_what_is_anonymised_holds_numbers_and_no_text(self):
        for trace in sorted(GOLDEN.glob("*/trace.*")) + sorted(GOLDEN.glob("*/access.log")):
            done = lynx.lynxbench("workload", "anonymise", trace, "--out", self.folder / "out.jsonl")
            if trace.parent.name in ("empty", "json_of_another_kind"):
                self.assertEqual(done.returncode, 2)
                self.assertFalse((self.folder / "out.jsonl").exists(), "a failure leaves no file")
                continue
            self.assertEqual(done.returncode, 0, done.stderr)
            text = (self.folder / "out.jsonl").read_text()
            self.assertNotIn("SECRET", text + done.stdout + done.stderr)
            head, *requests = map(json.loads, text.splitlines())
            self.assertEqual(head["format"], "lynxbench workload trace")
            for request in requests:
                self.assertLessEqual(set(request), {"at_ns", "input_tokens", "output_tokens", "request_bytes", "response_bytes", "blocks"})
                self.assertTrue(all(isinstance(value, (int, list)) for value in request.values()))
            again = lynx.lynxbench("workload", "anonymise", self.folder / "out.jsonl")
            self.assertEqual(again.stdout, text)
            (self.folder / "out.jsonl").unlink()

    def big_trace(self, requests):
        path = self.folder / "big.csv.gz"
        with gzip.open(path, "wt", compresslevel=1) as out:
            out.write("TIMESTAMP,ContextTokens,GeneratedTokens\n")
            for i in range(requests):
                out.write(f"2024-05-10 {i // 36000 % 24:02}:{i // 600 % 60:02}:{i // 10 % 60:02}.{i % 10},{i % 4001},{i % 301}\n")
        return path

    @unittest.skipIf(SANITIZED, "needs a program without sanitizers")
    def test_a_big_trace_is_read_in_little_memory(self):
        path = self.big_trace(600_000)
        done = lynx.lynxbench("workload", "show", "--json", path, preexec_fn=memory_of(256))
        self.assertEqual(done.returncode, 0, done.stderr)
        summary = json.loads(done.stdout)
        self.assertEqual(summary["requests"], 600_000)
        self.assertEqual(summary["input_tokens"]["p50"], 1999)  # values 0 to 3850 come 150 times: the 300 000th of all
        self.assertEqual(summary["by_second"], {"windows": 59_999, "most": 10, "dispersion": 0.0})
        self.assertEqual(summary["losses"], [])

    def test_a_full_disk_leaves_the_file_that_was_there(self):
        path, out = self.big_trace(20_000), self.folder / "out.jsonl"
        out.write_text("what was there")
        done = lynx.lynxbench("workload", "anonymise", path, "--out", out,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)))
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn("File too large", done.stderr)
        self.assertEqual(out.read_text(), "what was there")
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["big.csv.gz", "out.jsonl"])


if __name__ == "__main__":
    lynx.main()
