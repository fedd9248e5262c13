"""The schedule of a seed, made a second time: schedule_check.py PATH_OF_LYNXBENCH

A second implementation of the arrivals, in Python and from the sources named below: it shares no code with lynxbench, and its numbers
are IEEE doubles as well. Every due time and every input must be the same as `lynxbench workload schedule` prints, and so must the digest, SHA-256
of the (due, input) pairs as 8 and 4 bytes, little-endian. Exits with 1 where one byte differs.
"""
import hashlib
import math
import struct
import subprocess
import sys

MASK = (1 << 64) - 1
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10


def log(x):
    """Of + - * / alone: libm's last bit is not the same on every machine."""
    m, exponent = math.frexp(x)  # x = m 2^exponent, m in [0.5, 1)
    m, exponent = m * 2, exponent - 1
    if m > 1.4142135623730951:
        m, exponent = m * 0.5, exponent + 1
    s = (m - 1) / (m + 1)
    s2, total = s * s, 0.0
    for k in range(23, 2, -2):
        total = (total + 1.0 / k) * s2
    return exponent * LN2_HIGH + (2 * s + (2 * s * total + exponent * LN2_LOW))


def exp(x):
    k = int(x * 1.4426950408889634 + (-0.5 if x < 0 else 0.5))
    high = x - k * LN2_HIGH
    r, total = high - k * LN2_LOW, 1.0
    for i in range(13, 1, -1):
        total = 1 + total * r / i
    return math.ldexp(1 + (r + r * (total - 1)), k)


class Random:
    """xoshiro256** seeded by SplitMix64 (Blackman and Vigna), a stream per purpose (FNV-1a of its name)."""

    def __init__(self, seed, purpose):
        name = 0xCBF29CE484222325
        for byte in purpose.encode():
            name = (name ^ byte) * 0x100000001B3 & MASK
        state, self.s = seed ^ name, []
        for _ in range(4):
            state = (state + 0x9E3779B97F4A7C15) & MASK
            z = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & MASK
            z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
            self.s.append(z ^ z >> 31)

    def next(self):
        a, b, c, d = self.s
        times5 = b * 5 & MASK
        result = (times5 << 7 | times5 >> 57) * 9 & MASK
        c, d = c ^ a, d ^ b
        self.s = [a ^ d, b ^ c, c ^ (b << 17 & MASK), (d << 45 | d >> 19) & MASK]
        return result

    def uniform(self):
        return (self.next() >> 11) * 2.0**-53

    def exponential(self):
        return -log(1.0 - self.uniform())

    def below(self, bound):
        """Lemire's rejection."""
        while True:
            product = self.next() * bound
            if product & MASK >= (1 << 64) % bound:
                return product >> 64

    def normal(self):
        """Marsaglia's polar method, the first of the two."""
        while True:
            x, y = 2 * self.uniform() - 1, 2 * self.uniform() - 1
            square = x * x + y * y
            if 0 < square < 1:
                return x * math.sqrt(-2 * log(square) / square)

    def gamma(self, shape):
        """Of mean 1. Marsaglia and Tsang (2000)."""
        d = (shape + 1 if shape < 1 else shape) - 1.0 / 3
        c = 1 / math.sqrt(9 * d)
        while True:
            x = self.normal()
            root = 1 + c * x
            if root <= 0:
                continue
            v, u, square = root * root * root, 1 - self.uniform(), x * x
            if u < 1 - 0.0331 * square * square or log(u) < 0.5 * square + d * (1 - v + log(v)):
                if shape >= 1:
                    return d * v / shape
                return d * v / shape * exp(log(1 - self.uniform()) / shape)


def constant(rate, seed):
    count = 0
    while True:
        yield count * 1e9 / rate + 0.5
        count += 1


def poisson(rate, seed):
    random, at, gap = Random(seed, "arrivals"), 0.0, 1e9 / rate
    while True:
        at += random.exponential() * gap
        yield at


def gamma(rate, seed, cv):
    """In equilibrium: the first gap is a uniform share of one drawn in proportion to its length."""
    random, gap, shape = Random(seed, "arrivals"), 1e9 / rate, 1 / (cv * cv)
    at = random.uniform() * random.gamma(shape + 1) * (shape + 1) / shape * gap
    while True:
        yield at
        at += random.gamma(shape) * gap


def ramp(begin, end, seconds, seed):
    """Poisson of a rate that goes evenly, by time rescaling."""
    random, area, slope = Random(seed, "arrivals"), 0.0, (end - begin) / seconds
    while True:
        area += random.exponential()
        if not area < (begin + end) / 2 * seconds:
            return
        square = max(0.0, begin * begin + 2 * slope * area)
        yield 2 * area / (begin + math.sqrt(square)) * 1e9


def schedule(arrivals, seconds, inputs, seed):
    random, digest, lines = Random(seed, "inputs"), hashlib.sha256(), []
    for at in arrivals:
        due = int(at)
        if due >= seconds * 10**9:
            break
        one = random.below(inputs)
        digest.update(struct.pack("<qI", due, one))
        lines.append(f"{len(lines)},{due},{one}")
    return lines, digest.hexdigest()


def main():
    wrong = 0
    for name, rate, seconds, inputs, seed in (
        ("constant", 977, 60, 16, 1), ("poisson", 1000, 60, 16, 1), ("poisson", 3333.3, 60, 1000, 18446744073709551615),
        ("gamma:0.5", 1000, 60, 16, 7), ("gamma:2", 1000, 60, 3, 42), ("ramp:10:2000", None, 60, 16, 5),
    ):
        words = ["--arrival", name, "--duration", f"{seconds}s", "--inputs", str(inputs), "--seed", str(seed), "--csv"]
        if rate:
            words += ["--rate", f"{rate}/s"]
        run = subprocess.run([sys.argv[1], "workload", "schedule", *words], capture_output=True, text=True, check=True)
        kind, *numbers = name.split(":")
        numbers = [float(number) for number in numbers]
        arrivals = {"constant": lambda: constant(rate, seed), "poisson": lambda: poisson(rate, seed),
                    "gamma": lambda: gamma(rate, seed, *numbers), "ramp": lambda: ramp(*numbers, seconds, seed)}[kind]()
        lines, digest = schedule(arrivals, seconds, inputs, seed)
        same = run.stdout.splitlines()[1:] == lines and f"digest {digest}" in run.stderr
        wrong += not same
        print(f"{name:12} seed {seed:<20} {len(lines):7} requests  {digest[:16]}...  {'the same bytes' if same else 'NOT THE SAME'}")
    sys.exit(wrong > 0)


main()
