"""lynxbench attribute: against the figures of an independent program, on every real trace, and on damaged ones.

Real traces are those of LYNXBENCH_DATA (default: ../shared/data); without them only the traces made here are read.
"""
import concurrent.futures
import csv
import gzip
import json
import os
import pathlib
import subprocess
import tarfile
import tempfile
import unittest

import lynx

DATA = pathlib.Path(os.environ.get("LYNXBENCH_DATA", lynx.ROOT / "../shared/data")) / "traces"
SYNC_TRACE = DATA / "hta/tests/data/critical_path/cuda_event_sync/event_sync_trace.json.gz"
SECRET = "not-a-real-token-0000"
NO_FIGURES = {"file", "device", "gpu", "sync_api_sum_ns"}  # columns of the tables that are none of ours


def attribute(*files, threads=0, options=()):
    return lynx.lynxbench("attribute", "--json", "--threads", threads, *options, *files)


def figures(*files, **options):
    done = attribute(*files, **options)
    if done.returncode != 0:
        raise AssertionError(f"{files}: exit {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)["files"]


def in_parallel(function, things):
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        return dict(zip(things, pool.map(function, things)))


def losses(file, severity=None):
    return {one["what"]: one["count"] for one in file["losses"] if severity in (None, one["severity"])}


def without_place(file):
    """What the file's figures are, without its name and what was lost."""
    return {key: value for key, value in file.items() if key not in ("file", "losses")}


def table(name):
    with (DATA / name).open() as file:
        return list(csv.DictReader(file, delimiter="\t"))


class Traces(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="lynxbench-test-")))

    def expect_budgets_close(self, file):
        for device in file["devices"]:
            for window in ("span", "wall"):
                budget = device["budget"][window]
                self.assertEqual(sum(budget["parts"].values()), budget["whole_ns"], (file["file"], window))
                self.assertTrue(all(ns > 0 for ns in budget["parts"].values()), file["file"])
            self.assertEqual(device["budget"]["span"]["whole_ns"], device["span_ns"])
            self.assertEqual(device["compute_ns"] + device["exposed_comm_ns"] + device["exposed_copy_ns"], device["busy_ns"])
            self.assertEqual(device["busy_ns"] + device["idle_ns"], device["span_ns"])
            self.assertEqual(sum(device[key] for key in ("idle_host_late_ns", "idle_launch_ns", "idle_device_wait_ns",
                                                         "idle_unknown_ns")), device["idle_ns"])

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def expect_error(self, path, *words):
        done = attribute(path)
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(done.stdout, "")
        for word in (path.name, *words):
            self.assertIn(word, done.stderr)
        self.assertNotIn("CHECK", done.stderr)


def event(category, name, begin, length, thread, **arguments):
    return {"ph": "X", "cat": category, "name": name, "pid": 0 if category in ("kernel", "gpu_memcpy") else 100,
            "tid": thread, "ts": begin, "dur": length, "args": arguments}


def events():
    """Two kernels and a copy on stream 7 of device 0, each launched by a call, of thread 1."""
    work = [("kernel", "gemm", 100, 40), ("gpu_memcpy", "Memcpy HtoD (Pageable -> Device)", 150, 10),
            ("kernel", "ncclDevKernel_AllReduce", 200, 50)]
    all_events = [event("cpu_op", "aten::mm", 80, 100, 1)]
    for number, (category, name, begin, length) in enumerate(work):
        all_events.append(event("cuda_runtime", "cudaLaunchKernel", begin - 15, 5, 1, correlation=number + 1))
        more = {"bytes": 4096} if category == "gpu_memcpy" else {}
        all_events.append(event(category, name, begin, length, 7, device=0, stream=7, correlation=number + 1, **more))
    return all_events


def trace(all_events=None, **members):
    return {"schemaVersion": 1, **members, "traceEvents": events() if all_events is None else all_events}


