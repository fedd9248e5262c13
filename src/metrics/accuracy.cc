#include "metrics/accuracy.h"

#include <map>

#include "base/result.h"
#include "base/units.h"
#include "stats/proportion.h"

namespace lynxbench::metrics {
namespace {

constexpr double kTail = 0.05;

AccuracyVerdict verdict_of(const Accuracy& accuracy, double floor) {
  if (accuracy.mean < floor) return AccuracyVerdict::kNoGo;
  return accuracy.low >= floor ? AccuracyVerdict::kGo : AccuracyVerdict::kUndecided;
}

std::string reason_of(const Accuracy& accuracy, double floor) {
  std::string text = fmt::format("mean score {} of {} answers to {} different inputs, {} to {}; at least {} was asked for",
                                 number_text(accuracy.mean), accuracy.answers, accuracy.inputs, number_text(accuracy.low),
                                 number_text(accuracy.high), number_text(floor));
  if (accuracy.verdict == AccuracyVerdict::kUndecided) text += ": too few different inputs to show it";
  return text;
}

}  // namespace

std::optional<Accuracy> judge_accuracy(std::span<const Score> scores, double floor) {
  struct Sum {
    double score = 0;
    double count = 0;
  };
  std::map<std::uint32_t, Sum> by_input;
  std::uint64_t answers = 0;
  for (const Score& score : scores) {
    CHECK(score.score >= 0 && score.score <= 1 && score.answers > 0);
    Sum& sum = by_input[score.input];
    sum.score += score.score * static_cast<double>(score.answers);
    sum.count += static_cast<double>(score.answers);
    answers += score.answers;
  }
  if (by_input.empty()) return std::nullopt;
  double inputs = static_cast<double>(by_input.size()), wrong = 0;
  for (const auto& [input, sum] : by_input) wrong += (sum.count - sum.score) / sum.count;
  stats::Range range = stats::clustered_proportion(inputs, wrong, 1, kTail);
  Accuracy accuracy;
  accuracy.mean = 1 - wrong / inputs;
  accuracy.low = 1 - range.high;
  accuracy.high = 1 - range.low;
  accuracy.answers = answers;
  accuracy.inputs = by_input.size();
  accuracy.verdict = verdict_of(accuracy, floor);
  accuracy.reason = reason_of(accuracy, floor);
  return accuracy;
}

}  // namespace lynxbench::metrics
