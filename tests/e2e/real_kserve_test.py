"""KServe v2 against real servers: Triton (pytriton) and MLServer, from PyPI, on the CPU.

Only with LYNXBENCH_REAL_SERVERS=1: it installs both into build/real-servers (about 1.5 GB, minutes the first time).
Each protocol is measured by the built program (bench/target_load), and what it saw is held against what the models do.
"""
import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

import lynx

SERVERS = lynx.ROOT / "tests/e2e/servers"
VENVS = lynx.ROOT / "build/real-servers"
LOAD = pathlib.Path(lynx.BINARY).parent / "bench/target_load"
PACKAGES = {"triton": ["nvidia-pytriton==0.7.0"], "mlserver": ["mlserver==1.7.1"]}
# pytriton's backend brings an interpreter that wants the standard library of an early 3.11.
PYTHON = "/usr/bin/python3" if pathlib.Path("/usr/bin/python3").exists() else sys.executable


def venv(name):
    folder = VENVS / name
    if not (folder / "installed").exists():
        shutil.rmtree(folder, ignore_errors=True)
        try:
            subprocess.run([PYTHON, "-m", "venv", folder], check=True, capture_output=True)
        except subprocess.CalledProcessError:  # Debian's python3 without python3-venv: pip comes from this interpreter
            shutil.rmtree(folder, ignore_errors=True)
            subprocess.run([PYTHON, "-m", "venv", "--without-pip", folder], check=True, capture_output=True)
        target = next(folder.glob("lib/python3.*/site-packages"))
        version = target.parent.name.removeprefix("python")
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--target", target, "--python-version", version,
                        "--only-binary=:all:", *PACKAGES[name]], check=True)
        (folder / "installed").touch()
    return folder / "bin/python"


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def wait_until_ready(process, url, log):
    end = time.monotonic() + 180
    while time.monotonic() < end:
        if process.poll() is not None:
            raise AssertionError(f"the server ended: {log.read_text(errors='replace')[-3000:]}")
        with contextlib.suppress(OSError):
            if urllib.request.urlopen(url, timeout=2).status == 200:
                return
        time.sleep(0.3)
    raise AssertionError(f"not ready in time: {log.read_text(errors='replace')[-3000:]}")


class RealKserve:
    """The tests, on each server."""

    @classmethod
    def setUpClass(cls):
        if os.environ.get("LYNXBENCH_REAL_SERVERS") != "1":
            raise unittest.SkipTest("LYNXBENCH_REAL_SERVERS=1 installs and starts real servers")
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="lynxbench-real-"))
        cls.log = cls.folder / "log"
        cls.http, cls.grpc, cls.metrics = free_ports(3)
        with open(cls.log, "w") as log:
            cls.process = subprocess.Popen(cls.command(), stdout=log, stderr=log, cwd=cls.folder, start_new_session=True)
        try:
            for model in ("double", "tokens"):
                wait_until_ready(cls.process, f"http://127.0.0.1:{cls.http}/v2/models/{model}/ready", cls.log)
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def tearDownClass(cls):
        os.killpg(cls.process.pid, 15)
        try:
            cls.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(cls.process.pid, 9)
            cls.process.wait()
        shutil.rmtree(cls.folder, ignore_errors=True)

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
            done, _ = self.load(protocol, "--model", "nope", codes=(1,))
            self.assertIn("nope", done.stderr)

    def test_the_other_protocols_port_is_said_to_be_wrong(self):
        done = subprocess.run([LOAD, "--kind", "kserve-grpc", "--url", f"grpc://127.0.0.1:{self.http}", "--model", "double"],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "HTTP/1 came|port for gRPC")

    def test_a_wrong_shape_is_the_servers_error(self):
        body = json.dumps({"inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 3], "data": [1, 2, 3]}]})
        for protocol in ("kserve-grpc", "kserve-http"):
            _, seen = self.load(protocol, "--model", self.strict_model, "--body", body) if self.strict_model else (None, None)
            if seen:
                self.assertEqual(seen["ok"], 0)
                self.assertEqual(set(seen["failures"]), {"status"}, seen)


class Triton(RealKserve, unittest.TestCase):
    server_name = "triton"
    empty_finals = 1
    strict_model = "double"
    binary = True

    @classmethod
    def command(cls):
        return [venv("triton"), SERVERS / "triton_server.py", *map(str, (cls.http, cls.grpc, cls.metrics))]


class MlServer(RealKserve, unittest.TestCase):
    server_name = "mlserver"
    empty_finals = 0
    binary = False
    strict_model = None  # it does not hold requests against the model's metadata

    @classmethod
    def command(cls):
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
        return [venv("mlserver"), "-c", "import sys; sys.path.insert(0, '.'); from mlserver.cli import main; sys.argv = "
                "['mlserver', 'start', '.']; main()"]


if __name__ == "__main__":
    lynx.main()