class Generated(Traces):
    """Traces made here: the cases of broken/EXPECT.tsv that need no file, and what follows by hand."""

    def setUp(self):
        super().setUp()
        self.plain = json.dumps(trace())
        self.expected = figures(self.file("plain.json", self.plain))[0]
        self.assertEqual(losses(self.expected), {})

    def expect_same(self, name, content, **options):
        """Read like the plain trace; gives what was lost."""
        [file] = figures(self.file(name, content), **options)
        self.assertEqual(without_place(file), without_place(self.expected), name)
        return losses(file)

    def expect_less_one(self, bad, what, severity="loss"):
        """`bad` (JSON text of an event) costs itself and is counted as `what`."""
        text = self.plain[:-2] + ", " + bad + "]}"
        [file] = figures(self.file("bad.json", text))
        self.assertEqual(file["devices"], self.expected["devices"], bad)
        self.assertEqual(losses(file, severity), {what: 1})

    def test_figures_follow_by_hand(self):
        [device] = self.expected["devices"]
        self.assertEqual(device["span_ns"], 150_000)
        self.assertEqual(device["compute_ns"], 40_000)
        self.assertEqual(device["exposed_comm_ns"], 50_000)
        self.assertEqual(device["exposed_copy_ns"], 10_000)
        self.assertEqual(device["htod_bytes"], 4096)
        self.assertEqual(device["launch_delay_p50_ns"], 10_000)
        # 140..150: launched at 135, before the gap. 160..200: the host until 185 (aten::mm till 180), then the launch.
        self.assertEqual(device["budget"]["span"]["parts"], {
            "compute_unknown_ns": 40_000, "communication_ns": 50_000, "copy_pageable_ns": 10_000,
            "idle_queued_ns": 10_000, "idle_operator_ns": 20_000, "idle_host_unseen_ns": 5_000, "idle_launch_ns": 15_000})
        self.expect_budgets_close(self.expected)

    def test_the_number_of_threads_changes_nothing(self):
        big = json.dumps(trace([dict(one, ts=one["ts"] + 1000 * i) for i in range(20_000) for one in events()]))
        path = self.file("big.json", big)
        [one] = figures(path, threads=1)
        [four] = figures(path, threads=4)
        self.assertEqual(one, four)
        self.expect_budgets_close(one)

    def test_packed_or_not_whatever_the_name(self):
        packed = gzip.compress(self.plain.encode())
        self.assertEqual(self.expect_same("k_gz_named_json.json", packed), {})
        self.assertEqual(self.expect_same("k_plain_named_gz.json.gz", self.plain), {})
        half = len(self.plain) // 2
        members = gzip.compress(self.plain[:half].encode()) + gzip.compress(self.plain[half:].encode())
        self.assertEqual(self.expect_same("k_gz_multimember.json.gz", members), {})
        self.assertEqual(list(self.expect_same("k_gz_trailing.json.gz", packed + bytes(512)).values()), [1])

    def test_ways_of_writing_the_same(self):
        self.assertEqual(self.expect_same("k_crlf.json", json.dumps(trace(), indent=1).replace("\n", "\r\n")), {})
        self.assertEqual(self.expect_same("k_bom.json", b"\xef\xbb\xbf" + self.plain.encode()), {})
        texts = [dict(one, ts=str(one["ts"]), dur=str(one["dur"])) for one in events()]
        self.assertEqual(self.expect_same("k_ts_string.json", json.dumps(trace(texts))), {})
        array = json.dumps(events())
        self.assertEqual(self.expect_same("k_array.json", array), {})
        self.assertEqual(self.expect_same("k_array_noclose.json", array[:-1]), {})
        self.assertEqual(self.expect_same("k_array_trailing_comma.json", array[:-1] + ",]"), {})

    def test_a_nanosecond_of_a_time_since_1970_is_a_nanosecond(self):
        text = self.plain.replace('"ts": 100', '"ts": 1707417525512145.001').replace('"dur": 40', '"dur": 40.007')
        [file] = figures(self.file("k_epoch.json", text))
        work = [one for one in file["devices"][0]["top"] if one["name"] == "gemm"]
        self.assertEqual(work[0]["sum_ns"], 40_007)
        self.assertEqual(file["devices"][0]["end_ns"], 1_707_417_525_512_185_008)

    def test_an_event_that_cannot_be_used_costs_itself(self):
        def bad(**members):
            return json.dumps({**event("kernel", "bad", 120, 3, 7, stream=7), **members})
        self.expect_less_one(bad(dur=float("nan")), "event whose duration is no number that fits")
        self.expect_less_one(bad(ts=float("nan")), "event whose time is no number that fits")
        self.expect_less_one(bad(dur=-5), "event with a negative duration")
        self.expect_less_one(bad(ts=10 ** 30), "event whose time is no number that fits")
        no_duration = event("kernel", "bad", 120, 3, 7)
        del no_duration["dur"]
        self.expect_less_one(json.dumps(no_duration), "event without a duration")
        quote = bad(name="a").replace('"a"', '"void f<"x">()"')
        text = self.plain.replace('{"ph": "X", "cat": "cuda_runtime"', quote + ', {"ph": "X", "cat": "cuda_runtime"', 1)
        [file] = figures(self.file("k_unescaped_quote.json", text))
        self.assertEqual(file["devices"], self.expected["devices"])
        self.assertEqual(losses(file), {"event that is no JSON": 1})

    def test_big_integers_are_dropped_and_counted(self):
        big = [event("kernel", "bad", 10 ** 25, 5, 7), event("kernel", "bad", 9_300_000_000_000_000, 5, 7)]
        [file] = figures(self.file("k_big_int.json", json.dumps(trace(events() + big))))
        self.assertEqual(file["devices"], self.expected["devices"])
        self.assertEqual(losses(file), {"event whose time is no number that fits": 2})

    def test_what_is_no_trace_is_an_error_that_says_so(self):
        self.expect_error(self.file("k_zero_bytes.json", ""), "empty")
        self.expect_error(self.file("k_not_json.json", "<!DOCTYPE html><html><body>404</body></html>"), "HTML")
        self.expect_error(self.file("k_no_traceEvents.json", '{"schemaVersion": 1}'), "traceEvents")
        self.expect_error(self.file("k_empty_events.json", '{"traceEvents": []}'), "nothing was recorded")
        self.expect_error(self.file("k_utf16le.json", self.plain.encode("utf-16")), "UTF-16")
        lfs = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 1\n"
        self.expect_error(self.file("k_lfs_pointer.json", lfs), "git lfs pull")
        self.expect_error(self.folder / "missing.json", "No such file")
        self.expect_error(self.file("noise.bin", bytes(range(256)) * 50))

    def test_two_devices_are_never_one_timeline(self):
        other = [dict(one, args={**one["args"], "device": 1}, ts=one["ts"] + 37, pid=1)
                 for one in events() if one["cat"] in ("kernel", "gpu_memcpy")]
        [file] = figures(self.file("k_two_gpus_one_file.json", json.dumps(trace(events() + other))))
        self.assertEqual([device["device"] for device in file["devices"]], [0, 1])
        for device in file["devices"]:
            for figure in ("busy_ns", "idle_ns", "span_ns", "compute_ns", "streams"):
                self.assertEqual(device[figure], self.expected["devices"][0][figure])
        self.expect_budgets_close(file)

    def test_a_kernel_without_a_launch_is_busy_time_and_counted(self):
        kept = [one for one in events() if one["args"].get("correlation") != 3 or one["cat"] != "cuda_runtime"]
        [file] = figures(self.file("k_unlinked_kernel.json", json.dumps(trace(kept))))
        [device] = file["devices"]
        self.assertEqual(device["busy_ns"], self.expected["devices"][0]["busy_ns"])
        self.assertEqual((device["unlinked_n"], device["unlinked_sum_ns"]), (1, 50_000))
        self.assertEqual(device["budget"]["span"]["parts"]["idle_unknown_ns"], 40_000)

    def test_clocks_that_disagree_give_no_launch_delay_and_a_warning(self):
        skewed = [dict(one, ts=one["ts"] - 10_000_000) if one["cat"] in ("kernel", "gpu_memcpy") else one
                  for one in events()]
        [file] = figures(self.file("k_clock_skew.json", json.dumps(trace(skewed))))
        [device] = file["devices"]
        self.assertIsNone(device["launch_delay_p50_ns"])
        self.assertIsNone(device["launch_delay_p99_ns"])
        self.assertIn("clocks of host and device disagree", " ".join(device["warnings"]))
        self.expect_budgets_close(file)

    def test_a_bomb_takes_no_more_memory_than_any_other_file(self):
        before, after = self.plain.encode().split(b'{"ph": "X", "cat": "cuda_runtime"', 1)
        bomb = b'{"ph": "X", "cat": "cpu_op", "name": "' + b"x" * 300_000_000 + b'", "ts": 1, "dur": 1}, '
        path = self.file("k_bomb.json.gz", gzip.compress(before + bomb + b'{"ph": "X", "cat": "cuda_runtime"' + after, 1))
        self.assertLess(path.stat().st_size, 2_000_000)
        done = subprocess.run(["/usr/bin/env", "python3", "-c", PEAK, lynx.BINARY, str(path)], capture_output=True,
                              text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        peak_kib, output = done.stdout.split("\n", 1)
        [file] = json.loads(output)["files"]
        self.assertEqual(file["devices"], self.expected["devices"])
        self.assertEqual(losses(file), {"event longer than 16 MiB": 1})
        self.assertLess(int(peak_kib), 160_000)

    def test_no_secret_is_in_any_output(self):
        secrets = json.dumps(trace(metadata=json.dumps({"env": {"HF_TOKEN": SECRET}}), HOSTNAME=SECRET,
                                   distributedInfo={"backend": "nccl", "rank": 0, "pg_config": [SECRET]},
                                   cmdline=[SECRET]))
        path = self.file("secrets.json", secrets)
        for options in ((), ("--json",)):
            done = lynx.lynxbench("attribute", *options, path)
            self.assertEqual(done.returncode, 0)
            self.assertNotIn(SECRET, done.stdout + done.stderr)

    def test_people_get_a_table_that_adds_up(self):
        done = lynx.lynxbench("attribute", self.file("plain.json", self.plain))
        self.assertEqual(done.returncode, 0, done.stderr)
        for words in ("PyTorch profiler", "where the time went", "sum = whole", "aten::mm", "ncclDevKernel_AllReduce"):
            self.assertIn(words, done.stdout)


class Queued(Traces):
    """A device's idle time beside what its server says of requests that waited, all on one wall clock. Times in ms."""

    BEGIN_NS = 1_717_241_225_000_000_000

    def setUp(self):
        super().setUp()
        python = "<built-in method acquire of _thread.lock object at 0x7f1c55c98dc0>"
        rows = [("cuda_runtime", "cudaLaunchKernel", 90, 5, 1, {"correlation": 1}),
                ("kernel", "gemm", 100, 100, 7, {"device": 0, "stream": 7, "correlation": 1}),
                ("cpu_op", "aten::mm", 200, 100, 1, {}),
                ("cuda_runtime", "cudaLaunchKernel", 990, 5, 1, {"correlation": 2}),
                ("kernel", "gemm", 1000, 100, 7, {"device": 0, "stream": 7, "correlation": 2}),
                ("python_function", "threading.py(320): wait", 1100, 1400, 1, {}),
                ("python_function", python, 1100, 1400, 1, {}),
                ("cuda_runtime", "cudaLaunchKernel", 2990, 5, 1, {"correlation": 3}),
                ("kernel", "gemm", 3000, 100, 7, {"device": 0, "stream": 7, "correlation": 3})]
        self.rows = [event(category, name, begin * 1000, length * 1000, thread, **arguments)
                     for category, name, begin, length, thread, arguments in rows]
        self.trace = self.file("gpu.json", json.dumps(trace(self.rows, baseTimeNanoseconds=self.BEGIN_NS)))

    def at(self, ms):
        return str(self.BEGIN_NS + round(ms * 1_000_000))

    def device(self, server, trace=None):
        """The device's figures in ms, whatever the order of the files."""
        [one], [other] = ([file for file in figures(*files) if file["devices"]]
                          for files in ((trace or self.trace, server), (server, trace or self.trace)))
        self.assertEqual(one, other)
        self.expect_budgets_close(one)
        [device] = one["devices"]
        parts = {name.removesuffix("_ns"): ns / 1_000_000 for name, ns in device["budget"]["span"]["parts"].items()}
        return device, parts, one["notes"]

    def spans(self, spans, service):
        resource = {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]}
        return json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": spans}]}]}) + "\n"

    def span(self, number, name, begin, end, attributes=(), parent=0, events=()):
        def value(one):
            return {"doubleValue": one} if isinstance(one, float) else {"stringValue": one}
        made = {"traceId": f"{7:032x}", "spanId": f"{number:016x}", "name": name, "kind": 2,
                "startTimeUnixNano": self.at(begin), "endTimeUnixNano": self.at(end),
                "attributes": [{"key": key, "value": value(one)} for key, one in attributes],
                "events": [{"name": key, "timeUnixNano": self.at(ms)} for key, ms in events]}
        return {**made, "parentSpanId": f"{parent:016x}"} if parent else made

    def test_vllms_spans_say_which_idle_time_is_the_servers(self):
        def request(number, begin, end, queued_s):
            return self.span(number, "llm_request", begin, end, (
                ("gen_ai.request.id", f"cmpl-{number}"), ("gen_ai.latency.time_in_queue", queued_s),
                ("gen_ai.latency.time_in_model_prefill", 0.05), ("gen_ai.latency.e2e", (end - begin) / 1000)))
        server = self.file("vllm.json", self.spans([
            request(1, 0, 1500, 0.05), request(2, 400, 2000, 0.3), request(3, 600, 2100, 0.2),
            request(4, 2300, 3500, 0.4)], "vllm-server"))
        device, parts, _ = self.device(server)
        # Queued: 400..700, 600..800, 2300..2700, in which the thread that launches shows nothing, or waits for a lock.
        # Before 400 and from 800 nothing says why; from 1100 to 2100 it waited for the lock and no request was queued.
        self.assertEqual(parts, {"compute_unknown": 300, "idle_operator": 100, "idle_python": 1000, "idle_no_request": 200,
                                 "idle_requests_queued": 800, "idle_host_unseen": 580, "idle_launch": 20})
        queue = device["request_queue"]
        self.assertEqual((queue["waiting_ns"], queue["idle_ns"], queue["queued_ns"]), (800_000_000,) * 3)
        self.assertEqual((queue["mean"], queue["most"]), (1.125, 2))
        self.assertIn("4 requests", queue["sources"][0])
        self.assertIn("vllm.json", queue["sources"][0])
        [owner] = [one for one in device["owners"] if one["class"] == "idle_requests_queued"]
        self.assertEqual((owner["contract_class"], owner["layers"]), ("requests_queued", ["serving"]))

    def test_a_gauge_counts_between_two_scrapes_that_both_saw_a_queue(self):
        waiting = [0, 2, 3, 0, 0, 1, 1, 0, 4, 4, 0]
        text = "".join(
            f"# scraped {self.BEGIN_NS // 10**9 + 300 * i // 1000}.{300 * i % 1000:03d}\n"
            "# HELP vllm:num_requests_waiting Number of requests waiting to be processed.\n"
            "# TYPE vllm:num_requests_waiting gauge\n"
            f'vllm:num_requests_waiting{{engine="0",model_name="m"}} {number:.1f}\n'
            for i, number in enumerate(waiting))
        device, parts, _ = self.device(self.file("vllm.prom", text))
        # Queued: 300..600, 1500..1800, 2400..2700. Whether requests were there is not known.
        self.assertEqual(parts, {"compute_unknown": 300, "idle_operator": 100, "idle_python": 1000,
                                 "idle_requests_queued": 900, "idle_host_unseen": 680, "idle_launch": 20})
        self.assertEqual(device["request_queue"]["most"], 4)
        self.assertIn("two successive samples", device["request_queue"]["sources"][0])

    def test_tritons_moments_count_on_the_wall_clock(self):
        server = self.file("triton.json", self.spans([
            self.span(1, "InferRequest", 350, 1200, events=(("HTTP_RECV_START", 350), ("HTTP_SEND_END", 1200))),
            self.span(2, "resnet", 360, 1190, (("triton.model_name", "resnet"), ("triton.trace_id", "1")), 1,
                      (("REQUEST_START", 360), ("QUEUE_START", 400), ("REQUEST_END", 1190))),
            self.span(3, "compute", 700, 1150, (), 2, (("COMPUTE_START", 700), ("COMPUTE_END", 1150)))], "triton"))
        device, parts, _ = self.device(server)
        # A request from 350 to 1200, which queued from 400 to 700.
        self.assertEqual(parts, {"compute_unknown": 300, "idle_no_request": 150 + 1790, "idle_requests_queued": 300,
                                 "idle_host_unseen": 50 + 290, "idle_python": 100, "idle_launch": 20})
        self.assertIn("QUEUE_START to COMPUTE_START", device["request_queue"]["sources"][0])

    def test_without_a_clock_in_common_nothing_is_said_and_that_is_said(self):
        stamps = [{"name": "QUEUE_START", "ns": 400}, {"name": "COMPUTE_START", "ns": 700}, {"name": "REQUEST_END", "ns": 900}]
        steady = self.file("triton.json", json.dumps([{"id": 1, "model_name": "m"}, {"id": 1, "timestamps": stamps}]))
        done = attribute(self.trace, steady)
        self.assertIn("no clock in common", " ".join(json.loads(done.stdout)["notes"]))
        device, parts, _ = self.device(steady)
        self.assertIsNone(device["request_queue"])
        self.assertNotIn("idle_requests_queued", parts)
        # The other way round: the server has a wall clock, and the trace has none.
        relative = self.file("relative.json", json.dumps(trace(self.rows)))
        server = self.file("vllm.json", self.spans([self.span(1, "llm_request", 0, 900, (
            ("gen_ai.latency.time_in_queue", 0.5),))], "vllm-server"))
        device, parts, notes = self.device(server, relative)
        self.assertNotIn("idle_requests_queued", parts)
        self.assertIn("no clock in common", " ".join(notes))

    def test_people_and_perfetto_see_the_class_and_what_it_rests_on(self):
        server = self.file("vllm.json", self.spans([self.span(1, "llm_request", 0, 3500, (
            ("gen_ai.latency.time_in_queue", 0.9),))], "vllm-server"))
        page, export = self.folder / "page.html", self.folder / "perfetto.json"
        done = lynx.lynxbench("attribute", "--html", page, "--perfetto", export, self.trace, server)
        self.assertEqual(done.returncode, 0, done.stderr)
        for text in (done.stdout, page.read_text()):
            self.assertIn("idle: requests queued", text)
            self.assertIn("time_in_queue", " ".join(text.split()))
        slices = [one for one in json.loads(export.read_text())["traceEvents"] if one.get("name") == "idle: requests queued"]
        self.assertEqual(sum(one["dur"] for one in slices), 600_000)  # 300..900, in us


