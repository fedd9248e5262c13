// Built with -O3 in every build type and without sanitizers (src/CMakeLists.txt): a loop that the
// compiler left slow would measure the compiler.
#include "target/stream_triad.h"

#include <algorithm>
#include <barrier>
#include <memory>
#include <new>
#include <thread>

#include "base/units.h"

namespace lynxbench::target {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr Nanos kRepeat{150'000'000};

struct Arrays {
  explicit Arrays(std::size_t elements)
      : a(new double[elements]), b(new double[elements]), c(new double[elements]) {}
  std::unique_ptr<double[]> a;  // not initialised here: each thread touches its part first
  std::unique_ptr<double[]> b;
  std::unique_ptr<double[]> c;
};

void touch(const Arrays& arrays, std::size_t from, std::size_t to) {
  std::fill(arrays.a.get() + from, arrays.a.get() + to, 0.0);
  std::fill(arrays.b.get() + from, arrays.b.get() + to, 1.0);
  std::fill(arrays.c.get() + from, arrays.c.get() + to, 2.0);
}

void triad(double* __restrict a, const double* __restrict b, const double* __restrict c,
           std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; ++i) a[i] = b[i] + 3.0 * c[i];
}

struct Repeat {
  Nanos begin{0};
  Nanos end{0};
  std::uint64_t passes = 0;
};

// Keeps the time between the passes, while all threads stand at the barrier: its first call begins
// the first repeat, every further one ends a pass.
class Timekeeper {
 public:
  Timekeeper(std::size_t repeats, const Clock& clock) : repeats_(repeats), clock_(clock) {}

  void pass_ended() noexcept {
    const Nanos now = clock_.now();
    if (!begun_) {
      begun_ = true;
      repeats_[current_].begin = now;
      return;
    }
    Repeat& repeat = repeats_[current_];
    ++repeat.passes;
    repeat.end = now;
    if (now - repeat.begin < kRepeat) return;
    if (++current_ < repeats_.size()) repeats_[current_].begin = now;
  }
  [[nodiscard]] bool finished() const { return current_ == repeats_.size(); }
  [[nodiscard]] const std::vector<Repeat>& repeats() const { return repeats_; }

 private:
  std::vector<Repeat> repeats_;
  const Clock& clock_;
  std::size_t current_ = 0;
  bool begun_ = false;
};

// The passes over `arrays` by all threads, as the timekeeper saw them.
std::vector<Repeat> run_passes(const Arrays& arrays, std::size_t elements, std::size_t threads,
                               Timekeeper keeper) {
  const auto between_passes = [&keeper]() noexcept { keeper.pass_ended(); };
  std::barrier barrier(static_cast<std::ptrdiff_t>(threads), between_passes);
  const auto work = [&](std::size_t thread) {
    const std::size_t from = elements * thread / threads;
    const std::size_t to = elements * (thread + 1) / threads;
    touch(arrays, from, to);
    triad(arrays.a.get(), arrays.b.get(), arrays.c.get(), from, to);  // warm-up
    barrier.arrive_and_wait();
    while (!keeper.finished()) {
      triad(arrays.a.get(), arrays.b.get(), arrays.c.get(), from, to);
      barrier.arrive_and_wait();
    }
  };
  {
    std::vector<std::jthread> workers;
    for (std::size_t i = 1; i < threads; ++i) workers.emplace_back(work, i);
    work(0);
  }
  return keeper.repeats();
}

}  // namespace

std::size_t last_level_cache_bytes(const fs::path& sys_root) {
  std::size_t largest = 0;
  for (int index = 0;; ++index) {
    const fs::path file =
        sys_root / fmt::format("devices/system/cpu/cpu0/cache/index{}/size", index);
    const std::optional<std::string> size = read_small_file(file);  // "32768K"
    if (!size) return largest;
    const Result<std::int64_t> bytes = parse_bytes(*size + "iB");
    if (bytes.ok()) largest = std::max(largest, static_cast<std::size_t>(*bytes));
  }
}

std::size_t triad_elements(std::size_t last_level_cache_bytes, std::size_t free_bytes) {
  const std::size_t wanted = std::clamp(4 * last_level_cache_bytes, 32 * kMiB, 256 * kMiB);
  return std::min(wanted, free_bytes / 6) / sizeof(double);
}

Result<TriadRates> measure_triad(std::size_t elements, std::int64_t threads, int repeats,
                                 Clock& clock) {
  CHECK(elements > 0 && threads >= 1 && repeats >= 1);
  std::unique_ptr<Arrays> arrays;
  try {
    arrays = std::make_unique<Arrays>(elements);
  } catch (const std::bad_alloc&) {
    return error(ErrorCode::kExhausted, "no memory for three arrays of {}",
                 bytes_text(static_cast<double>(elements * sizeof(double))));
  }
  const std::vector<Repeat> measured =
      run_passes(*arrays, elements, static_cast<std::size_t>(threads),
                 Timekeeper(static_cast<std::size_t>(repeats), clock));
  CHECK(arrays->a[elements - 1] == 7.0);
  TriadRates rates;
  for (const Repeat& one : measured) {
    const double bytes = 3.0 * sizeof(double) * static_cast<double>(elements * one.passes);
    const double seconds = static_cast<double>((one.end - one.begin).count()) * 1e-9;
    rates.bytes_per_s.push_back(bytes / seconds);
  }
  rates.method = fmt::format(
      "triad a[i] = b[i] + s*c[i], 3 x {}, {} thread(s), 24 bytes an element "
      "(write-allocate not counted)",
      bytes_text(static_cast<double>(elements * sizeof(double))), threads);
  return rates;
}

}  // namespace lynxbench::target
