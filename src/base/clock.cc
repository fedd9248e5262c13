#include "base/clock.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <ctime>

namespace lynxbench {
namespace {

std::int64_t read_clock(clockid_t id) {
  timespec t{};
  clock_gettime(id, &t);
  return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

timespec as_timespec(Nanos time) {
  timespec t{};
  t.tv_sec = time.count() / 1'000'000'000;
  t.tv_nsec = time.count() % 1'000'000'000;
  return t;
}

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t),
              "a futex is the bare word");

}  // namespace

void Clock::wait(const std::atomic<std::uint32_t>& word, std::uint32_t seen, Nanos until) {
  if (word.load() == seen) sleep_until(until);
}

void wake(const std::atomic<std::uint32_t>& word) {
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

Nanos SystemClock::now() const { return Nanos{read_clock(CLOCK_MONOTONIC)}; }

void SystemClock::sleep_until(Nanos when) {
  timespec t = as_timespec(when);
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, nullptr) == EINTR) {
  }
}

void SystemClock::wait(const std::atomic<std::uint32_t>& word, std::uint32_t seen, Nanos until) {
  // FUTEX_WAIT_BITSET takes an absolute CLOCK_MONOTONIC time; a word that changed returns at once.
  timespec t = as_timespec(until);
  syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, seen, &t, nullptr, FUTEX_BITSET_MATCH_ANY);
}

void ManualClock::sleep_until(Nanos when) {
  std::int64_t seen = now_.load();
  while (seen < when.count() && !now_.compare_exchange_weak(seen, when.count())) {
  }
}

std::int64_t wall_clock_ns() { return read_clock(CLOCK_REALTIME); }

std::string utc_text(std::int64_t wall_ns) {
  std::time_t seconds = wall_ns / 1'000'000'000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char buffer[32];
  std::strftime(buffer, sizeof buffer, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return buffer;
}

}  // namespace lynxbench
