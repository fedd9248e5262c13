// Answers that a command scores (workload.accuracy.method: command), once the load that brought them is
// over: equal answers to one input are scored once.
//
//   KeptAnswers kept;
//   kept.take(record);                                   // what has an answer: it is moved out
//   std::vector<ScoredAnswer> scored = TRY(kept.scored(contract.workload.accuracy.command, inputs, stop));
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/contract.h"
#include "model/inputs.h"
#include "model/request.h"

namespace lynxbench::run {

struct ScoredAnswer {
  std::uint32_t input = 0;
  double score = 0;
  std::uint64_t answers = 0;
};

class KeptAnswers {
 public:
  // Of a request that was answered well; others are passed over.
  void take(RequestRecord& record);
  void merge(KeptAnswers&& other);
  // Fails as workload::accuracy::scores does.
  [[nodiscard]] Result<std::vector<ScoredAnswer>> scored(const std::vector<std::string>& command, const Inputs& inputs,
                                                         const std::atomic<bool>* stop) const;

 private:
  std::map<std::pair<std::uint32_t, std::string>, std::uint64_t> count_;  // by input and answer
};

// Can the command be started at all (workload::accuracy::try_command)? Nothing is asked of other methods.
[[nodiscard]] Status try_scoring(const AccuracySpec& accuracy);

// Gives every well answered record its score, and takes its answer away. Does nothing with other methods.
[[nodiscard]] Status score_records(const AccuracySpec& accuracy, const Inputs& inputs, std::span<RequestRecord> records,
                                   const std::atomic<bool>* stop);

}  // namespace lynxbench::run
