// For tests: polls a target and keeps its answers with what they refer to.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "base/clock.h"
#include "target/target.h"

namespace lynxbench::target {

struct KeptAnswer {
  Answer answer;
  Exchange exchange;
};

class PolledAnswers : public Answers {
 public:
  void answered(const Answer& answer) override {
    ASSERT_NE(answer.exchange, nullptr);
    kept.push_back({answer, *answer.exchange});
    kept.back().answer.exchange = nullptr;
  }

  // Polls until there are `count` answers; half a minute at most: then the test fails.
  void wait_for(Target& target, std::size_t count) {
    SystemClock clock;
    const Nanos end = clock.now() + std::chrono::seconds(30);
    while (kept.size() < count && clock.now() < end) target.poll(clock.now() + std::chrono::milliseconds(50));
    EXPECT_EQ(kept.size(), count);
  }
  // The answer to one request.
  KeptAnswer one(Target& target, std::uint32_t input = 0) {
    const std::size_t before = kept.size();
    target.submit(before, input, *this);
    wait_for(target, before + 1);
    return kept.size() > before ? kept.back() : KeptAnswer{};
  }

  std::vector<KeptAnswer> kept;
};

}  // namespace lynxbench::target