# Runs a program and prints its peak memory in KiB, then its output.
PEAK = """
import resource, subprocess, sys
done = subprocess.run([sys.argv[1], "attribute", "--json", "--threads", "2", sys.argv[2]], capture_output=True, text=True)
sys.stderr.write(done.stderr)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
print(done.stdout)
sys.exit(done.returncode)
"""


@unittest.skipUnless(DATA.is_dir(), f"no real traces in {DATA}: set LYNXBENCH_DATA")
class Truth(Traces):
    """Every figure that an independent program computed."""

    def expect_table(self, name):
        rows = table(name)
        got = in_parallel(lambda file: figures(DATA / file), sorted({row["file"] for row in rows}))
        found = {}
        for row in rows:
            devices = [one for file in got[row["file"]] for one in file["devices"] if str(one["device"]) == row["device"]]
            self.assertEqual(len(devices), 1, row["file"])
            different = {key: ("" if devices[0][key] is None else str(devices[0][key]), value)
                         for key, value in row.items()
                         if key not in NO_FIGURES and ("" if devices[0][key] is None else str(devices[0][key])) != value}
            found.setdefault((row["file"], row["device"]), []).append(different)
        for place, differences in found.items():
            # Of a file that the table has twice (two versions of it) one row is of the version that is there.
            self.assertEqual(min(differences, key=len), {}, place)
        for files in got.values():
            for file in files:
                self.expect_budgets_close(file)
        return len(rows), len(found)

    def test_pytorch_traces(self):
        rows, devices = self.expect_table("TRUTH.tsv")
        self.assertGreaterEqual(devices, 50)
        print(f"{devices} devices as in TRUTH.tsv; {rows - devices} of its rows are of another version of a file")

    def test_nsight_systems_exports(self):
        rows, _ = self.expect_table("TRUTH_NSYS.tsv")
        self.assertGreater(rows, 0)


