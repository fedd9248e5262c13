"""The OpenAI protocols against a real server: llama.cpp, by PyPI's llama-cpp-python[server], over TLS.

Only with LYNXBENCH_REAL_SERVERS=1 (real_servers.py). The model is tiny_gguf.py's: random weights, made on the spot.
"""
import json
import subprocess

import lynx
from real_servers import Server, free_ports, python_with

CONTEXT = 512  # tokens; a byte of the prompt is about one


class LlamaCpp(Server):
    scheme = "http"
    words = ()

    @classmethod
    def command(cls):
        python = python_with("llama")
        cls.port, = free_ports(1)
        model = cls.folder / "tiny.gguf"
        subprocess.run([python, lynx.ROOT / "tests/e2e/tiny_gguf.py", model], check=True)
        # By default a new request ends the one that is being answered.
        return [python, "-m", "llama_cpp.server", "--model", model, "--model_alias", "tiny", "--host", "127.0.0.1", "--port", cls.port,
                "--n_ctx", CONTEXT, "--n_threads", 1, "--interrupt_requests", "False", *cls.words]

    @classmethod
    def ready_urls(cls):
        return [f"{cls.scheme}://127.0.0.1:{cls.port}/v1/models"]


class OverTls(LlamaCpp):
    scheme = "https"

    @classmethod
    def command(cls):
        key, cls.certificate = cls.folder / "key.pem", cls.folder / "certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj",
                        "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cls.certificate],
                       check=True, capture_output=True)
        cls.words = ["--ssl_keyfile", key, "--ssl_certfile", cls.certificate]
        return super().command()

    def load(self, *words, protocol="openai-chat", url=None, trust=True, model="tiny", prompt="8..16", output="12", codes=(0, 1)):
        trusted = ["--ca", self.certificate] if trust else []
        done = lynx.lynxbench("load", "--protocol", protocol, "--url", url or f"https://127.0.0.1:{self.port}", "--model", model,
                              "--duration", "2s", "--prompt-tokens", prompt, "--output-tokens", output, "--json", "--quiet",
                              *trusted, *words)
        self.assertIn(done.returncode, codes, done.stdout + done.stderr)
        return done, (json.loads(done.stdout) if done.stdout else None)

    def assert_all_right(self, report):
        self.assertEqual(report["counts"]["ok"], report["counts"]["due"], report["failures"])
        self.assertGreater(report["counts"]["ok"], 10)

    def value(self, report, figure):
        self.assertIsNotNone(report["figures"][figure]["value"], report["figures"][figure]["withheld"])
        return report["figures"][figure]["value"]

    def test_streams_over_tls(self):
        for protocol in ("openai-chat", "openai-completions"):
            with self.subTest(protocol):
                _, report = self.load("--concurrency", "1", protocol=protocol)
                self.assert_all_right(report)
                self.assertGreater(report["tokens"]["content_chunks"], report["counts"]["ok"])
                self.assertLessEqual(self.value(report, "ttft.p50"), self.value(report, "e2e.p50"))
                self.assertGreater(self.value(report, "itl.p50"), 0)
                # It ignores stream_options.include_usage: chunks are seen, and not taken for tokens.
                self.assertEqual(report["tokens"]["without_completion"], report["counts"]["ok"])
                self.assertIsNone(report["figures"]["output_tokens.p50"]["value"])
                self.assertIn("did not count the tokens", report["figures"]["tpot.p50"]["withheld"])

    def test_answers_in_one_piece_over_tls(self):
        for protocol in ("openai-chat", "openai-completions"):
            with self.subTest(protocol):
                _, report = self.load("--concurrency", "1", "--no-stream", protocol=protocol)
                self.assert_all_right(report)
                self.assertEqual(report["tokens"]["without_completion"], 0)
                self.assertEqual(self.value(report, "output_tokens.p50"), 12)
                self.assertGreater(report["tokens"]["prompt"], report["counts"]["ok"])
                self.assertEqual(report["figures"]["ttft.p50"]["withheld"], "no answer came in pieces")

    def test_several_at_once_on_open_connections(self):
        _, report = self.load("--concurrency", "4")
        self.assert_all_right(report)
        self.assertIn("4 opened", report["connection_policy"])

    def test_an_open_loop(self):
        _, report = self.load("--rate", "10", "--seed", "3")
        self.assert_all_right(report)

    def test_a_model_that_is_not_there_is_answered_all_the_same_and_said(self):
        _, report = self.load("--concurrency", "1", model="nope")
        self.assert_all_right(report)
        self.assertRegex("\n".join(report["validity"]["notices"]), '"nope" is not in the server\'s list; it names "tiny"')

    def test_a_prompt_beyond_the_context_is_a_failure_by_name(self):
        for words, kind in (((), "cut_stream"), (("--no-stream",), "status")):
            _, report = self.load("--rate", "5", *words, prompt=str(CONTEXT * 2), codes=(1,))
            self.assertEqual(report["counts"]["ok"], 0)
            self.assertEqual({one["kind"] for one in report["failures"]}, {kind})

    def test_a_certificate_that_is_not_trusted_is_refused(self):
        done, _ = self.load("--rate", "5", trust=False, codes=(3,))
        self.assertRegex(done.stderr, "not trusted")
        self.assert_all_right(self.load("--insecure", "--concurrency", "1", trust=False)[1])

    def test_plain_http_to_the_port_of_tls_is_named(self):
        _, report = self.load("--rate", "5", url=f"http://127.0.0.1:{self.port}", trust=False, codes=(1,))
        self.assertEqual({one["kind"] for one in report["failures"]}, {"closed"})
        self.assertIn("is this a port for https://?", report["failures"][0]["details"][0]["text"])

    def test_a_closed_port_is_named(self):
        port, = free_ports(1)
        done, _ = self.load("--rate", "5", url=f"https://127.0.0.1:{port}", codes=(3,))
        self.assertRegex(done.stderr, f"{port}.*refused")


class WithoutTls(LlamaCpp):
    def test_a_stream(self):
        done = lynx.lynxbench("load", "--protocol", "openai-chat", "--url", f"http://127.0.0.1:{self.port}", "--model", "tiny", "--concurrency",
                              "1", "--duration", "1s", "--prompt-tokens", "8", "--output-tokens", "8", "--json", "--quiet")
        counts = json.loads(done.stdout)["counts"]
        self.assertEqual(counts["ok"], counts["due"])
        self.assertGreater(counts["ok"], 10)

    def test_tls_to_a_plain_port_is_named(self):
        done = lynx.lynxbench("load", "--protocol", "openai-chat", "--url", f"https://127.0.0.1:{self.port}", "--model", "tiny", "--rate", "5",
                              "--duration", "1s", "--insecure")
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
        self.assertIn("http://", done.stderr)


if __name__ == "__main__":
    lynx.main()
