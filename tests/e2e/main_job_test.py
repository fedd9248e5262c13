"""The main job from outside: run, check, recompute, report, verify."""
import json
import random
import re
import shutil
import subprocess

import lynx

CLASS_SPANS = {  # from which columns each class of a plain request follows
    "client_lateness": ("due_ns", "sent_ns"),
    "queue": ("accepted_ns", "opened_ns"),
    "batching_wait": ("opened_ns", "closed_ns"),
    "preprocessing": ("pre_begin_ns", "pre_end_ns"),
    "model_execution": ("run_begin_ns", "run_end_ns"),
    "postprocessing": ("run_end_ns", "post_end_ns"),
}


class MainJob(lynx.Case):
    def test_a_run_is_sealed_checked_and_recomputed_to_the_bit(self):
        bundle = self.run_fast()
        for name in ("contract.yaml", "contract.json", "executor.json", "raw.sqlite", "figures.json",
                     "manifest.json", "SEAL"):
            self.assertTrue((bundle / name).exists(), name)
        self.assertEqual(lynx.lynxbench("check", bundle).returncode, 0)
        again = lynx.lynxbench("recompute", bundle)
        self.assertEqual(again.returncode, 0, again.stdout)
        self.assertIn("to the bit", again.stdout)

    def test_recompute_notices_a_figure_that_does_not_follow(self):
        bundle = self.run_fast()
        figures = self.figures(bundle)
        figures["figures"]["throughput@steady"]["value"] *= 1.0000001
        (bundle / "figures.json").write_text(json.dumps(figures))
        again = lynx.lynxbench("recompute", bundle)
        self.assertEqual(again.returncode, 1)
        self.assertIn("throughput@steady/value", again.stdout)

    def test_the_breakdown_adds_up_on_every_request(self):
        bundle = self.run_fast()
        sums, totals = {}, {}
        with lynx.raw(bundle) as data:
            rows = data.execute(
                "select r.*, p.point, p.kind from requests r join phases p on p.id = r.phase join statuses s on s.id = r.status "
                "where p.kind = 'measure' and s.name = 'ok'").fetchall()
        self.assertGreater(len(rows), 50)
        for row in rows:
            parts = {name: row[end] - row[begin] for name, (begin, end) in CLASS_SPANS.items()}
            whole = row["done_ns"] - row["due_ns"]
            parts["unattributed"] = whole - sum(parts.values())
            for name, value in parts.items():
                self.assertGreaterEqual(value, 0, f"{name} of {dict(row)}")
                sums[row["point"], name] = sums.get((row["point"], name), 0) + value
            totals[row["point"]] = totals.get(row["point"], 0) + whole
        breakdowns = [b for b in self.figures(bundle)["breakdowns"] if b["requests_kind"] == "all"]
        self.assertEqual({b["point"] for b in breakdowns}, {"unloaded", "half", "steady"})
        for breakdown in breakdowns:
            self.assertEqual(breakdown["total_ns"], totals[breakdown["point"]])
            self.assertEqual(sum(breakdown["by_class_ns"].values()), breakdown["total_ns"])
            for name, value in breakdown["by_class_ns"].items():
                self.assertEqual(value, sums.get((breakdown["point"], name), 0), (breakdown["point"], name))

    def test_profiled_requests_are_divided_further_and_still_add_up(self):
        breakdowns = [b for b in self.figures(self.run_fast())["breakdowns"] if b["requests_kind"] == "profiled"]
        self.assertEqual([b["point"] for b in breakdowns], ["half"])
        parts = breakdowns[0]["by_class_ns"]
        self.assertEqual(sum(parts.values()), breakdowns[0]["total_ns"])
        self.assertEqual(parts["model_execution"], 0)
        self.assertGreater(parts["compute_bound"] + parts["memory_bound"], 0)

    def test_the_same_seed_gives_the_same_schedule_to_the_byte(self):
        digests = []
        for name in ("one", "two"):
            with lynx.raw(self.run_fast(name=name)) as data:
                digests.append(data.execute("select session, schedule_digest from phases where point = 'steady' "
                                            "order by session").fetchall())
        self.assertEqual([tuple(r) for r in digests[0]], [tuple(r) for r in digests[1]])
        self.assertEqual(len({r["schedule_digest"] for r in digests[0]}), 3)

    def test_one_flipped_byte_is_found_and_its_file_named(self):
        bundle = self.run_fast()
        files = sorted(p for p in bundle.rglob("*") if p.is_file())
        draw = random.Random(7)
        for _ in range(25):
            victim = draw.choice(files)
            content = bytearray(victim.read_bytes())
            at = draw.randrange(len(content))
            content[at] ^= 1 << draw.randrange(8)
            original = victim.read_bytes()
            victim.write_bytes(content)
            done = lynx.lynxbench("check", bundle)
            self.assertEqual(done.returncode, 1, f"{victim} at {at}")
            self.assertIn(victim.name, done.stdout)
            self.assertIn("NOT INTACT", done.stdout)
            victim.write_bytes(original)
        self.assertEqual(lynx.lynxbench("check", bundle).returncode, 0)

    def test_the_reports_say_the_same(self):
        bundle = self.run_fast()
        html = self.folder / "report.html"
        text = lynx.lynxbench("report", bundle, "--html", html)
        self.assertEqual(text.returncode, 0, text.stderr)
        document = json.loads(lynx.lynxbench("report", bundle, "--json").stdout)
        digest = lynx.lynxbench("contract", "digest", lynx.FAST).stdout.strip()
        self.assertRegex(digest, "^[0-9a-f]{64}$")
        self.assertIn(digest, json.dumps(document))
        self.assertIn(digest[:12], text.stdout)
        self.assertIn(digest, html.read_text())
        self.assertNotIn("\033[", text.stdout, "colours only on a terminal")
        browser = shutil.which("chromium")
        if browser:
            seen = subprocess.run(["bash", "tests/e2e/report_browser.sh", str(html)], cwd=lynx.ROOT,
                                  capture_output=True, text=True, timeout=120)
            self.assertEqual(seen.returncode, 0, seen.stdout + seen.stderr)

    def test_lines_fit_the_terminal(self):
        bundle = self.run_fast()
        for columns in ("60", "80", "120"):
            text = lynx.lynxbench("report", bundle, env={"COLUMNS": columns}).stdout
            # A path or a digest may stand alone on a longer line.
            long = [line for line in text.splitlines() if len(line) > int(columns) and " " in line.strip()]
            long = [line for line in long if "lynxbench-test-" not in line]
            self.assertEqual(long, [], columns)