@unittest.skipUnless(DATA.is_dir(), f"no real traces in {DATA}: set LYNXBENCH_DATA")
@unittest.skipUnless(DATA.is_dir(), f"no real traces at {DATA}")
class Ranks(Traces):
    JOB = DATA / "param/et_replay/tests/inputs/dlrm_kineto.tar.gz"  # 8 ranks of one step

    def path(self, *files):
        done = attribute(*files)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["ranks"]["critical_path"]

    def test_the_path_over_ranks_adds_up_and_goes_to_the_rank_that_came_last(self):
        path = self.path(self.JOB)
        self.assertEqual(sum(path["classes_ns"].values()), path["total_ns"])
        self.assertEqual(sum(one["ns"] for one in path["by_rank"]), path["total_ns"])
        self.assertGreaterEqual(path["hops"], 1)
        self.assertEqual({one["rank"] for one in path["by_rank"]},
                         {one[side] for one in path["first_hops"] for side in ("rank", "last_rank")})
        self.assertLess(path["clock_residual_ns"], 100_000)

    def test_ranks_as_files_are_the_same_as_in_an_archive(self):
        with tarfile.open(self.JOB) as archive:
            archive.extractall(self.folder, filter="data")
        files = sorted(file for file in self.folder.rglob("*") if file.is_file())
        self.assertEqual(len(files), 8)
        self.assertEqual(self.path(*reversed(files)), self.path(self.JOB))


