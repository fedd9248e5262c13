#include "base/clock.h"

#include <gtest/gtest.h>

#include <thread>

namespace lynxbench {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST(SystemClock, SleepsUntilTheTimeOrALittleLonger) {
  SystemClock clock;
  Nanos when = clock.now() + milliseconds(2);
  clock.sleep_until(when);
  EXPECT_GE(clock.now(), when);
  Nanos now = clock.now();
  clock.sleep_until(now - hours(1));
  EXPECT_LT(clock.now() - now, hours(1));
}

TEST(SystemClock, AWaitEndsWhenAnotherThreadChangesTheWord) {
  SystemClock clock;
  std::atomic<std::uint32_t> word{0};
  std::thread other([&] {
    word = 1;
    wake(word);
  });
  Nanos until = clock.now() + hours(1);
  while (word.load() == 0) clock.wait(word, 0, until);
  other.join();
  EXPECT_LT(clock.now(), until);
}

TEST(SystemClock, AWaitForAWordThatHasChangedAlreadyEndsAtOnce) {
  SystemClock clock;
  std::atomic<std::uint32_t> word{1};
  Nanos begin = clock.now();
  clock.wait(word, 0, begin + hours(1));
  EXPECT_LT(clock.now() - begin, hours(1));
}

TEST(SystemClock, AWaitThatNobodyEndsGivesUpAtItsTime) {
  SystemClock clock;
  std::atomic<std::uint32_t> word{0};
  Nanos until = clock.now() + milliseconds(2);
  while (clock.now() < until) clock.wait(word, 0, until);
  EXPECT_EQ(word.load(), 0u);
}

TEST(ManualClock, AWaitMovesItToTheEndUnlessTheWordHasChanged) {
  ManualClock clock(milliseconds(10));
  std::atomic<std::uint32_t> word{1};
  clock.wait(word, 0, milliseconds(20));
  EXPECT_EQ(clock.now(), milliseconds(10));
  clock.wait(word, 1, milliseconds(20));
  EXPECT_EQ(clock.now(), milliseconds(20));
}

TEST(ManualClock, StandsStillAndNeverGoesBack) {
  ManualClock clock(milliseconds(10));
  EXPECT_EQ(clock.now(), milliseconds(10));
  clock.sleep_until(milliseconds(5));
  EXPECT_EQ(clock.now(), milliseconds(10));
  clock.advance(milliseconds(1));
  EXPECT_EQ(clock.now(), milliseconds(11));
}

}  // namespace
}  // namespace lynxbench
