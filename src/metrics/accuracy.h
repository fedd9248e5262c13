// How right the answers were, beside how fast: the mean score, what it says of other inputs of the
// kind, and whether that keeps the contract's floor. Below the floor a result is no-go, however fast.
//
//   std::vector<Score> scores = ...;                     // one for each answer that was scored
//   std::optional<Accuracy> accuracy = judge_accuracy(scores, contract.workload.accuracy.floor);
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace lynxbench::metrics {

struct Score {
  std::uint32_t input = 0;
  double score = 0;  // in 0..1; right or wrong: 1 or 0
  std::uint64_t answers = 1;  // so many that had it
};

enum class AccuracyVerdict {
  kGo,         // the whole interval is at or above the floor
  kUndecided,  // the mean is, its interval is not: too few different inputs
  kNoGo,       // the mean is below the floor
};

struct Accuracy {
  double mean = 0;          // over the inputs of each one's mean score: every input counts once
  double low = 0, high = 1; // 90 % interval
  std::uint64_t answers = 0;
  std::uint64_t inputs = 0; // different ones
  AccuracyVerdict verdict = AccuracyVerdict::kUndecided;
  std::string reason;       // for people
};

// Nothing of no score: then there is no accuracy to speak of, and with a floor above 0 no go.
//
// The interval is for the mean score of inputs like these. Answers to one input are alike (a model
// that errs on it errs again), so all of them are taken to be one trial: k inputs, and as many wrong
// ones as 1 - score adds up to. Each end is wrong with probability 5 % at most (stats::
// clustered_proportion with clumps of one; a score between 0 and 1 varies less than right and wrong
// do). With every answer right the low end is 1 + ln(0.05) / k: 16 inputs show 81 %, 300 show 99 %.
[[nodiscard]] std::optional<Accuracy> judge_accuracy(std::span<const Score> scores, double floor);

}  // namespace lynxbench::metrics
