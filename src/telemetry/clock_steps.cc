#include "telemetry/clock_steps.h"

#include <ctime>

namespace lynxbench::telemetry {
namespace {

constexpr Nanos kSmallestStep{20'000};

Nanos read(clockid_t id) {
  timespec time{};
  clock_gettime(id, &time);
  return std::chrono::seconds{time.tv_sec} + Nanos{time.tv_nsec};
}

}  // namespace

ClockReading read_clocks() {
  constexpr int kTries = 5;
  constexpr Nanos kClose{2'000};
  ClockReading best;
  for (int i = 0; i < kTries; ++i) {
    ClockReading reading;
    Nanos before = read(CLOCK_MONOTONIC);
    reading.wall = read(CLOCK_REALTIME);
    reading.raw = read(CLOCK_MONOTONIC_RAW);
    Nanos after = read(CLOCK_MONOTONIC);
    reading.monotonic = before + (after - before) / 2;
    reading.uncertain = after - before;
    if (i == 0 || reading.uncertain < best.uncertain) best = reading;
    if (best.uncertain <= kClose) break;
  }
  return best;
}

void ClockSteps::look(const ClockReading& now) {
  Nanos moved = (now.wall - now.monotonic) - (last_.wall - last_.monotonic);
  Nanos size = std::chrono::abs(moved);
  if (size > kSmallestStep && size > now.uncertain + last_.uncertain) {
    ++count_;
    if (!largest_ || size > std::chrono::abs(*largest_)) largest_ = moved;
  }
  last_ = now;
}

std::optional<double> ClockSteps::slew_ratio() const {
  constexpr Nanos kLeast{100'000'000};
  Nanos raw = last_.raw - first_.raw;
  if (raw < kLeast) return std::nullopt;
  Nanos gained = (last_.monotonic - first_.monotonic) - raw;
  return static_cast<double>(gained.count()) / static_cast<double>(raw.count());
}

}  // namespace lynxbench::telemetry
