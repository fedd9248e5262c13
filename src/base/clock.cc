#include "base/clock.h"

#include <cerrno>
#include <ctime>

namespace lynxbench {
namespace {

std::int64_t read_clock(clockid_t id) {
  timespec t{};
  clock_gettime(id, &t);
  return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

}  // namespace

Nanos SystemClock::now() const { return Nanos{read_clock(CLOCK_MONOTONIC)}; }

void SystemClock::sleep_until(Nanos when) {
  timespec t{};
  t.tv_sec = when.count() / 1'000'000'000;
  t.tv_nsec = when.count() % 1'000'000'000;
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, nullptr) == EINTR) {
  }
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
