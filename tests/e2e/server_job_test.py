"""A server on the network, from contract to verification, held against the stub's own truth."""
import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import unittest

import lynx

CONTRACT = lynx.ROOT / "tests/e2e/contracts/server.yaml"
# Sixteen servers, each held for a whole answer: 20 ms to the first token, four gaps of 5 ms: 40 ms.
STUB = ["--servers", "16", "--ttft", "20ms", "--itl", "5ms", "--tokens", "5"]
CAPACITY = 400.0
SECRET = "sk-not-to-be-found-anywhere"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ServerJob(unittest.TestCase):
    """One stub and one bundle for all tests: each of them looks at what came out."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="lynxbench-server-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.port = free_port()
        cls.truth = cls.folder / "truth.jsonl"
        cls.stub = subprocess.Popen([lynx.BINARY, "stub", "--port", str(cls.port), "--truth", str(cls.truth), *STUB],
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        cls.addClassCleanup(cls.stop_stub)
        cls.stub.stdout.readline()
        cls.bundle = cls.folder / "server.lynx"
        cls.done = cls.lynxbench("run", CONTRACT, "--out", cls.bundle, "--quiet", *cls.levers())

    @classmethod
    def stop_stub(cls):
        if cls.stub.poll() is None:
            cls.stub.send_signal(signal.SIGTERM)
            cls.stub.communicate(timeout=20)

    @classmethod
    def levers(cls):
        return ["--set", f"target.endpoint.url=http://127.0.0.1:{cls.port}"]

    @classmethod
    def lynxbench(cls, *words, timeout=240):
        return lynx.lynxbench(*words, timeout=timeout, env={"LYNX_TEST_TOKEN": f"Bearer {SECRET}"})

    def figures(self):
        return json.loads((self.bundle / "figures.json").read_text())

    def value(self, figure):
        estimate = self.figures()["figures"][figure]
        self.assertIsNotNone(estimate["value"], f"{figure}: {estimate['withheld']}")
        return estimate["value"]

    def test_1_the_run_is_sealed_valid_and_recomputed_to_the_bit(self):
        self.assertIn(self.done.returncode, (0, 1), self.done.stdout + self.done.stderr)
        validity = self.figures()["validity"]
        self.assertTrue(validity["valid"], validity["reasons"])
        self.assertEqual(lynx.lynxbench("check", self.bundle).returncode, 0)
        again = lynx.lynxbench("recompute", self.bundle)
        self.assertEqual(again.returncode, 0, again.stdout)
        self.assertIn("to the bit", again.stdout)

    def test_2_the_capacity_is_what_the_stub_can(self):
        self.assertEqual(self.figures()["decision"]["verdict"], "met", self.figures()["decision"])
        self.assertGreaterEqual(self.value("capacity"), 100)
        self.assertLessEqual(self.value("capacity"), CAPACITY * 1.05)

    def test_3_times_of_streams_are_those_that_the_stub_was_told(self):
        self.assertGreaterEqual(self.value("ttft.p50@unloaded"), 20e6)
        self.assertLess(self.value("ttft.p50@unloaded"), 40e6)
        self.assertAlmostEqual(self.value("itl.p50@unloaded"), 5e6, delta=3e6)
        self.assertAlmostEqual(self.value("tpot.p50@unloaded"), 5e6, delta=3e6)
        for metric in ("ttft_first_byte", "ttft_first_event", "ttft_first_answer"):
            self.assertLessEqual(self.value(f"{metric}.p50@unloaded"), self.value("ttft_first_answer.p50@unloaded"))
        self.assertEqual(self.value("errors@half"), 0)
        self.assertEqual(self.value("failures.timeout@half"), 0)
        # Five tokens an answer.
        self.assertAlmostEqual(self.value("tokens_per_s@half"), 5 * self.value("throughput@half"), delta=1e-6)

    def test_4_every_request_is_on_record_with_its_chunks(self):
        with lynx.raw(self.bundle) as data:
            requests = data.execute("select count(*) from requests").fetchone()[0]
            exchanges = data.execute("select count(*), sum(length(chunks) > 0), sum(completion_tokens = 5), "
                                     "sum(kernel_times) from exchanges").fetchone()
            self.assertGreater(requests, 300)
            ok = data.execute("select count(*) from requests where status = 0").fetchone()[0]
            self.assertEqual(exchanges[0], requests)
            self.assertEqual(exchanges[1], ok)
            self.assertEqual(exchanges[2], ok)
            audits = data.execute("select count(*) from audits join phases on id = phase where kind = 'measure'").fetchone()[0]
            self.assertEqual(audits, 15)

    def test_4b_a_command_scored_the_measured_answers_and_no_answer_is_kept(self):
        self.assertEqual(self.value("accuracy@half"), 1)
        self.assertIn("accuracy: mean score 1.00", self.figures()["decision"]["reason"])
        with lynx.raw(self.bundle) as data:
            for kind, ok, scored in data.execute("select kind, sum(status = 0), count(score) from exchanges join requests using (phase, idx) "
                                                 "join phases on phases.id = phase group by kind"):
                self.assertEqual(scored, ok if kind == "measure" else 0, kind)

    def test_5_the_breakdown_adds_up_and_the_servers_share_is_told_apart(self):
        breakdowns = {b["point"]: b for b in self.figures()["breakdowns"]}
        self.assertEqual(set(breakdowns), {"unloaded", "half", "bursts"})
        for breakdown in breakdowns.values():
            self.assertEqual(sum(breakdown["by_class_ns"].values()), breakdown["total_ns"])
            self.assertGreater(breakdown["by_class_ns"]["server"], 0)
            self.assertGreater(breakdown["by_class_ns"]["generation"], 0)
        unloaded = breakdowns["unloaded"]
        self.assertGreaterEqual(unloaded["by_class_ns"]["server"] / unloaded["requests"], 19.9e6)

    def test_6_no_secret_is_written_anywhere(self):
        for path in self.bundle.rglob("*"):
            if path.is_file():
                self.assertNotIn(SECRET.encode(), path.read_bytes(), path)
        self.assertNotIn(SECRET, self.done.stdout + self.done.stderr)

    def test_7_the_report_says_what_a_server_has_and_what_the_client_was(self):
        shown = lynx.lynxbench("report", self.bundle, "--html", self.folder / "r.html").stdout
        for words in ("Streamed answers", "TTFT: first content", "Failures by kind", "what this client says of itself",
                      "server, not told", "Sustained"):
            self.assertIn(words, shown)
        self.assertIn("ttft_first_answer", (self.folder / "r.html").read_text())

    def test_8_verify_measures_the_same_server_again(self):
        done = self.lynxbench("verify", self.bundle, "--out", self.folder / "again.lynx", "--quiet", "--json")
        verification = json.loads(done.stdout)
        self.assertIn(verification["agreement"], ("reproduced", "inconclusive"), done.stdout)
        self.assertEqual(verification["comparisons"][0]["figure"], "throughput@half")

    def test_9_another_way_of_asking_is_another_thing(self):
        for lever, fact in (("target.endpoint.keep_alive=per_request", "client.keep_alive"),
                            ("workload.precision=int8", "precision"),
                            ('target.endpoint.extra_body={"temperature": 1}', "decoding"),
                            ("workload.prompts.prompt.high=21", "inputs.digest")):
            done = self.lynxbench("verify", self.bundle, "--set", lever, "--quiet", "--json")
            verification = json.loads(done.stdout)
            self.assertEqual(verification["agreement"], "not_comparable", lever)
            named = [f["name"] for d in verification["differences"] for f in d["facts"]]
            self.assertIn(fact, named, lever)

    def test_z_the_clients_times_to_the_first_token_are_the_stubs(self):
        """Last: it ends the stub, whose truth is then on disk."""
        self.stop_stub()
        lines = [json.loads(line) for line in self.truth.read_text().splitlines()]
        true = [next(p[0] for p in line["written"] if p[4] == "content") - (line["kernel_ns"] or line["read_ns"])
                for line in lines if line.get("outcome") == "ok" and line.get("streamed")]
        with lynx.raw(self.bundle) as data:
            seen = [row[0] for row in data.execute(
                "select first_content_ns - written_ns from exchanges join requests using (phase, idx) where status = 0")]
        self.assertGreaterEqual(len(true), len(seen))
        self.assertAlmostEqual(statistics.median(seen) / 1e6, statistics.median(true[:len(seen)]) / 1e6, delta=3)


if __name__ == "__main__":
    lynx.main()
