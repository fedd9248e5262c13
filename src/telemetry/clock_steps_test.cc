#include "telemetry/clock_steps.h"

#include <gtest/gtest.h>

namespace lynxbench::telemetry {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

// All three clocks after `passed`, the wall clock set by `set`.
ClockReading reading(Nanos passed, Nanos set, Nanos uncertain = Nanos{500}) {
  return {.monotonic = passed, .wall = seconds(1'700'000'000) + passed + set, .raw = passed,
          .uncertain = uncertain};
}

TEST(ClockSteps, ASteadyClockHasNone) {
  ClockSteps steps(reading(seconds(0), Nanos{0}));
  for (int i = 1; i < 100; ++i) steps.look(reading(milliseconds(100 * i), Nanos{i % 3 * 400}));
  EXPECT_EQ(steps.count(), 0u);
  EXPECT_EQ(steps.largest(), std::nullopt);
  EXPECT_EQ(steps.slew_ratio(), 0);
}

TEST(ClockSteps, CountsStepsAndKeepsTheLargestWithItsSign) {
  ClockSteps steps(reading(seconds(0), Nanos{0}));
  steps.look(reading(seconds(1), milliseconds(2)));
  steps.look(reading(seconds(2), milliseconds(2)));
  steps.look(reading(seconds(3), milliseconds(-5)));
  steps.look(reading(seconds(4), milliseconds(-4)));
  EXPECT_EQ(steps.count(), 3u);
  EXPECT_EQ(steps.largest(), milliseconds(-7));
}

// The thread was interrupted between two clocks: what looks like a step may be none.
TEST(ClockSteps, AnUncertainReadingIsNoStep) {
  ClockSteps steps(reading(seconds(0), Nanos{0}));
  steps.look(reading(seconds(1), microseconds(900), milliseconds(1)));
  EXPECT_EQ(steps.count(), 0u);
}

TEST(ClockSteps, SlewingIsTheRateAgainstTheRawClock) {
  ClockSteps steps(reading(seconds(0), Nanos{0}));
  ClockReading later = reading(seconds(10), Nanos{0});
  later.monotonic += microseconds(2000);  // 200 ppm
  later.wall += microseconds(2000);
  steps.look(later);
  EXPECT_NEAR(steps.slew_ratio().value(), 200e-6, 1e-12);
  EXPECT_EQ(steps.count(), 0u);
}

TEST(ClockSteps, SlewingIsNotKnownAtOnce) {
  ClockSteps steps(reading(seconds(0), Nanos{0}));
  steps.look(reading(milliseconds(99), Nanos{0}));
  EXPECT_EQ(steps.slew_ratio(), std::nullopt);
}

TEST(ClockReading, TheMachinesClocksAreReadCloseTogether) {
  ClockReading first = read_clocks(), second = read_clocks();
  EXPECT_GE(second.monotonic, first.monotonic);
  EXPECT_GE(second.raw, first.raw);
  EXPECT_GT(first.wall, seconds(1'600'000'000));
}

}  // namespace
}  // namespace lynxbench::telemetry
