"""`lynxbench load` from outside, against the stub: counts and times against its truth, a stall, every bad server.

LYNXBENCH_LOAD_SECONDS makes the loads longer than in the default run (2).
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

import lynx

SECONDS = float(os.environ.get("LYNXBENCH_LOAD_SECONDS", "2"))
MS = 1_000_000


class Stub:
    """`lynxbench stub` on a free port, with the truth of what it did."""

    def __init__(self, folder, *options):
        self.truth_file = folder / f"truth{len(list(folder.iterdir()))}.jsonl"
        self.process = subprocess.Popen([lynx.BINARY, "stub", "--port", "0", "--truth", str(self.truth_file), *options],
                                        stdout=subprocess.PIPE, text=True, cwd=lynx.ROOT)
        greeting = self.process.stdout.readline()
        self.url = re.search(r"http://[\d.]+:\d+", greeting).group(0)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=20)

    def truth(self):
        """Stops it; gives its requests and totals."""
        self.__exit__()
        lines = [json.loads(line) for line in self.truth_file.read_text().splitlines()]
        return [line for line in lines if "outcome" in line], lines[-1]["totals"]


def url_of(protocol, stub):
    if protocol == "kserve-grpc":
        return stub.url.replace("http://", "grpc://")
    return stub.url + ("/plain" if protocol == "http" else "")


def words_of(protocol, stub):
    words = ["--protocol", protocol, "--url", url_of(protocol, stub)]
    if protocol != "http":
        words += ["--model", "stub"]
    else:
        words += ["--body", "{}"]
    if protocol.startswith("openai"):
        words += ["--prompt-tokens", "8..32", "--output-tokens", "16"]
    return words


class Load(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lynxbench-load-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def stub(self, *options):
        stub = Stub(self.folder, *options)
        self.addCleanup(stub.__exit__)
        return stub

    def load(self, *words, codes=(0,), duration=SECONDS, timeout=120):
        done = lynx.lynxbench("load", "--duration", f"{int(duration * 1000)}ms", "--json", "--quiet", *words, timeout=timeout)
        self.assertIn(done.returncode, codes, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def value(self, figures, figure):
        found = figures["figures"][figure]
        self.assertIsNotNone(found["value"], f"{figure}: {found['withheld']}")
        return found["value"]

    def failures(self, figures):
        return {failure["kind"]: failure["count"] for failure in figures["failures"]}

    def assert_parts_add_up(self, figures):
        counts = figures["counts"]
        self.assertEqual(counts["due"], sum(counts[part] for part in ("ok", "rejected", "failed", "unfinished", "unsent")))

    # ---- every protocol ------------------------------------------------------------------------

    def check_protocol(self, protocol):
        stub = self.stub("--ttft", "20ms", "--itl", "5ms", "--delay", "20ms")
        # Whether this machine was quiet enough for a verdict is not what is tested here.
        figures = self.load(*words_of(protocol, stub), "--rate", "50", "--seed", "7", codes=(0, 1))
        requests, totals = stub.truth()
        counts = figures["counts"]
        self.assert_parts_add_up(figures)
        self.assertEqual(counts["ok"], counts["due"], figures["failures"])
        served = [request for request in requests if request["outcome"] == "ok" and request["route"] not in ("models", "health", "metrics")]
        loads = [request for request in served if request["written"]]
        self.assertGreaterEqual(len(loads), counts["due"] + counts["warm_up"])
        # More than those: what the target asked before the load (metadata).
        self.assertLessEqual(len(loads), counts["due"] + counts["warm_up"] + 3)
        e2e = self.value(figures, "service.p50")
        self.assertGreater(e2e, totals["e2e_ns"]["p50"] * 0.9)
        return figures, totals

    def test_openai_chat_streams(self):
        figures, totals = self.check_protocol("openai-chat")
        self.assert_stream_times(figures, totals)

    def test_openai_completions_stream(self):
        figures, totals = self.check_protocol("openai-completions")
        self.assert_stream_times(figures, totals)

    def assert_stream_times(self, figures, totals):
        self.assertEqual(figures["tokens"]["without_completion"], 0)
        self.assertEqual(self.value(figures, "output_tokens.p50"), 16)
        for figure, truth in (("ttft_from_sent.p50", "ttft_ns"), ("itl.p50", "itl_ns")):
            error = abs(self.value(figures, figure) - totals[truth]["p50"])
            self.assertLess(error, 5 * MS, f"{figure}: off by {error / MS} ms")
        self.assertAlmostEqual(self.value(figures, "tpot.p50") / MS, 5, delta=2)

    def test_http(self):
        figures, _ = self.check_protocol("http")
        self.assertIsNone(figures["figures"]["ttft.p50"]["value"])
        self.assertEqual(figures["figures"]["ttft.p50"]["withheld"], "no answer came in pieces")

    def test_kserve_http(self):
        self.check_protocol("kserve-http")

    def test_kserve_grpc(self):
        self.check_protocol("kserve-grpc")

    def test_kserve_grpc_streams_when_asked_to(self):
        stub = self.stub("--ttft", "20ms", "--itl", "5ms", "--tokens", "16")
        figures = self.load(*words_of("kserve-grpc", stub), "--stream", "--rate", "50", "--seed", "7", codes=(0, 1))
        requests, totals = stub.truth()
        self.assertEqual(figures["counts"]["ok"], figures["counts"]["due"], figures["failures"])
        self.assertIn("streamed", figures["target"])
        self.assertEqual({len(request["written"]) for request in requests if len(request["written"]) > 1}, {17})
        for figure, truth in (("ttft_from_sent.p50", "ttft_ns"), ("itl.p50", "itl_ns")):
            error = abs(self.value(figures, figure) - totals[truth]["p50"])
            self.assertLess(error, 5 * MS, f"{figure}: off by {error / MS} ms")

    def test_a_command_for_each_request(self):
        figures = self.load("--protocol", "command", "--concurrency", "2", "--body", "hello", "--", "cat", codes=(0, 1), duration=1)
        self.assert_parts_add_up(figures)
        self.assertGreater(figures["counts"]["ok"], 0)

    def test_a_closed_loop_keeps_its_concurrency(self):
        stub = self.stub("--ttft", "10ms", "--itl", "2ms")
        figures = self.load(*words_of("openai-chat", stub), "--concurrency", "4", codes=(0, 1))
        self.assertAlmostEqual(self.value(figures, "concurrency"), 4, delta=0.3)
        self.assertEqual(figures["concurrency"], 4)

    def test_the_same_seed_sends_the_same_bytes(self):
        stub = self.stub()
        digests = {self.load(*words_of("openai-chat", stub), "--rate", "20", "--seed", seed, codes=(0, 1), duration=0.5)["inputs_digest"]
                   for seed in ("3", "3", "4")}
        self.assertEqual(len(digests), 2)

    # ---- what is measured ----------------------------------------------------------------------

    def test_a_stall_shows_in_p99_and_not_from_sent_alone(self):
        """A stall of a tenth of the run, as the 2 s of 20 s of the field's own test."""
        length = max(5.0, SECONDS)
        stall = length / 10
        stub = self.stub("--ttft", "5ms", "--itl", "1ms")

        def stop():
            time.sleep(1.0 + length / 2)
            stub.process.send_signal(signal.SIGSTOP)
            time.sleep(stall)
            stub.process.send_signal(signal.SIGCONT)

        stopper = threading.Thread(target=stop)
        stopper.start()
        figures = self.load(*words_of("openai-chat", stub), "--rate", "200", "--warm-up", "500ms", codes=(0, 1), duration=length)
        stopper.join()
        self.assertGreaterEqual(self.value(figures, "e2e.p99"), 0.85 * stall * 1e9)
        self.assertLess(self.value(figures, "e2e.p50"), 0.2 * stall * 1e9)

    def test_an_slo_decides_the_exit_code(self):
        stub = self.stub("--ttft", "20ms", "--itl", "2ms")
        words = [*words_of("openai-chat", stub), "--rate", "100"]
        failed = self.load(*words, "--slo", "ttft.p90=5ms", codes=(1,))
        self.assertEqual(failed["slo"][0]["verdict"], "fail")
        passed = self.load(*words, "--slo", "ttft.p50=2s", "--slo", "tpot.p50=1s", codes=(0, 1), duration=3)
        self.assertEqual([term["verdict"] for term in passed["slo"]], ["pass", "pass"])

    def scored(self, *words, codes):
        """Answers of the stub are words of a fixed list: nothing of what is expected here is among them."""
        prompts = self.folder / "prompts.jsonl"
        prompts.write_text("".join(json.dumps({"prompt": f"question {i}", "max_tokens": 4, "expected": f"answer {i}"}) + "\n"
                                   for i in range(20)))
        stub = self.stub("--ttft", "1ms", "--itl", "1ms", "--tokens", "4")
        return self.load("--protocol", "openai-chat", "--url", stub.url, "--model", "stub", "--input", prompts, "--rate", "100", *words,
                         codes=codes)

    def test_wrong_answers_are_no_go_however_fast(self):
        # Of half of the requests: a disturbance of this machine may leave few independent ones to tell more from.
        figures = self.scored("--score", "contains", "--accuracy", "90%", "--slo", "e2e.p50=1s", codes=(1,))
        self.assertEqual(self.value(figures, "accuracy"), 0)
        self.assertEqual(figures["accuracy"]["verdict"], "fail")
        self.assertEqual(figures["slo"][0]["verdict"], "pass")

    def test_a_command_scores_the_answers(self):
        judge = self.folder / "judge.py"
        judge.write_text("import json, sys\n"
                         "for line in sys.stdin:\n"
                         "    it = json.loads(line)\n"
                         "    number = int(it['expected'].split()[1])\n"
                         "    assert it['input'] == f'question {number}' and it['answer']\n"
                         "    print(0.5 if number % 2 else 1)\n")
        figures = self.scored("--score-command", f"python3 {judge}", "--accuracy", "50%", codes=(0, 1))
        self.assertAlmostEqual(self.value(figures, "accuracy"), 0.75)
        self.assertEqual(figures["accuracy"]["method"], "command")
        self.assertEqual(figures["figures"]["accuracy"]["samples"], figures["counts"]["ok"])
        below = self.scored("--score-command", f"python3 {judge}", "--accuracy", "80%", codes=(1,))
        self.assertEqual(below["accuracy"]["verdict"], "fail")

    def test_a_judge_that_fails_is_named_and_the_load_is_kept(self):
        figures = self.scored("--score-command", "cat >/dev/null", codes=(0, 1))
        self.assertIsNone(figures["figures"]["accuracy"]["value"])
        self.assertTrue(any("could not be scored" in notice for notice in figures["validity"]["notices"]), figures["validity"])
        self.assertGreater(figures["counts"]["ok"], 0)
        done = lynx.lynxbench("load", "--protocol", "command", "--concurrency", "1", "--body", "x", "--score-command", "exit 7", "--", "cat")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("7", done.stderr)

    def test_threads_share_the_load(self):
        stub = self.stub("--ttft", "5ms", "--itl", "1ms")
        one = self.load(*words_of("openai-chat", stub), "--rate", "100", "--seed", "5", codes=(0, 1))
        two = self.load(*words_of("openai-chat", stub), "--rate", "100", "--seed", "5", "--threads", "2", codes=(0, 1))
        self.assertEqual(one["counts"]["due"], two["counts"]["due"])
        self.assertEqual(two["counts"]["ok"], two["counts"]["due"])

    def test_every_request_can_be_recorded(self):
        stub = self.stub("--ttft", "5ms", "--itl", "1ms")
        file = self.folder / "requests.jsonl"
        figures = self.load(*words_of("openai-chat", stub), "--rate", "50", "--record", file, codes=(0, 1), duration=1)
        lines = [json.loads(line) for line in file.read_text().splitlines()]
        self.assertEqual(len(lines) - 1, figures["counts"]["due"] + figures["counts"]["warm_up"])
        self.assertEqual(len(lines[1]["chunks"]), lines[1]["content_chunks"])

    def otlp_of(self, requests, wall_offset_ns):
        """A server's truth as the spans that it would export: queue and tokens by the conventions for generative AI."""
        def attribute(key, value):
            return {"key": key, "value": {"doubleValue": value}}
        spans = []
        for number, request in enumerate(requests, 1):
            arrival = request["kernel_ns"] or request["read_ns"]
            first = next(at for at, _, _, _, kind in request["written"] if kind == "content")
            spans.append({"traceId": f"{number:032x}", "spanId": f"{number:016x}", "name": "llm_request", "kind": 2,
                          "startTimeUnixNano": str(arrival + wall_offset_ns),
                          "endTimeUnixNano": str(request["written"][-1][0] + wall_offset_ns),
                          "attributes": [attribute("gen_ai.latency.time_in_queue", (request["service_begin_ns"] - arrival) / 1e9),
                                         attribute("gen_ai.latency.time_to_first_token", (first - arrival) / 1e9)]})
        return {"resourceSpans": [{"scopeSpans": [{"scope": {"name": "server"}, "spans": spans}]}]}

    def test_a_record_beside_the_servers_spans_tells_what_was_outside_the_server(self):
        stub = self.stub("--ttft", "5ms", "--itl", "1ms")
        record, spans = self.folder / "requests.jsonl", self.folder / "spans.json"
        self.load(*words_of("openai-chat", stub), "--rate", "50", "--record", record, codes=(0, 1), duration=1)
        served = [request for request in stub.truth()[0] if request["outcome"] == "ok" and request["route"] == "chat"]
        head, *lines = [json.loads(line) for line in record.read_text().splitlines()]
        served = served[len(served) - len(lines):]  # the target asks something before the load
        spans.write_text(json.dumps(self.otlp_of(served, head["wall_epoch_ns"] - head["epoch_ns"])))
        done = lynx.lynxbench("attribute", "--json", record, spans)
        self.assertEqual(done.returncode, 0, done.stderr)
        both = json.loads(done.stdout)["client_server"]
        self.assertEqual(both["unknown_because"], "")
        self.assertEqual((both["client_requests"], both["server_requests"]), (len(lines), len(lines)))
        stays = sum(line["done_ns"] - line["sent_ns"] for line in lines)
        server = sum(request["written"][-1][0] - (request["kernel_ns"] or request["read_ns"]) for request in served)
        self.assertEqual(both["outside_ns"], stays - server)
        self.assertEqual(sum(stage["sum_ns"] for stage in both["stages"]) + both["outside_ns"], both["client_ns"])
        self.assertIn("prefill", [stage["stage"] for stage in both["stages"]])
        less = lynx.lynxbench("attribute", record, self.cut(spans))
        self.assertIn("not the same ones", " ".join(less.stdout.split()))

    def cut(self, spans):
        document = json.loads(spans.read_text())
        document["resourceSpans"][0]["scopeSpans"][0]["spans"].pop()
        fewer = self.folder / "fewer.json"
        fewer.write_text(json.dumps(document))
        return fewer

    def test_ctrl_c_prints_what_was_measured(self):
        stub = self.stub("--ttft", "5ms", "--itl", "1ms")
        process = subprocess.Popen([lynx.BINARY, "load", *words_of("openai-chat", stub), "--rate", "50", "--duration", "60s",
                                    "--warm-up", "0s", "--json", "--quiet"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(3)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 4, out + err)
        figures = json.loads(out)
        self.assertFalse(figures["complete"])
        self.assertGreater(figures["counts"]["ok"], 0)
        self.assert_parts_add_up(figures)

    # ---- bad servers ---------------------------------------------------------------------------

    def test_every_bad_answer_is_a_counted_named_failure(self):
        for fault, kind in (("500", "status"), ("503", "busy"), ("429", "busy"), ("mid-stream", "server_error"), ("cut", "cut_stream"),
                            ("reset", "closed"), ("html", "content_type"), ("half-chunk", "closed"), ("silence", "timeout")):
            with self.subTest(fault):
                stub = self.stub("--ttft", "1ms", "--itl", "1ms", "--errors", f"{fault}:100%")
                figures = self.load(*words_of("openai-chat", stub), "--rate", "30", "--timeout", "500ms", "--warm-up", "0s",
                                    codes=(1,), duration=1)
                self.assert_parts_add_up(figures)
                self.assertEqual(figures["counts"]["ok"], 0)
                self.assertEqual(self.failures(figures), {kind: figures["counts"]["due"]}, figures["failures"])
                self.assertTrue(figures["failures"][0]["details"], figures["failures"])

    def test_failures_stay_in_the_rates(self):
        stub = self.stub("--ttft", "1ms", "--itl", "1ms", "--errors", "500:30%")
        figures = self.load(*words_of("openai-chat", stub), "--rate", "200", "--slo", "e2e.p90=10s", codes=(1,))
        self.assertGreater(self.value(figures, "errors"), 0.15)
        self.assertEqual(figures["slo"][0]["verdict"], "fail")
        self.assertLess(self.value(figures, "goodput"), 0.85 * figures["offered_per_s"])

    @contextlib.contextmanager
    def raw_server(self, answer):
        """Answers every connection with these bytes (an iterator of them), whatever was asked."""
        listener = socket.create_server(("127.0.0.1", 0))
        listener.settimeout(0.2)
        ending = threading.Event()

        def serve_one(connection):
            with contextlib.suppress(OSError), connection:
                connection.settimeout(5)
                connection.recv(65536)
                for piece in answer():
                    connection.sendall(piece)

        def serve():
            while not ending.is_set():
                with contextlib.suppress(TimeoutError, socket.timeout):
                    threading.Thread(target=serve_one, args=(listener.accept()[0],), daemon=True).start()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            ending.set()
            thread.join()
            listener.close()

    def test_answers_of_no_server_are_named_and_never_hang(self):
        def endless_body():
            yield b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10737418240\r\n\r\n"
            for _ in range(200):
                yield b"x" * 65536

        def header_bomb():
            yield b"HTTP/1.1 200 OK\r\n"
            for number in range(20_000):
                yield b"X-%d: %s\r\n" % (number, b"y" * 100)

        for name, answer, kinds in (
                ("no HTTP", lambda: iter([b"220 mail ready\r\n\r\n"]), {"protocol"}),
                ("header bomb", header_bomb, {"protocol", "closed", "too_large"}),
                ("10 GB", endless_body, {"closed", "timeout", "too_large"}),
                ("closed at once", lambda: iter([]), {"closed"})):
            with self.subTest(name), self.raw_server(answer) as url:
                figures = self.load("--protocol", "http", "--url", url + "/", "--body", "{}", "--rate", "10", "--timeout", "1s",
                                    "--warm-up", "0s", codes=(1,), duration=0.5, timeout=60)
                self.assert_parts_add_up(figures)
                self.assertEqual(figures["counts"]["ok"], 0)
                self.assertLessEqual(set(self.failures(figures)), kinds, figures["failures"])

    def test_a_closed_port_says_so(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        for protocol in ("http", "openai-chat"):
            done = lynx.lynxbench("load", "--protocol", protocol, "--url", f"http://127.0.0.1:{port}", "--rate", "20", "--duration", "300ms",
                                  *(["--body", "{}"] if protocol == "http" else ["--model", "m"]))
            self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
            self.assertRegex(done.stdout + done.stderr, "(?i)refused|no connection")

    def test_a_model_that_the_server_does_not_list_is_noticed(self):
        stub = self.stub("--ttft", "1ms", "--itl", "1ms")
        words = [*words_of("openai-chat", stub), "--concurrency", "1"]
        self.assertNotIn("server's list", str(self.load(*words, codes=(0, 1), duration=0.5)["validity"]["notices"]))
        words[words.index("--model") + 1] = "other"
        notices = self.load(*words, codes=(0, 1), duration=0.5)["validity"]["notices"]
        self.assertIn('the model "other" is not in the server\'s list; it names "stub", which is what may have answered', notices)

    # ---- words ---------------------------------------------------------------------------------

    def test_wrong_words_say_what_would_be_right(self):
        done = lynx.lynxbench("load", "--protocol", "openai-chats", "--url", "http://x", "--rate", "1")
        self.assertEqual(done.returncode, 2)
        self.assertIn('did you mean "openai-chat"?', done.stderr)
        done = lynx.lynxbench("load", "--protokol", "http")
        self.assertEqual(done.returncode, 2)
        self.assertIn('did you mean "--protocol"?', done.stderr)

    def test_the_terminal_report_begins_with_the_verdict(self):
        stub = self.stub("--ttft", "5ms", "--itl", "1ms")
        html = self.folder / "load.html"
        done = lynx.lynxbench("load", *words_of("openai-chat", stub), "--rate", "50", "--duration", "1s", "--html", html, "--quiet",
                              "--header", "Authorization: Bearer secret")
        self.assertRegex(done.stdout.lstrip(), "^(MEASURED|NOT VALID)")
        self.assertIn("TTFT (first content)", done.stdout)
        page = html.read_text()
        self.assertNotIn("<script", page)
        self.assertNotIn("secret", page)
        self.assertGreaterEqual(page.count("<svg"), 3)


if __name__ == "__main__":
    lynx.main()