class Verify(lynx.Case):
    def test_an_unchanged_executor_is_reproduced_or_honestly_inconclusive(self):
        bundle = self.run_fast()
        done = lynx.lynxbench("verify", bundle, "--out", self.folder / "again.lynx", "--quiet")
        self.assertRegex(done.stdout, "REPRODUCED|INCONCLUSIVE")
        self.assertNotIn("NOT COMPARABLE", done.stdout)
        with lynx.raw(bundle) as one, lynx.raw(self.folder / "again.lynx") as two:
            query = "select schedule_digest from phases where kind = 'measure' and loop = 'open' order by id"
            self.assertEqual([r[0] for r in one.execute(query)], [r[0] for r in two.execute(query)])

    def test_a_changed_lever_is_not_comparable_and_its_layer_is_named(self):
        bundle = self.run_fast()
        threads = lynx.lynxbench("verify", bundle, "--set", "target.runtime.threads=2", "--quiet")
        self.assertEqual(threads.returncode, 1)
        self.assertIn("NOT COMPARABLE", threads.stdout)
        self.assertRegex(threads.stdout, r"(?s)runtime.*team-runtime.*threads\.intra")
        self.assertNotIn("team-serving", threads.stdout)
        batch = lynx.lynxbench("verify", bundle, "--set", "target.serving.max_batch=4", "--quiet", "--json")
        layers = [d["layer"] for d in json.loads(batch.stdout)["differences"]]
        self.assertEqual(layers, ["serving"])

    def test_a_damaged_bundle_is_not_verified(self):
        bundle = self.run_fast()
        (bundle / "figures.json").write_text((bundle / "figures.json").read_text() + " ")
        done = lynx.lynxbench("verify", bundle, "--quiet")
        self.assertEqual(done.returncode, 2)
        self.assertIn("figures.json", done.stderr)


class CommandLine(lynx.Case):
    def test_every_command_has_help_with_an_example(self):
        for words in (["run"], ["check"], ["recompute"], ["verify"], ["report"], ["contract"], ["contract", "init"],
                      ["contract", "check"], ["contract", "show"], ["contract", "digest"], ["executor"],
                      ["executor", "show"], ["executor", "diff"], []):
            done = lynx.lynxbench(*words, "--help")
            self.assertEqual(done.returncode, 0, words)
            self.assertRegex(done.stdout, r"Examples?:\n +lynxbench", words)

    def test_a_typo_suggests(self):
        for words, wanted in ((["verfy", "x"], '"verify"'), (["run", "--jsn", "x"], '"--json"'),
                              (["contract", "chek"], '"check"')):
            done = lynx.lynxbench(*words)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn(f"did you mean {wanted}", done.stderr)

    def test_a_broken_contract_says_everything_at_once(self):
        text = lynx.FAST.read_text().replace("sessions: 3", "sesions: 3").replace("figure: capacity", "figure: capcity")
        broken = self.folder / "broken.yaml"
        broken.write_text(text)
        done = lynx.lynxbench("run", broken)
        self.assertEqual(done.returncode, 2)
        places = re.findall(r"broken\.yaml:(\d+):\d+: ", done.stderr)
        self.assertGreaterEqual(len(places), 2, done.stderr)
        self.assertIn("sessions", done.stderr)
        self.assertIn("capacity", done.stderr)

    def test_a_fresh_contract_is_valid(self):
        fresh = self.folder / "fresh.yaml"
        fresh.write_text(lynx.lynxbench("contract", "init", "--name", "checkout").stdout)
        done = lynx.lynxbench("contract", "check", fresh)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_without_the_runtime_the_tool_says_so(self):
        done = lynx.lynxbench("run", lynx.FAST, "--out", self.folder / "x.lynx",
                              env={"LYNXBENCH_ONNXRUNTIME": str(self.folder / "none.so")})
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("none.so", done.stderr)
        self.assertFalse((self.folder / "x.lynx").exists())
        for words in (["executor", "show"], ["contract", "check", lynx.FAST]):
            self.assertEqual(lynx.lynxbench(*words).returncode, 0)


if __name__ == "__main__":
    lynx.main()