class EveryTrace(Traces):
    def test_every_trace_is_read_whole_and_its_budgets_close(self):
        names = [row["file"] for row in table("INDEX.tsv") if row["kind"] == "chrome" and (DATA / row["file"]).is_file()]
        self.assertGreater(len(names), 50)
        for name, done in in_parallel(lambda name: attribute(DATA / name), names).items():
            with self.subTest(name):
                if done.returncode != 0:
                    self.assertIn("nothing was recorded", done.stderr)
                    continue
                for file in json.loads(done.stdout)["files"]:
                    self.expect_budgets_close(file)
                    self.assertEqual(losses(file, "damage"), {})


@unittest.skipUnless(DATA.is_dir(), f"no real traces in {DATA}: set LYNXBENCH_DATA")
class OnnxRuntime(Traces):
    PROFILE = DATA / "generated/onnxruntime-1.30.0-node-cpu/ort_residual_block_1thr_2026-11-23_04-26-19_535.json"

    def roofline(self, *options):
        [one] = figures(self.PROFILE, options=options)[0]["host_rooflines"]
        self.assertEqual(one["executor"], "CPUExecutionProvider")
        return one["roofline"]

    def test_operators_cost_what_their_shapes_say(self):
        roofline = self.roofline()
        points = {(point["op"], point["shapes"]): point for point in roofline["points"]}
        first = points[("Conv", "[1,3,224,224] [64,3,7,7] [64]")]
        outputs = 64 * 112 * 112  # a stride of 2
        self.assertEqual(first["count"], 12)
        self.assertEqual(first["flops"], 12 * outputs * (2 * 3 * 7 * 7 + 1))
        self.assertEqual(first["bytes"], 12 * 4 * (3 * 224 * 224 + 64 * 3 * 7 * 7 + 64 + outputs))
        self.assertEqual(first["bound"], "unknown")
        self.assertIn("--ceilings", lynx.lynxbench("attribute", self.PROFILE).stdout)

    def test_ceilings_that_were_measured_say_what_bounds_them(self):
        ceilings = self.folder / "here.json"
        ceilings.write_text(json.dumps({"threads": 1, "matmul_flops_per_s": [1e11], "stream_bytes_per_s": [1e10],
                                        "matmul_method": "product", "stream_method": "triad"}))
        roofline = self.roofline("--ceilings", ceilings)
        self.assertEqual(roofline["ceiling_source"], "measured: product; triad")
        bounds = {point["op"]: point["bound"] for point in roofline["points"]}
        self.assertEqual(bounds["MaxPool"], "memory")
        self.assertEqual(roofline["unknown_ns"], 0)
        self.assertGreater(roofline["compute_bound_ns"], roofline["memory_bound_ns"])
        total = roofline["compute_bound_ns"] + roofline["memory_bound_ns"]
        self.assertEqual(total, sum(point["work_ns"] for point in roofline["points"]))


