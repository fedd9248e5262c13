#include "run/scoring.h"

#include "workload/accuracy/scoring.h"

namespace lynxbench::run {
namespace {

using Key = std::pair<std::uint32_t, std::string>;

// Drawn inputs may be fewer than their numbers: they are taken in turn.
const Input& input_of(const Inputs& inputs, std::uint32_t number) {
  return inputs.inputs[number % inputs.inputs.size()];
}

Result<std::vector<double>> scores_of(const std::vector<std::string>& command, const Inputs& inputs,
                                      std::span<const Key> keys, const std::atomic<bool>* stop) {
  std::vector<workload::accuracy::Answered> answers;
  answers.reserve(keys.size());
  for (const auto& [input, answer] : keys) {
    answers.push_back(inputs.inputs.empty() ? workload::accuracy::Answered{"", {}, answer}
                                            : workload::accuracy::answered(input_of(inputs, input), answer));
  }
  return workload::accuracy::scores(command, answers, {.stop = stop});
}

bool has_answer(const RequestRecord& record) { return record.status == RequestStatus::kOk && record.exchange; }

}  // namespace

void KeptAnswers::take(RequestRecord& record) {
  if (has_answer(record)) ++count_[{record.input, std::move(record.exchange->answer)}];
}

void KeptAnswers::merge(KeptAnswers&& other) {
  for (const auto& [key, count] : other.count_) count_[key] += count;
}

Result<std::vector<ScoredAnswer>> KeptAnswers::scored(const std::vector<std::string>& command, const Inputs& inputs,
                                                      const std::atomic<bool>* stop) const {
  std::vector<Key> keys;
  for (const auto& [key, count] : count_) keys.push_back(key);
  if (keys.empty()) return std::vector<ScoredAnswer>{};
  std::vector<double> scores = TRY(scores_of(command, inputs, keys, stop));
  std::vector<ScoredAnswer> scored;
  for (std::size_t i = 0; i < keys.size(); ++i) scored.push_back({keys[i].first, scores[i], count_.at(keys[i])});
  return scored;
}

Status try_scoring(const AccuracySpec& accuracy) {
  return accuracy.method == ScoreMethod::kCommand ? workload::accuracy::try_command(accuracy.command) : ok_status();
}

Status score_records(const AccuracySpec& accuracy, const Inputs& inputs, std::span<RequestRecord> records,
                     const std::atomic<bool>* stop) {
  if (accuracy.method != ScoreMethod::kCommand) return ok_status();
  std::map<Key, std::vector<RequestRecord*>> by_answer;
  for (RequestRecord& record : records) {
    if (has_answer(record)) by_answer[{record.input, std::move(record.exchange->answer)}].push_back(&record);
  }
  std::vector<Key> keys;
  for (const auto& [key, with] : by_answer) keys.push_back(key);
  if (keys.empty()) return ok_status();
  std::vector<double> scores = TRY(scores_of(accuracy.command, inputs, keys, stop));
  for (std::size_t i = 0; i < keys.size(); ++i) {
    for (RequestRecord* record : by_answer.at(keys[i])) record->exchange->score = scores[i];
  }
  return ok_status();
}

}  // namespace lynxbench::run
