// Time as an argument. Steps never ask the machine for the time; they are handed a Clock, so a test
// runs in simulated time and never sleeps.
//
//   SystemClock clock;                       // CLOCK_MONOTONIC
//   Nanos due = clock.now() + 10ms;
//   clock.sleep_until(due);
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

namespace lynxbench {

using Nanos = std::chrono::nanoseconds;

// Times are nanoseconds since an arbitrary fixed moment that is the same for the whole process.
// Threads: every member may be called from several threads at once.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Nanos now() const = 0;
  // Returns at `when` or a little later, at once if it has passed.
  virtual void sleep_until(Nanos when) = 0;
  // Returns once `word` no longer holds `seen` (whoever changes it calls wake), at `until`, or for
  // no reason before; at once if it holds something else already. A clock of its own time has
  // nobody to wait for: it moves to `until`.
  virtual void wait(const std::atomic<std::uint32_t>& word, std::uint32_t seen, Nanos until);
};

// Ends every Clock::wait on `word`.
void wake(const std::atomic<std::uint32_t>& word);

// CLOCK_MONOTONIC: never set back, not slewed by more than NTP's 500 ppm.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Nanos now() const override;
  void sleep_until(Nanos when) override;
  void wait(const std::atomic<std::uint32_t>& word, std::uint32_t seen, Nanos until) override;
};

// Stands still until told; sleep_until moves it forward.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Nanos start = Nanos{0}) : now_(start.count()) {}
  [[nodiscard]] Nanos now() const override { return Nanos{now_.load()}; }
  void sleep_until(Nanos when) override;
  void advance(Nanos by) { now_ += by.count(); }

 private:
  std::atomic<std::int64_t> now_;
};

// Wall-clock time (CLOCK_REALTIME) as nanoseconds since 1970, for labels; never for durations.
[[nodiscard]] std::int64_t wall_clock_ns();
// "2026-11-23T06:11:09Z"
[[nodiscard]] std::string utc_text(std::int64_t wall_ns);

}  // namespace lynxbench
