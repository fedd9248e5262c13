"""Real servers for the tests beside this file: installed from PyPI into a venv each, started, waited for, ended.

Only with LYNXBENCH_REAL_SERVERS=1. The venvs are in build/real-servers, or where LYNXBENCH_VENV_TRITON,
LYNXBENCH_VENV_MLSERVER and LYNXBENCH_VENV_LLAMA say that one is already. Without a network the tests are skipped.
"""
import contextlib
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

import lynx

SERVERS = lynx.ROOT / "tests/e2e/servers"
VENVS = lynx.ROOT / "build/real-servers"
PACKAGES = {
    "triton": ["nvidia-pytriton==0.7.0"],
    "mlserver": ["mlserver==1.7.1"],
    "llama": ["llama-cpp-python[server]==0.3.36", "gguf==0.19.0"],
}
# Compiled when it is installed: minutes, and a compiler.
FROM_SOURCE = {"llama"}
# pytriton's backend brings an interpreter that wants the standard library of an early 3.11.
PYTHON = "/usr/bin/python3" if pathlib.Path("/usr/bin/python3").exists() else sys.executable


def pip(*words):
    return subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check", *map(str, words)], capture_output=True, text=True,
                          env={**os.environ, "CMAKE_BUILD_PARALLEL_LEVEL": "2"})


def pypi_answers():
    with tempfile.TemporaryDirectory() as folder:
        return pip("download", "-q", "--no-deps", "--no-cache-dir", "--timeout", "10", "--retries", "0", "-d", folder, "six").returncode == 0


def make_venv(folder):
    """With PYTHON; without a pip of its own, which Debian's interpreter may not have."""
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([PYTHON, "-m", "venv", "--without-pip", folder], check=True, capture_output=True)


def python_with(name):
    """The interpreter of a venv that has the server `name`."""
    given = os.environ.get(f"LYNXBENCH_VENV_{name.upper()}")
    if given:
        return pathlib.Path(given) / "bin/python"
    folder = VENVS / name
    if not (folder / "installed").exists():
        if not pypi_answers():
            raise unittest.SkipTest(f"{name} is not installed, and PyPI does not answer")
        make_venv(folder)
        wheels_alone = [] if name in FROM_SOURCE else ["--only-binary=:all:"]
        done = pip("--python", folder / "bin/python", "install", "-q", *wheels_alone, *PACKAGES[name])
        if done.returncode != 0:
            raise AssertionError(f"{name} could not be installed: {done.stderr[-3000:]}")
        (folder / "installed").touch()
    return folder / "bin/python"


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Server(unittest.TestCase):
    """A server for a class's tests, in a folder of its own; what a class is to say is said by the two methods."""

    @classmethod
    def command(cls):
        """The words that start it; may write into cls.folder, where it runs."""
        raise NotImplementedError

    @classmethod
    def ready_urls(cls):
        """It is ready when each of these has answered 200."""
        raise NotImplementedError

    @classmethod
    def setUpClass(cls):
        if os.environ.get("LYNXBENCH_REAL_SERVERS") != "1":
            raise unittest.SkipTest("LYNXBENCH_REAL_SERVERS=1 installs and starts real servers")
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="lynxbench-real-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.log = cls.folder / "log"
        command = [str(word) for word in cls.command()]
        with open(cls.log, "w") as log:
            cls.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=cls.folder, start_new_session=True)
        cls.addClassCleanup(cls.end)
        for url in cls.ready_urls():
            cls.wait_until_ready(url)

    @classmethod
    def end(cls):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(cls.process.pid, 15)
        try:
            cls.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(cls.process.pid, 9)
            cls.process.wait()

    @classmethod
    def wait_until_ready(cls, url):
        trusting = ssl._create_unverified_context()
        end = time.monotonic() + 180
        while time.monotonic() < end:
            if cls.process.poll() is not None:
                raise AssertionError(f"the server ended: {cls.log.read_text(errors='replace')[-3000:]}")
            with contextlib.suppress(OSError):
                if urllib.request.urlopen(url, timeout=2, context=trusting).status == 200:
                    return
            time.sleep(0.3)
        raise AssertionError(f"{url} is not ready in time: {cls.log.read_text(errors='replace')[-3000:]}")
