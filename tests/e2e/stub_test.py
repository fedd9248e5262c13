"""The stub from outside, over each protocol, with Python's standard library alone; and its truth against what was seen."""
import http.client
import json
import pathlib
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import tempfile
import time
import unittest
import urllib.request

import lynx


class Stub:
    """A running stub; its ground truth once it is stopped."""

    def __init__(self, *options, folder):
        self.truth_file = folder / "truth.jsonl"
        self.process = subprocess.Popen([lynx.BINARY, "stub", "--truth", str(self.truth_file), *options],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.greeting = self.process.stdout.readline()
        self.urls = [word.rstrip(";") for word in self.greeting.split() if "://" in word]

    def address(self, scheme="http"):
        url = next(url for url in self.urls if url.startswith(scheme + "://"))
        return "127.0.0.1", int(url.rsplit(":", 1)[1])

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        out, err = self.process.communicate(timeout=20)
        lines = [json.loads(line) for line in self.truth_file.read_text().splitlines()]
        assert lines[0] == {"lynxbench_stub_truth": 1, "clock": "CLOCK_MONOTONIC", "unit": "ns"}, lines[0]
        return self.process.returncode, out + err, [line for line in lines[1:] if "totals" not in line], lines[-1]["totals"]


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lynxbench-stub-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def stub(self, *options):
        stub = Stub(*options, folder=self.folder)
        self.addCleanup(stub.process.communicate)
        self.addCleanup(stub.process.kill)
        self.assertTrue(stub.greeting.startswith("listening on http"), stub.greeting)
        return stub


def chat(connection, body, headers=None):
    connection.request("POST", "/v1/chat/completions", json.dumps(body), {"Content-Type": "application/json", **(headers or {})})
    return connection.getresponse()


def events(response):
    """(monotonic ns, data) of each event of a stream."""
    seen = []
    for line in response:
        if line.startswith(b"data: "):
            seen.append((time.monotonic_ns(), line[6:].strip().decode()))
    return seen


class OpenAi(Case):
    def test_a_stream_has_the_times_that_its_truth_says(self):
        stub = self.stub("--ttft", "30ms", "--itl", "10ms", "--tokens", "8")
        connection = http.client.HTTPConnection(*stub.address())
        seen = {}
        for i in range(5):
            begin = time.monotonic_ns()
            response = chat(connection, {"messages": [{"role": "user", "content": "one two"}], "stream": True, "user": f"r{i}"})
            self.assertEqual(response.status, 200)
            self.assertEqual(response.getheader("content-type"), "text/event-stream; charset=utf-8")
            seen[f"r{i}"] = begin, events(response)
        connection.close()
        code, _, requests, totals = stub.stop()
        self.assertEqual(code, 0)
        self.assertEqual(totals["outcomes"]["ok"], 5)
        for request in requests:
            begin, chunks = seen[request["id"]]
            self.assertEqual(chunks[-1][1], "[DONE]")
            written = [at for at, _, _, _, kind in request["written"] if kind == "content"]
            heard = [at for at, data in chunks if '"content":"t' in data]
            self.assertEqual(len(written), 8)
            self.assertEqual(len(heard), 8)
            self.assertLessEqual(begin, request["kernel_ns"] or request["read_ns"])
            for at_server, at_client in zip(written, heard):
                self.assertLessEqual(at_server, at_client, "nothing is heard before it is written")
            self.assertGreaterEqual(written[0] - (request["kernel_ns"] or request["read_ns"]), 30_000_000)

    def test_whole_answers_count_their_tokens(self):
        stub = self.stub("--ttft", "1ms", "--itl", "1ms")
        for path, prompt in ("/v1/chat/completions", {"messages": [{"role": "user", "content": "a b c"}]}), \
                            ("/v1/completions", {"prompt": "a b c"}):
            body = json.dumps({**prompt, "max_tokens": 5}).encode()
            with urllib.request.urlopen(urllib.request.Request("http://%s:%d%s" % (*stub.address(), path), body)) as answer:
                document = json.load(answer)
            self.assertEqual(document["usage"], {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8})
            self.assertEqual(document["choices"][0]["finish_reason"], "length")

    def test_each_fault_is_seen_and_is_in_the_truth(self):
        stub = self.stub("--ttft", "0ms", "--itl", "0ms", "--tokens", "4")
        statuses = {}
        for fault in "500", "503", "429", "html", "mid-stream", "cut", "half-chunk", "reset":
            connection = http.client.HTTPConnection(*stub.address(), timeout=10)
            try:
                response = chat(connection, {"messages": [], "stream": True}, {"x-stub-errors": fault})
                statuses[fault] = response.status, response.read().decode()
            except (http.client.IncompleteRead, ConnectionResetError) as problem:
                statuses[fault] = type(problem).__name__, getattr(problem, "partial", b"").decode()
            connection.close()
        self.assertEqual([statuses[fault][0] for fault in ("500", "503", "429", "html")], [500, 503, 429, 200])
        self.assertIn("<html>", statuses["html"][1])
        self.assertIn('"error"', statuses["mid-stream"][1])
        self.assertNotIn("[DONE]", statuses["cut"][1])
        self.assertEqual(statuses["half-chunk"][0], "IncompleteRead")
        self.assertIn(statuses["reset"][0], ("ConnectionResetError", "IncompleteRead"))
        _, _, requests, totals = stub.stop()
        self.assertEqual(totals["outcomes"]["fault"], 8)
        self.assertEqual({request["fault"] for request in requests}, set(statuses))


class Others(Case):
    def test_plain_answers_metrics_and_models(self):
        stub = self.stub("--bytes", "1000")
        base = "http://%s:%d" % stub.address()
        with urllib.request.urlopen(base + "/anything") as answer:
            self.assertEqual(len(answer.read()), 1000)
        with urllib.request.urlopen(base + "/v1/models") as answer:
            self.assertEqual(json.load(answer)["data"][0]["id"], "stub")
        with urllib.request.urlopen(base + "/metrics") as answer:
            text = answer.read().decode()
        for name in "vllm:num_requests_running", "vllm:time_to_first_token_seconds_bucket", "nv_inference_count":
            self.assertIn(name, text)

    def test_tls_with_the_certificate_that_was_printed(self):
        stub = self.stub("--tls-port", "0", "--print-ca", str(self.folder / "ca.pem"))
        context = ssl.create_default_context(cafile=str(self.folder / "ca.pem"))
        with urllib.request.urlopen("https://localhost:%d/" % stub.address("https")[1], context=context) as answer:
            self.assertEqual(len(answer.read()), 128)

    def test_kserve_over_http_as_json(self):
        stub = self.stub("--delay", "5ms")
        base = "http://%s:%d/v2" % stub.address()
        body = {"id": "k1", "inputs": [{"name": "INPUT0", "datatype": "FP32", "shape": [1, 2], "data": [1.5, 2.5]}]}
        request = urllib.request.Request(base + "/models/m/infer", json.dumps(body).encode())
        with urllib.request.urlopen(request) as answer:
            document = json.load(answer)
        self.assertEqual(document["outputs"][0]["data"], [1.5, 2.5])
        self.assertEqual(document["id"], "k1")
        with urllib.request.urlopen(base + "/models/m/stats") as answer:
            self.assertEqual(json.load(answer)["model_stats"][0]["inference_count"], 1)
        _, _, requests, _ = stub.stop()
        infer = next(request for request in requests if request["id"] == "k1")
        self.assertGreaterEqual(infer["written"][0][0] - infer["read_ns"], 0)
        self.assertEqual(infer["written"][0][4], "answer")

    def test_grpc_is_spoken_frame_by_frame(self):
        stub = self.stub()
        with socket.create_connection(stub.address(), timeout=10) as connection:
            connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, b""))
            headers = b"".join(literal(name, value) for name, value in (
                (":method", "POST"), (":scheme", "http"), (":path", "/inference.GRPCInferenceService/ServerLive"),
                (":authority", "localhost"), ("content-type", "application/grpc"), ("te", "trailers")))
            connection.sendall(frame(1, 4, 1, headers) + frame(0, 1, 1, b"\0\0\0\0\0"))
            messages, trailers = b"", 0
            while trailers < 2:  # the answer's headers, and its trailers
                kind, flags, stream, payload = read_frame(connection)
                if stream == 1 and kind == 0:
                    messages += payload
                trailers += 1 if stream == 1 and kind == 1 else 0
                ended = stream == 1 and flags & 1
            self.assertTrue(ended)
        self.assertEqual(messages, b"\0\0\0\0\2\x08\1")  # a frame of two bytes: field 1 is true

    def test_a_config_file_and_an_end_by_itself(self):
        config = self.folder / "stub.yaml"
        config.write_text("ttft: 1ms\ntokens: 2\nservers: 2\nservice: 10ms\nqueue-limit: 5\n")
        stub = self.stub("--config", str(config), "--for", "300ms")
        self.assertIn("capacity 200/s streamed, 200/s unary", stub.greeting)
        out, _ = stub.process.communicate(timeout=20)
        self.assertEqual(stub.process.returncode, 0)
        self.assertIn("0 requests", out)

    def test_wrong_options_are_told_with_the_nearest_right_one(self):
        done = lynx.lynxbench("stub", "--ttft", "quick")
        self.assertEqual(done.returncode, 2)
        self.assertIn('"quick"', done.stderr)
        config = self.folder / "stub.json"
        config.write_text('{"tfft": "1ms"}')
        done = lynx.lynxbench("stub", "--config", config)
        self.assertEqual(done.returncode, 2)
        self.assertIn('did you mean "ttft"?', done.stderr)

    def test_a_stall_holds_everything_back(self):
        stub = self.stub("--stall", "200ms:600ms")
        time.sleep(0.3)
        begin = time.monotonic_ns()
        with urllib.request.urlopen("http://%s:%d/" % stub.address()) as answer:
            answer.read()
        self.assertGreater(time.monotonic_ns() - begin, 200_000_000)


def frame(kind, flags, stream, payload):
    return struct.pack(">I", len(payload))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + payload


def literal(name, value):
    """HPACK: a literal that is not indexed."""
    return b"\0" + bytes((len(name),)) + name.encode() + bytes((len(value),)) + value.encode()


def read_exactly(connection, count):
    data = b""
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            raise EOFError(f"{len(data)} of {count} bytes")
        data += part
    return data


def read_frame(connection):
    head = read_exactly(connection, 9)
    length = struct.unpack(">I", b"\0" + head[:3])[0]
    return head[3], head[4], struct.unpack(">I", head[5:9])[0] & 0x7fffffff, read_exactly(connection, length)


if __name__ == "__main__":
    lynx.main()
