"""Known faults, put in on purpose: each must land in its own class, and a stall in p99 from due."""
import lynx


def share(breakdown, name):
    return breakdown["by_class_ns"][name] / breakdown["total_ns"]


def mean_ms(breakdown, name):
    return breakdown["by_class_ns"][name] / breakdown["requests"] / 1e6


class Faults(lynx.Case):
    def breakdown(self, bundle, point, kind="all"):
        return next(b for b in self.figures(bundle)["breakdowns"] if b["point"] == point and b["requests_kind"] == kind)

    def test_a_sleep_of_5_ms_in_preprocessing_lands_in_preprocessing(self):
        plain = self.breakdown(self.run_fast(name="plain"), "unloaded")
        slow = self.breakdown(self.run_fast("target.faults.preprocess_sleep=5ms", name="slow"), "unloaded")
        gained = mean_ms(slow, "preprocessing") - mean_ms(plain, "preprocessing")
        self.assertGreaterEqual(gained, 5.0)
        self.assertLess(gained, 8.0)
        self.assertGreater(share(slow, "preprocessing"), 0.5)

    def test_a_batch_timeout_of_20_ms_lands_in_the_batching_wait(self):
        bundle = self.run_fast("target.serving.batch_timeout=20ms", "target.serving.max_batch=8", "slo.at_most=100ms")
        unloaded = self.breakdown(bundle, "unloaded")  # one request at a time: company never comes
        self.assertGreaterEqual(mean_ms(unloaded, "batching_wait"), 20.0)
        self.assertLess(mean_ms(unloaded, "batching_wait"), 25.0)
        self.assertLess(mean_ms(unloaded, "queue"), 2.0)

    def test_overload_lands_in_the_queue(self):
        # 10 ms a batch of one: 100/s at most; 300/s are offered.
        bundle = self.run_fast("target.faults.preprocess_sleep=10ms", "target.serving.max_batch=1",
                               "load.points.steady.rate=300/s", "slo.at_most=100ms")
        steady = self.breakdown(bundle, "steady")
        self.assertGreater(share(steady, "queue"), 0.7)
        figures = self.figures(bundle)["figures"]
        self.assertGreater(figures["errors@steady"]["value"], 0.1, "a full queue rejects")
        self.assertLess(figures["throughput@steady"]["value"], 110)

    def test_a_stall_of_1_s_shows_in_p99_counted_from_due(self):
        contract = self.folder / "stall.yaml"
        contract.write_text(lynx.FAST.read_text()
                            .replace("rate: 100/s, duration: 300ms", "rate: 200/s, duration: 3s")
                            .replace("max_in_flight: 256", "max_in_flight: 4")
                            .replace("missed_ratio: 0%", "missed_ratio: 0%"))
        bundle = self.run_fast("target.faults.stall_after=500ms", "target.faults.stall_for=1s",
                               "load.sessions=1", contract=contract)
        figures = self.figures(bundle)["figures"]
        due, sent = figures["e2e.p99@steady"]["value"], figures["service.p99@steady"]["value"]
        self.assertIsNotNone(due, figures["e2e.p99@steady"])
        # 1 s of 3 s was stalled: the wait of the requests due in it falls from 1 s to nothing.
        self.assertGreater(due, 0.85e9)
        # With 4 requests in flight the client stood still too: only 4 requests saw the stall from sent.
        self.assertLess(sent, 0.5e9)
        text = lynx.lynxbench("report", bundle).stdout
        self.assertRegex(text, "(?i)from due")
        self.assertRegex(text, "(?i)from sent")


if __name__ == "__main__":
    lynx.main()
