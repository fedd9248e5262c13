"""Ctrl-C, kill -9 and a full disk: what was measured is kept, and never passes as complete."""
import collections
import concurrent.futures
import contextlib
import os
import random
import resource
import signal
import subprocess
import time

import lynx

KILLS = int(os.environ.get("LYNXBENCH_KILLS", "50"))


class Interrupted(lynx.Case):
    def start(self, bundle, **options):
        return subprocess.Popen([lynx.BINARY, "run", str(lynx.FAST), "--out", str(bundle), "--quiet"], cwd=lynx.ROOT,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)

    def wait_for_requests(self, process):
        """How long the machine's ceilings take differs; what is stopped must have measured something: a look is
        over, and what it measured is committed every half second."""
        for line in process.stderr:
            if "/s " in line:
                time.sleep(0.8)
                return
        self.fail("it ended without a look")

    def assert_incomplete(self, bundle, moment):
        if not bundle.exists():
            return "nothing"
        done = lynx.lynxbench("check", bundle)
        self.assertEqual(done.returncode, 1, f"{moment}: {done.stdout}{done.stderr}")
        self.assertIn("INCOMPLETE", done.stdout, moment)
        shown = lynx.lynxbench("report", bundle)
        self.assertIn(shown.returncode, (0, 2), f"{moment}: {shown.stdout}{shown.stderr}")
        if shown.returncode == 0:
            self.assertRegex(shown.stdout, "(?i)incomplete", moment)
        return "kept" if shown.returncode == 0 else "unreadable"

    def phases(self, bundle):
        """How many rates the search looks at differs from run to run; what it is followed by does not."""
        with lynx.raw(bundle) as data:
            return list(data.execute("select session, kind, point, complete from phases where session > 0 order by id"))

    def end_of_killed(self, bundle, whole, moment):
        """Killed between its seal and its end (the report is still to be written), a run is complete: that is so
        only if nothing is missing."""
        if not bundle.exists() or lynx.lynxbench("check", bundle).returncode != 0:
            return self.assert_incomplete(bundle, moment)
        self.assertEqual(self.phases(bundle), whole, moment)
        again = lynx.lynxbench("recompute", bundle)
        self.assertEqual(again.returncode, 0, f"{moment}: {again.stdout}{again.stderr}")
        return "complete"

    def test_ctrl_c_seals_what_was_measured_as_incomplete(self):
        bundle = self.folder / "stopped.lynx"
        process = self.start(bundle)
        self.wait_for_requests(process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 4, out + err)
        self.assertEqual(self.assert_incomplete(bundle, "Ctrl-C"), "kept")
        with lynx.raw(bundle) as data:
            self.assertGreater(data.execute("select count(*) from requests").fetchone()[0], 0)
        self.assertEqual(lynx.lynxbench("recompute", bundle).returncode, 0)

    def test_kill_9_at_random_moments_never_leaves_a_bundle_that_passes_for_more_than_it_is(self):
        draw = random.Random(50)
        began = time.monotonic()
        whole = self.start(self.folder / "whole.lynx")
        whole.communicate(timeout=60)
        length = time.monotonic() - began
        phases = self.phases(self.folder / "whole.lynx")
        moments = [draw.uniform(0.05, 0.95) * length for _ in range(KILLS)]

        def end_of(number):
            bundle = self.folder / f"killed{number}.lynx"
            process = self.start(bundle)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=moments[number])
            process.kill()
            process.communicate()
            if process.returncode != -signal.SIGKILL:
                return "ended before"
            return self.end_of_killed(bundle, phases, f"killed after {moments[number]:.2f} s of {length:.2f} s")

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            ends = collections.Counter(pool.map(end_of, range(KILLS)))
        print(f"{KILLS} kills within {length:.1f} s: {dict(ends)}")
        self.assertGreater(ends["kept"], KILLS // 2)

    def test_killed_as_soon_as_it_is_sealed_nothing_is_missing(self):
        self.start(self.folder / "whole.lynx").communicate(timeout=60)
        bundle = self.folder / "killed.lynx"
        process = self.start(bundle)
        while process.poll() is None and not (bundle / "SEAL").exists():
            time.sleep(0.001)
        process.kill()
        process.communicate()
        self.assertEqual(self.end_of_killed(bundle, self.phases(self.folder / "whole.lynx"), "killed as it sealed"),
                         "complete")

    def test_a_full_disk_is_an_error_and_keeps_what_was_written(self):
        for limit in (4096, 65536, 262144):
            bundle = self.folder / f"full{limit}.lynx"
            process = self.start(bundle, preexec_fn=lambda n=limit: resource.setrlimit(resource.RLIMIT_FSIZE, (n, n)))
            out, err = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 5, f"{limit}: {out}{err}")
            self.assertNotEqual(err.strip(), "")
            self.assert_incomplete(bundle, f"file size limit {limit}")


if __name__ == "__main__":
    lynx.main()
