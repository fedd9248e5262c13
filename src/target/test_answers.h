// For tests: keeps every answer, and waits for as many as were asked for.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <vector>

#include "target/target.h"

namespace lynxbench::target {

class TestAnswers : public Answers {
 public:
  void answered(const Answer& answer) override {
    const std::lock_guard lock(mutex_);
    answers_.push_back(answer);
    arrived_.notify_all();
  }

  // Once there are `count` answers (a minute at most: then the test fails). In order of arrival.
  std::vector<Answer> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    const bool all =
        arrived_.wait_for(lock, std::chrono::minutes(1), [&] { return answers_.size() >= count; });
    EXPECT_TRUE(all) << answers_.size() << " of " << count << " answers";
    return answers_;
  }

  std::vector<Answer> so_far() {
    const std::lock_guard lock(mutex_);
    return answers_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Answer> answers_;
};

// Each of 0..count-1 exactly once.
inline void expect_each_once(const std::vector<Answer>& answers, std::uint64_t count) {
  std::map<std::uint64_t, int> times;
  for (const Answer& answer : answers) ++times[answer.index];
  EXPECT_EQ(answers.size(), count);
  for (std::uint64_t index = 0; index < count; ++index) EXPECT_EQ(times[index], 1) << index;
}

inline void expect_stages_in_order(const Answer& answer) {
  ASSERT_TRUE(answer.stages.has_value());
  const ServerStages& stages = *answer.stages;
  EXPECT_LE(stages.accepted_ns, stages.opened_ns);
  EXPECT_LE(stages.opened_ns, stages.closed_ns);
  EXPECT_LE(stages.closed_ns, stages.pre_begin_ns);
  EXPECT_LE(stages.pre_begin_ns, stages.pre_end_ns);
  EXPECT_LE(stages.pre_end_ns, stages.run_begin_ns);
  EXPECT_LE(stages.run_begin_ns, stages.run_end_ns);
  EXPECT_LE(stages.run_end_ns, stages.post_end_ns);
  EXPECT_LE(stages.post_end_ns, answer.done.count());
  EXPECT_EQ(answer.first_byte, answer.done);
}

}  // namespace lynxbench::target
