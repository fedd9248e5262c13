"""`lynxbench load --metrics`: the server's own figures beside the client's, against a stub whose true times are known."""
import json
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import lynx

MS = 1_000_000

CONTRACT = """
lynxbench: 1
name: watched
decision: {question: "Is it fast enough?", figure: e2e.p95@two, at_most: 2s, if_met: Good., if_missed: Bad., decided_by: product}
workload:
  category: inference
  precision: fp32
  model: {name: served}
  input: {distinct: 4}
  seed: 1
  prompts: {source: synthetic, prompt: {shape: uniform, low: 16, high: 16}, output: {shape: uniform, low: 16, high: 16}}
layers:
  application: {owner: a}
  serving: {owner: b}
  runtime: {owner: c}
  framework: {owner: d}
  system: {owner: e}
  accelerator: {owner: f}
  procurement: {owner: g}
  facility: {owner: h}
  demand: {owner: i}
target:
  kind: openai-chat
  endpoint: {url: "SERVER", model: stub, metrics_url: "READ"}
slo: {quantile: 0.95, at_most: 2s}
load:
  warm_up: {at_least: 200ms, at_most: 400ms, window: 100ms, windows: 2, tolerance: 50%, concurrency: 2}
  sessions: 2
  points: [{name: two, loop: closed, concurrency: 2, duration: 1s}]
  max_in_flight: 64
metrics: []
tolerances: [{figure: e2e.p50@two, within: 25%}]
ownership: {unattributed: [serving]}
may_differ: []
sign_off: [a]
measured_by: buyer
"""


class Stub:
    """`lynxbench stub`, with the truth of what it did."""

    def __init__(self, folder, *options, port=0):
        self.truth_file = folder / f"truth{len(list(folder.iterdir()))}.jsonl"
        self.process = subprocess.Popen([lynx.BINARY, "stub", "--port", str(port), "--truth", str(self.truth_file), *options],
                                        stdout=subprocess.PIPE, text=True, cwd=lynx.ROOT)
        self.url = re.search(r"http://[\d.]+:\d+", self.process.stdout.readline()).group(0)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=20)

    def truth(self):
        """Stops it; gives the requests that it answered."""
        self.stop()
        lines = [json.loads(line) for line in self.truth_file.read_text().splitlines()]
        return [line for line in lines if line.get("outcome") == "ok" and line["written"] and line["route"] in ("chat", "kserve-http")]


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def arrival(request):
    return request["kernel_ns"] or request["read_ns"]


def contents(request):
    return [piece[0] for piece in request["written"] if piece[4] == "content"]


