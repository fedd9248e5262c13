// For tests: a target on the network that is driven as the load generator does it, and its answers.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/json.h"
#include "target/target.h"

namespace lynxbench::target {

struct Kept {
  std::uint64_t index = 0;
  RequestStatus status = RequestStatus::kUnsent;
  Exchange exchange;
  std::uint64_t bytes = 0;
  Nanos first_byte{0};
  Nanos done{0};
};

struct KeptAnswers final : Answers {
  std::vector<Kept> kept;
  void answered(const Answer& answer) override {
    kept.push_back({answer.index, answer.status, *answer.exchange, answer.response_bytes, answer.first_byte, answer.done});
  }
};

class NetworkClient {
 public:
  explicit NetworkClient(const Contract& contract, Inputs inputs = {}) : inputs_(std::move(inputs)) {
    Result<std::unique_ptr<Target>> target = open(contract, inputs_, {}, clock_);
    EXPECT_TRUE(target.ok()) << target.error().text();
    if (target.ok()) target_ = std::move(*target);
  }

  // Request i has input i % inputs; waits for all, at most 20 s. By index.
  std::vector<Kept> run(std::uint64_t count, std::uint32_t inputs = 3) {
    answers_.kept.clear();
    for (std::uint64_t i = 0; i < count; ++i) target_->submit(i, static_cast<std::uint32_t>(i % inputs), answers_);
    wait_for(count);
    std::sort(answers_.kept.begin(), answers_.kept.end(), [](const Kept& a, const Kept& b) { return a.index < b.index; });
    for (std::uint64_t i = 0; i < answers_.kept.size(); ++i) EXPECT_EQ(answers_.kept[i].index, i);
    return answers_.kept;
  }
  Kept run_one() {
    std::vector<Kept> kept = run(1);
    return kept.empty() ? Kept{} : kept[0];
  }
  void submit(std::uint64_t index, std::uint32_t input) { target_->submit(index, input, answers_); }
  void wait_for(std::size_t count) {
    Nanos end = clock_.now() + std::chrono::seconds(20);
    while (answers_.kept.size() < count && clock_.now() < end) target_->poll(clock_.now() + std::chrono::milliseconds(50));
    EXPECT_EQ(answers_.kept.size(), count);
  }
  void poll_for(Nanos length) {
    for (Nanos end = clock_.now() + length; clock_.now() < end;) target_->poll(end);
  }
  Target& get() { return *target_; }
  std::vector<Kept>& kept() { return answers_.kept; }
  [[nodiscard]] Nanos now() const { return clock_.now(); }
  // By name; each name is there once.
  std::vector<std::pair<std::string, std::string>> facts() const {
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const TargetFact& fact : target_->facts()) pairs.emplace_back(fact.fact.name, fact.fact.value);
    std::sort(pairs.begin(), pairs.end());
    for (std::size_t i = 1; i < pairs.size(); ++i) EXPECT_NE(pairs[i - 1].first, pairs[i].first);
    return pairs;
  }
  std::string fact(const std::string& name) const {
    for (const auto& [key, value] : facts()) {
      if (key == name) return value;
    }
    return "(no such fact)";
  }

 private:
  SystemClock clock_;
  Inputs inputs_;
  KeptAnswers answers_;
  std::unique_ptr<Target> target_;
};

inline void expect_failure(const Kept& kept, Failure failure, const std::string& detail) {
  EXPECT_EQ(kept.status, failure == Failure::kBusy ? RequestStatus::kRejected : RequestStatus::kFailed);
  EXPECT_EQ(name_of(kept.exchange.failure), name_of(failure));
  EXPECT_NE(kept.exchange.detail.find(detail), std::string::npos) << kept.exchange.detail;
}

// Why a target cannot be opened.
inline Error refusal_of(const Contract& contract, const Inputs& inputs = {}) {
  SystemClock clock;
  Result<std::unique_ptr<Target>> target = open(contract, inputs, {}, clock);
  EXPECT_FALSE(target.ok());
  return target.ok() ? Error{} : target.error();
}

}  // namespace lynxbench::target
