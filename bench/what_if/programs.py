"""Small PyTorch programs whose time is known to come from one place, recorded with its profiler.

Used by record_pairs.py and record_delays.py. Everything runs on the CPU with one thread.
"""
import contextlib
import hashlib
import threading
import time

import torch
from torch.profiler import ProfilerActivity, profile, record_function
from torch.utils.data import DataLoader, Dataset

torch.set_num_threads(1)
torch.manual_seed(7)


class Injected:
    """Nanoseconds that sleeps really took, by their own clock."""

    total_ns = 0

    @classmethod
    def sleep(cls, seconds):
        begin = time.perf_counter_ns()
        time.sleep(seconds)
        cls.total_ns += time.perf_counter_ns() - begin


class Samples(Dataset):
    def __init__(self, count, delay_s, rounds):
        self.count, self.delay_s, self.rounds = count, delay_s, rounds

    def __len__(self):
        return self.count

    def prepare(self):
        if self.delay_s > 0:
            Injected.sleep(self.delay_s)
        if self.rounds > 0:
            hashlib.pbkdf2_hmac("sha256", b"sample", b"salt", self.rounds)

    def __getitem__(self, index):
        if self.delay_s > 0 or self.rounds > 0:
            self.prepare()
        return torch.full((256,), float(index))


def model(layer_norm):
    layers = [torch.nn.Linear(256, 512)]
    if layer_norm:
        layers.append(torch.nn.LayerNorm(512))
    return torch.nn.Sequential(*layers, torch.nn.ReLU(), torch.nn.Linear(512, 256))


PLAIN = model(layer_norm=False)
NORMED = model(layer_norm=True)
BATCHED = torch.nn.Sequential(torch.nn.Linear(512, 512), torch.nn.ReLU(), torch.nn.Linear(512, 512))


def train(batches):
    for inputs in batches:
        PLAIN(inputs).sum().backward()


def train_from_loader(delay_s, rounds=0, batches=6, batch=4, samples=Samples):
    train(DataLoader(samples(batches * batch, delay_s, rounds), batch_size=batch, num_workers=0))


READY = [torch.full((4, 256), float(i)) for i in range(6)]


def train_from_memory():
    train(READY)


def infer(layer_norm, iterations=12, batch=64):
    net = NORMED if layer_norm else PLAIN
    inputs = torch.ones(batch, 256)
    with torch.no_grad():
        for _ in range(iterations):
            net(inputs)


def matmuls(times, iterations=8, size=320):
    a = torch.ones(size, size)
    for _ in range(iterations):
        with record_function("heavy"):
            for _ in range(times):
                torch.mm(a, a)
        torch.relu(a)


# Made once: new memory costs page faults, as many as the allocator happens to need.
LARGE = [torch.ones(1 << 19) for _ in range(5)]


def elementwise(fused, iterations=10):
    x, y, z, product, result = LARGE
    for _ in range(iterations):
        if fused:
            torch.addcmul(z, x, y, out=result)
        else:
            torch.mul(x, y, out=product)
            torch.add(product, z, out=result)


def spin(rounds):
    value = 0
    for i in range(rounds):
        value += i & 7
    return value


def python_bound(rounds, iterations=6):
    a = torch.ones(128, 128)
    for _ in range(iterations):
        spin(rounds)
        torch.mm(a, a)


def batches_of(size, iterations=12):
    inputs = torch.ones(size, 512)
    with torch.no_grad():
        for _ in range(iterations):
            BATCHED(inputs)


def second_thread(delay_s, iterations=4):
    a = torch.ones(256, 256)

    def work():
        with record_function("second_thread_work"):
            Injected.sleep(delay_s)

    for _ in range(iterations):
        torch.mm(a, a)
        worker = threading.Thread(target=work)
        worker.start()
        worker.join()


def python_sleep(delay_s, iterations=5):
    a = torch.ones(256, 256)
    for _ in range(iterations):
        torch.mm(a, a)
        if delay_s > 0:
            Injected.sleep(delay_s)


@torch.library.custom_op("lynx::slow", mutates_args=())
def slow(a: torch.Tensor, delay_s: float) -> torch.Tensor:
    if delay_s > 0:
        Injected.sleep(delay_s)
    return a.clone()


def slow_operator(delay_s, iterations=8):
    a = torch.ones(256, 256)
    for _ in range(iterations):
        slow(torch.mm(a, a), delay_s)


def record(path, program, with_stack=True):
    """Runs `program` once to warm up, once recorded; the trace lies at `path`.

    Returns what sleeps took in the recorded run.
    """
    program()
    options = {}
    with contextlib.suppress(ImportError, TypeError):
        from torch._C._profiler import _ExperimentalConfig

        options["experimental_config"] = _ExperimentalConfig(profile_all_threads=True)
    with profile(activities=[ProfilerActivity.CPU], with_stack=with_stack, **options) as profiler:
        Injected.total_ns = 0
        program()
        injected = Injected.total_ns
    profiler.export_chrome_trace(str(path))
    return injected