@unittest.skipUnless((DATA / "broken").is_dir(), f"no damaged traces in {DATA}: set LYNXBENCH_DATA")
class Broken(Traces):
    """The damaged files of broken/, each a version of one real trace or a part of one."""

    def setUp(self):
        super().setUp()
        self.sound = figures(SYNC_TRACE)[0]

    def read(self, name):
        [file] = figures(DATA / "broken" / name)
        self.expect_budgets_close(file)
        return file

    def expect_same_device(self, name):
        file = self.read(name)
        self.assertEqual(file["devices"], self.sound["devices"], name)
        return losses(file)

    def test_every_chrome_case_that_is_there_is_read_or_refused_in_words(self):
        for path in sorted((DATA / "broken").glob("k_*")):
            with self.subTest(path.name):
                done = attribute(path)
                self.assertIn(done.returncode, (0, 3, 4, 1, 2))
                self.assertNotIn("CHECK", done.stderr)
                self.assertNotIn("terminate", done.stderr)
                self.assertEqual(done.returncode != 0, done.stderr != "", done.stderr)

    def test_whole_files_in_odd_clothes(self):
        for name in ("k_gz_multimember.json.gz", "k_events_first.json", "k_plain_named_gz.json.gz"):
            self.assertEqual(self.expect_same_device(name), {}, name)
        self.assertEqual(list(self.expect_same_device("k_gz_trailing_garbage.json.gz").values()), [1])
        # In another order equal times are in another order too: the sums are the same.
        reversed_order = self.read("k_reversed_order.json")["devices"][0]
        for figure in ("n_kernel", "busy_ns", "idle_ns", "compute_ns", "launch_delay_p50_ns", "idle_host_late_ns"):
            self.assertEqual(reversed_order[figure], self.sound["devices"][0][figure], figure)

    def test_arrays_that_do_not_end_are_whole(self):
        for name in ("k_array_noclose.json", "k_array_trailing_comma.json"):
            file = self.read(name)
            self.assertEqual((file["events"], losses(file)), (92, {}), name)

    def test_cut_files_give_what_came_before_the_cut(self):
        packed = self.read("k_gz_truncated.json.gz")
        self.assertIn("gzip stream is cut", losses(packed, "damage"))
        self.assertGreater(packed["events"], 10_000)
        plain = self.read("k_truncated_midstring.json")
        self.assertEqual(sum(losses(plain, "damage").values()), 1)
        self.assertGreater(plain["events"], 10)

    def test_one_bad_event_costs_itself(self):
        for name, what in (("k_missing_dur.json", "event without a duration"),):
            self.assertEqual(losses(self.read(name)), {what: 1}, name)
        self.assertEqual(list(losses(self.read("k_control_char.json"), "notice").values()), [1])
        for name in ("k_invalid_utf8.json", "k_unescaped_backslash.json"):
            self.assertEqual(losses(self.read(name), "damage"), {}, name)
        deep = attribute(DATA / "broken/k_deep_nesting.json")
        self.assertNotIn("CHECK", deep.stderr)

    def test_kernels_without_their_host_side_keep_their_time(self):
        file = self.read("k_kernel_noargs.json")
        self.assertEqual(file["devices"][0]["unlinked_n"], 1 + self.sound["devices"][0]["unlinked_n"])
        self.assertEqual(sum(one["n_kernel"] for one in file["devices"]), self.sound["devices"][0]["n_kernel"])
        shared = self.read("k_one_launch_two_kernels.json")["devices"][0]
        self.assertEqual(shared["unlinked_n"], self.sound["devices"][0]["unlinked_n"])
        self.assertEqual(shared["n_kernel"], 1 + self.sound["devices"][0]["n_kernel"])

    def test_clocks_and_overlaps_are_warned_of(self):
        skewed = self.read("k_clock_skew.json")["devices"][0]
        self.assertIsNone(skewed["launch_delay_p50_ns"])
        self.assertIn("clocks", " ".join(skewed["warnings"]))
        overlap = self.read("k_overlap_same_stream.json")["devices"][0]
        self.assertIn("before earlier work of its stream ends", " ".join(overlap["warnings"]))
        self.assertLess(overlap["busy_ns"], overlap["sum_kernel_ns"] + overlap["copy_ns"])

    def test_epoch_microseconds_are_exact(self):
        file = self.read("k_ts_epoch_us_frac.json")  # 3407417525512145.0 us: beyond what a double holds in ns
        self.assertEqual(file["devices"][0]["begin_ns"], 3_407_417_525_512_145_000)
        self.assertEqual(file["devices"][0]["busy_ns"], self.sound["devices"][0]["busy_ns"])

    def test_of_members_that_occur_twice_the_last_counts(self):
        self.assertEqual(self.read("k_dup_keys.json")["devices"][0]["busy_ns"], 7000)

    def test_secrets_stay_secret(self):
        path = DATA / "broken/k_env_secrets.json"
        self.assertIn(SECRET, path.read_text())
        for options in ((), ("--json",)):
            done = lynx.lynxbench("attribute", *options, path)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotIn(SECRET, done.stdout + done.stderr)

    def test_a_pointer_says_how_to_get_the_file(self):
        self.expect_error(DATA / "broken/k_lfs_pointer.json", "git lfs pull")


if __name__ == "__main__":
    lynx.main()