class ServerView(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lynxbench-server-view-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def stub(self, *options, **named):
        stub = Stub(self.folder, *options, **named)
        self.addCleanup(stub.stop)
        return stub

    def words(self, stub, metrics, *more, protocol="openai-chat"):
        words = ["load", "--quiet", "--protocol", protocol, "--url", stub.url, "--model", "stub", "--metrics", metrics]
        if protocol == "openai-chat":
            words += ["--prompt-tokens", "16", "--output-tokens", "16"]
        return [*words, *more]

    def load(self, stub, metrics, *more, **named):
        """The reconciliation, and the whole document."""
        # Whether this machine was quiet enough for a verdict is not what is tested here.
        done = lynx.lynxbench(*self.words(stub, metrics, *more, **named), "--json", timeout=120)
        self.assertIn(done.returncode, (0, 1), done.stdout + done.stderr)
        document = json.loads(done.stdout)
        return document["reconciliation"], document

    def row(self, found, figure):
        return next(row for row in found["comparisons"] if row["figure"] == figure)

    def parts(self, found):
        """Mean ns by name; they add up to the client's end to end, to the nanosecond."""
        split = found["split"]
        self.assertEqual(sum(part["total_ns"] for part in split["parts"]), split["total_ns"])
        return {part["name"]: part["total_ns"] / split["requests"] for part in split["parts"]}

    # ---- a server that tells the truth ---------------------------------------------------------

    def test_a_known_queue_at_the_server_shows_as_queue(self):
        # One server, two requests at a time: each waits for the other's whole service, 40 + 15 x 5 ms.
        stub = self.stub("--servers", "1", "--ttft", "40ms", "--itl", "5ms")
        page = self.folder / "page.html"
        found, _ = self.load(stub, stub.url + "/metrics", "--concurrency", "2", "--duration", "3s", "--html", str(page))
        requests = stub.truth()
        self.assertEqual(found["server"]["server"], "vLLM")
        for figure in ("requests answered well", "requests that failed", "prompt tokens", "completion tokens"):
            self.assertEqual(self.row(found, figure)["agree"], "agree", self.row(found, figure))
        self.assertEqual(self.row(found, "requests answered well")["server"], len(requests))
        parts = self.parts(found)
        true = {"queue": mean(r["service_begin_ns"] - arrival(r) for r in requests),
                "prefill": mean(contents(r)[0] - r["service_begin_ns"] for r in requests),
                "decode": mean(contents(r)[-1] - contents(r)[0] for r in requests)}
        for name, nanoseconds in true.items():
            self.assertAlmostEqual(parts[name] / MS, nanoseconds / MS, delta=0.5, msg=name)
        self.assertAlmostEqual(parts["queue"] / MS, 115, delta=15)  # the first request waits for nobody
        self.assertGreaterEqual(parts["network, protocol and client"], 0)
        self.assertLess(parts["network, protocol and client"] / MS, 5)
        e2e = self.row(found, "e2e, mean from sent")
        self.assertEqual(e2e["agree"], "agree", e2e)
        self.assertAlmostEqual(found["littles_law"]["client_law"], 2, delta=0.1)
        self.assertAlmostEqual(found["littles_law"]["gauges"], 2, delta=0.5)
        # Once a second, once before and twice after.
        self.assertGreaterEqual(found["server"]["readings"], 5)
        self.assertLess(found["server"]["cpu_ns"], found["server"]["readings"] * 20 * MS)
        html = page.read_text()
        for text in ("The server&#39;s own figures", "vllm:request_queue_time_seconds", "network, protocol and client"):
            self.assertIn(text.replace("&#39;", "'"), html.replace("&#39;", "'"))

    def test_triton_by_its_metrics_and_by_its_statistics(self):
        for metrics in ("/metrics", "/v2/models/stub/stats"):
            with self.subTest(metrics):
                stub = self.stub("--servers", "1", "--delay", "20ms")
                found, _ = self.load(stub, stub.url + metrics, "--concurrency", "2", "--duration", "1s", protocol="kserve-http")
                # Not what asked for metadata or statistics, which the same route answers.
                requests = [r for r in stub.truth() if r["service_end_ns"] - r["service_begin_ns"] > 15 * MS]
                self.assertEqual(found["server"]["server"], "Triton")
                self.assertEqual(self.row(found, "requests answered well")["server"], len(requests))
                self.assertEqual(self.row(found, "requests answered well")["agree"], "agree")
                parts = self.parts(found)
                self.assertAlmostEqual(parts["queue"] / MS, mean(r["service_begin_ns"] - arrival(r) for r in requests) / MS, delta=0.5)
                self.assertAlmostEqual(parts["inference"] / MS, 20, delta=3)
                self.assertIsNone(found["server"]["durations"]["prefill"]["mean_s"])
                self.assertNotEqual(found["server"]["durations"]["prefill"]["missing"], "")

    # ---- servers that do not -------------------------------------------------------------------

    def test_the_metrics_of_another_server_disagree_and_it_is_shown(self):
        stub, other = self.stub("--ttft", "5ms", "--itl", "1ms"), self.stub()
        done = lynx.lynxbench(*self.words(stub, other.url + "/metrics", "--rate", "40", "--duration", "1s"), timeout=60)
        text = re.sub(r"\s+", " ", done.stdout)
        counted = re.search(r"requests answered well: client (\d+), server 0, (\d+) apart", text)
        self.assertIsNotNone(counted, text)
        self.assertEqual(counted.group(1), counted.group(2))
        self.assertIn("are these the metrics of the server that was loaded?", text)
        self.assertIn("and this client disagree", text)

    def test_other_traffic_is_counted_and_nothing_is_compared_with_it(self):
        stub = self.stub("--ttft", "5ms", "--itl", "1ms")
        neighbour = subprocess.Popen([lynx.BINARY, "load", "--quiet", "--protocol", "openai-chat", "--url", stub.url, "--model", "stub",
                                      "--rate", "20", "--duration", "2500ms", "--output-tokens", "16", "--json"],
                                     stdout=subprocess.PIPE, text=True, cwd=lynx.ROOT)
        time.sleep(0.3)
        found, _ = self.load(stub, stub.url + "/metrics", "--rate", "40", "--duration", "1500ms")
        neighbour.communicate(timeout=30)
        self.assertGreater(found["other_requests"], 10)
        self.assertEqual(self.row(found, "requests answered well")["agree"], "disagree")
        self.assertEqual(self.row(found, "e2e, mean from sent")["agree"], "unknown")
        self.assertTrue(any("were not ours" in notice for notice in found["notices"]), found["notices"])

    def test_a_restart_during_the_load_makes_its_counters_unknown(self):
        stub = self.stub("--ttft", "5ms", "--itl", "1ms")
        client = subprocess.Popen([lynx.BINARY, *self.words(stub, stub.url + "/metrics", "--rate", "60", "--duration", "4s", "--json")],
                                  stdout=subprocess.PIPE, text=True, cwd=lynx.ROOT)
        time.sleep(2.8)
        stub.stop()
        self.stub("--ttft", "5ms", "--itl", "1ms", port=int(stub.url.rsplit(":", 1)[1]))
        found = json.loads(client.communicate(timeout=30)[0])["reconciliation"]
        self.assertNotEqual(found["server"]["resets"], [])
        queue = found["server"]["durations"]["queue"]
        self.assertIsNone(queue["mean_s"])
        self.assertEqual(queue["missing"], "the server was restarted during the load")

    def test_without_metrics_the_load_goes_on_and_says_why_they_are_unknown(self):
        stub = self.stub("--ttft", "5ms", "--itl", "1ms")
        nobody = self.stub()
        nobody.stop()
        for metrics, why in ((nobody.url + "/metrics", "refused"), (stub.url + "/v1/none", "HTTP status 404"),
                             (stub.url + "/health", "no metrics in it")):
            with self.subTest(metrics):
                found, document = self.load(stub, metrics, "--rate", "20", "--duration", "500ms")
                self.assertGreater(document["counts"]["ok"], 0)
                self.assertIn(why, found["server"]["missing"])
                self.assertIsNone(found["server"]["durations"]["queue"]["mean_s"])
                self.assertEqual(found["server"]["readings"], 0)
                self.assertGreaterEqual(found["server"]["failed_readings"], 3)
        done = lynx.lynxbench(*self.words(stub, nobody.url + "/metrics", "--rate", "20", "--duration", "300ms"), timeout=60)
        self.assertIn("the server's metrics cannot be read", done.stderr)
        self.assertIn("unknown", re.search(r"Server says(.*)", done.stdout).group(1))

    def test_what_is_no_url_is_refused_at_once(self):
        stub = self.stub()
        for metrics in ("localhost:8000/metrics", "ftp://h/metrics", "http://", "http://h:99999/metrics"):
            done = lynx.lynxbench(*self.words(stub, metrics, "--rate", "20", "--duration", "30s"), timeout=20)
            self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
            self.assertIn("--metrics takes the http:// or https:// URL", done.stderr)
        self.assertEqual(stub.truth(), [])

    def test_without_the_option_there_is_none(self):
        stub = self.stub("--ttft", "5ms", "--itl", "1ms")
        done = lynx.lynxbench("load", "--quiet", "--protocol", "openai-chat", "--url", stub.url, "--model", "stub", "--rate", "20",
                              "--duration", "300ms", "--json", timeout=60)
        self.assertIsNone(json.loads(done.stdout)["reconciliation"])

    # ---- a run under a contract ------------------------------------------------------------------

    def run_watched(self, stub, metrics):
        contract, bundle = self.folder / "watched.yaml", self.folder / "watched.lynx"
        contract.write_text(CONTRACT.replace("SERVER", stub.url).replace("READ", metrics))
        done = lynx.lynxbench("run", contract, "--out", bundle, "--quiet", timeout=60)
        self.assertIn(done.returncode, (0, 1), done.stdout + done.stderr)
        return bundle, re.sub(r"\s+", " ", done.stdout)

    def test_a_run_keeps_both_views_and_recomputes_them(self):
        stub = self.stub("--servers", "1", "--ttft", "40ms", "--itl", "2ms")
        bundle, text = self.run_watched(stub, stub.url + "/metrics")
        self.assertIn("The server's own figures beside the client's", text)
        views = json.loads((bundle / "figures.json").read_text())["server_views"]
        self.assertEqual([(view["session"], view["point"]) for view in views], [(1, "two"), (2, "two")])
        for view in views:
            found = view["reconciliation"]
            self.assertEqual(self.row(found, "requests answered well")["agree"], "agree", found["comparisons"])
            self.assertAlmostEqual(self.parts(found)["queue"] / MS, 70, delta=15)  # 40 + 15 x 2 ms, of the other request
            self.assertLess(self.parts(found)["network, protocol and client"] / MS, 5)
        self.assertLess((bundle / "server.json").stat().st_size, 400_000)  # the buckets of 6 readings, mostly
        for command in ("check", "recompute"):
            done = lynx.lynxbench(command, bundle)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_run_whose_server_tells_nothing_goes_on_and_says_so(self):
        stub = self.stub("--ttft", "20ms", "--itl", "1ms")
        bundle, text = self.run_watched(stub, stub.url + "/v1/none")
        self.assertIn("HTTP status 404", text)
        for view in json.loads((bundle / "figures.json").read_text())["server_views"]:
            self.assertIn("HTTP status 404", view["reconciliation"]["server"]["missing"])
            self.assertEqual(view["reconciliation"]["split"]["parts"], [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
