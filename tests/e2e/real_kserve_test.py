"""KServe v2 against real servers: Triton (pytriton) and MLServer, from PyPI, on the CPU.

Only with LYNXBENCH_REAL_SERVERS=1 (real_servers.py): both are installed, about 1.5 GB and minutes the first time.
Each protocol is measured by the built program (bench/target_load), and what it saw is held against what the models do.
"""
import json
import pathlib
import shutil
import socket
import subprocess
import unittest

import lynx
from real_servers import SERVERS, Server, free_ports, python_with

LOAD = pathlib.Path(lynx.BINARY).parent / "bench/target_load"


class RealKserve:
    """The tests, on each server."""

    @classmethod
    def ready_urls(cls):
        return [f"http://127.0.0.1:{cls.http}/v2/models/{model}/ready" for model in ("double", "tokens")]

    def load(self, protocol, *arguments, codes=(0,)):
        port = self.grpc if protocol == "kserve-grpc" else self.http
        scheme = "grpc" if protocol == "kserve-grpc" else "http"
        done = subprocess.run([LOAD, "--kind", protocol, "--url", f"{scheme}://127.0.0.1:{port}", "--duration", "2",
                               "--timeout", "30", *arguments], capture_output=True, text=True, timeout=120)
        self.assertIn(done.returncode, codes, done.stderr)
        return done, (json.loads(done.stdout) if done.returncode == 0 else None)

    def assert_all_right(self, done, seen):
        self.assertEqual(seen["failures"], {}, seen["first_failure"])
        self.assertGreater(seen["ok"], 10)
        self.assertIn(self.server_name, done.stderr)

    def program(self, protocol, *words, port=None):
        """`lynxbench load` itself; its report where there is one."""
        scheme, own = ("grpc", self.grpc) if protocol == "kserve-grpc" else ("http", self.http)
        done = lynx.lynxbench("load", "--protocol", protocol, "--url", f"{scheme}://127.0.0.1:{port or own}", "--duration", "2s", "--json",
                              "--quiet", *words)
        return done, (json.loads(done.stdout) if done.stdout else None)

    def test_metadata_is_the_servers(self):
        for protocol, words in (("kserve-grpc", ()), ("kserve-http", ("--encoding", "json"))):
            done, _ = self.load(protocol, "--model", "double", *words)
            facts = dict(line.split(maxsplit=1) for line in done.stderr.splitlines())
            self.assertEqual(facts["server.name"], self.server_name)
            self.assertRegex(facts["server.version"], r"^\d+\.\d+")
            self.assertEqual(facts["model.name"], "double")
            self.assertEqual(facts["input.shape"], "x: FP32 [1, 4]")  # as it is sent: 1 where the server says -1

    def test_a_load_of_streams_has_the_times_of_the_responses(self):
        inputs = self.folder / "seven.jsonl"
        inputs.write_text(json.dumps({"body": {"inputs": [{"name": "n", "datatype": "INT32", "shape": [1, 1], "data": [7]}]}}) + "\n")
        _, report = self.program("kserve-grpc", "--model", "tokens", "--stream", "--input", inputs, "--concurrency", "1")
        self.assertEqual(report["counts"]["ok"], report["counts"]["due"], report["failures"])
        self.assertGreater(report["counts"]["ok"], 10)
        ms = {name: report["figures"][name]["value"] / 1e6 for name in ("ttft.p50", "itl.p50", "e2e.p50")}
        self.assertGreaterEqual(ms["ttft.p50"], 2)
        self.assertGreaterEqual(ms["itl.p50"], 1.5)
        self.assertGreaterEqual(ms["e2e.p50"], ms["ttft.p50"] + 6 * 1.5)

    def test_a_closed_port_is_named(self):
        port = free_ports(1)[0]
        for protocol in ("kserve-grpc", "kserve-http"):
            done, _ = self.program(protocol, "--model", "double", "--rate", "10", port=port)
            self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
            self.assertRegex(done.stderr, f"{port}.*refused")

    def test_unary_over_grpc(self):
        done, seen = self.load("kserve-grpc", "--model", "double", "--concurrency", "4")
        self.assert_all_right(done, seen)
        self.assertEqual(seen["with_kernel_times"], seen["ok"])
        self.assertEqual(seen["connections_opened"], 1)

    def test_http_with_binary_tensors(self):
        if not self.binary:
            done, _ = self.load("kserve-http", "--model", "double", "--encoding", "binary", codes=(1,))
            self.assertIn("tensor_encoding: json", done.stderr)
            return
        self.assert_all_right(*self.load("kserve-http", "--model", "double", "--concurrency", "4", "--encoding", "binary"))

    def test_http_with_json(self):
        self.assert_all_right(*self.load("kserve-http", "--model", "double", "--concurrency", "4", "--encoding", "json"))

    def test_answers_are_right(self):
        body = json.dumps({"inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 4], "data": [1, 2, 3, 4]}]})
        for protocol in ("kserve-grpc", "kserve-http"):
            encoding = ("--encoding", "binary" if self.binary else "json")
            _, seen = self.load(protocol, "--model", "double", "--body", body, "--expected", "[2,4,6,8]", *encoding)
            self.assertEqual((seen["correct"], seen["wrong"]), (seen["ok"], 0), protocol)
            _, seen = self.load(protocol, "--model", "double", "--body", body, "--expected", "[2,4,6,9]", *encoding)
            self.assertEqual((seen["correct"], seen["wrong"]), (0, seen["ok"]), protocol)

    def test_streamed_responses_are_chunks(self):
        body = json.dumps({"inputs": [{"name": "n", "datatype": "INT32", "shape": [1, 1], "data": [7]}]})
        done, seen = self.load("kserve-grpc", "--model", "tokens", "--stream", "--concurrency", "2", "--body", body)
        self.assertEqual(seen["failures"], {}, seen["first_failure"])
        self.assertGreater(seen["ok"], 5)
        self.assertEqual(seen["content_chunks"], 7 * seen["ok"])
        self.assertEqual(seen["events"], (7 + self.empty_finals) * seen["ok"])
        self.assertGreater(seen["p50_us"], 7 * 2000)

    def test_a_model_that_is_not_there_is_named(self):
        for protocol in ("kserve-grpc", "kserve-http"):
            done, _ = self.program(protocol, "--model", "nope", "--rate", "10")
            self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
            self.assertIn("nope", done.stderr)

    def test_the_other_protocols_port_is_said_to_be_wrong(self):
        done = subprocess.run([LOAD, "--kind", "kserve-grpc", "--url", f"grpc://127.0.0.1:{self.http}", "--model", "double"],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "HTTP/1 came|port for gRPC")

    def test_a_wrong_shape_is_the_servers_error(self):
        body = json.dumps({"inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 3], "data": [1, 2, 3]}]})
        if not self.strict:
            self.skipTest("the server does not hold requests against the model's metadata")
        for protocol in ("kserve-grpc", "kserve-http"):
            _, seen = self.load(protocol, "--model", "double", "--body", body)
            self.assertEqual(seen["ok"], 0)
            self.assertEqual(set(seen["failures"]), {"status"}, seen)


class Triton(RealKserve, Server):
    server_name = "triton"
    empty_finals = 1
    strict = True
    binary = True

    @classmethod
    def command(cls):
        cls.http, cls.grpc, cls.metrics = free_ports(3)
        return [python_with("triton"), SERVERS / "triton_server.py", *map(str, (cls.http, cls.grpc, cls.metrics))]


class MlServer(RealKserve, Server):
    server_name = "mlserver"
    empty_finals = 0
    binary = False
    strict = False

    @classmethod
    def command(cls):
        cls.http, cls.grpc, cls.metrics = free_ports(3)
        tensors = {"double": (("x", "FP32", [-1, 4]), ("y", "FP32", [-1, 4])),
                   "tokens": (("n", "INT32", [-1, 1]), ("token", "BYTES", [-1, 1]))}
        settings = {"debug": False, "host": "127.0.0.1", "http_port": cls.http, "grpc_port": cls.grpc,
                    "metrics_port": cls.metrics, "parallel_workers": 0}
        (cls.folder / "settings.json").write_text(json.dumps(settings))
        shutil.copy(SERVERS / "mlserver_models.py", cls.folder)
        for name, (given, made) in tensors.items():
            (cls.folder / name).mkdir()
            describe = [{"name": n, "datatype": t, "shape": s} for n, t, s in (given, made)]
            (cls.folder / name / "model-settings.json").write_text(json.dumps(
                {"name": name, "implementation": f"mlserver_models.{name.title()}", "inputs": describe[:1],
                 "outputs": describe[1:]}))
        return [python_with("mlserver"), "-c", "import sys; sys.path.insert(0, '.'); from mlserver.cli import main; sys.argv = "
                "['mlserver', 'start', '.']; main()"]


if __name__ == "__main__":
    lynx.main()
