#include "workload/accuracy/scoring.h"

#include <chrono>

#include "base/json.h"
#include "base/number.h"
#include "base/text.h"
#include "base/units.h"
#include "workload/accuracy/child.h"

namespace lynxbench::workload::accuracy {
namespace {

constexpr std::size_t kLongestLine = 4096;
constexpr Nanos kLook{100'000'000};  // how often `stop` is looked at
constexpr Nanos kTrial{2'000'000'000};

Nanos now() { return std::chrono::steady_clock::now().time_since_epoch(); }

std::optional<double> score_of(std::string_view line) {
  const std::optional<double> value = number_in<double>(trim(line));
  return value && *value >= 0 && *value <= 1 ? value : std::nullopt;
}

// The exchange with one running command.
class Scoring {
 public:
  Scoring(Child& child, std::span<const Answered> answers, const Limits& limits)
      : child_(child), answers_(answers), limits_(limits), until_(now() + limits.timeout) {}

  Result<std::vector<double>> run() {
    while (!child_.output_ended()) {
      if (limits_.stop != nullptr && limits_.stop->load()) return error(ErrorCode::kInterrupted, "stopped by the user");
      if (now() >= until_) {
        return failed(fmt::format("took longer than {} and was stopped after {} of {} scores",
                                  duration_text(static_cast<double>(limits_.timeout.count())), scores_.size(), answers_.size()));
      }
      refill();
      TRY_STATUS(child_.exchange(waiting_, output_, std::min(kLook, until_ - now())));
      TRY_STATUS(take_lines());
    }
    if (!trim(output_).empty()) TRY_STATUS(take(output_));
    std::optional<std::string> ending = child_.wait(until_);
    if (ending) return failed(*ending);
    if (scores_.size() == answers_.size()) return std::move(scores_);
    return wrong(fmt::format("printed {} scores for {} answers; one line for each is due", scores_.size(), answers_.size()));
  }

 private:
  // The next lines for the command, a piece at a time: they may be more than memory should hold twice.
  void refill() {
    while (waiting_.size() < (1U << 16) && given_ < answers_.size()) waiting_ += request_line(answers_[given_++]);
    if (waiting_.empty() && given_ == answers_.size()) child_.close_input();
  }

  Status take_lines() {
    std::size_t begin = 0;
    for (std::size_t end = output_.find('\n'); end != std::string::npos; end = output_.find('\n', begin)) {
      TRY_STATUS(take(std::string_view(output_).substr(begin, end - begin)));
      begin = end + 1;
    }
    output_.erase(0, begin);
    if (output_.size() <= kLongestLine) return ok_status();
    return wrong(fmt::format("printed a line of more than {} bytes; a number in 0..1 is due", kLongestLine));
  }

  Status take(std::string_view line) {
    if (trim(line).empty()) return ok_status();
    if (scores_.size() == answers_.size()) return wrong(fmt::format("printed more than {} scores, one for each answer", answers_.size()));
    std::optional<double> score = score_of(line);
    if (!score) {
      return wrong(fmt::format("printed \"{}\" as score {}; a number in 0..1 is due", trim(line).substr(0, 80), scores_.size() + 1));
    }
    scores_.push_back(*score);
    return ok_status();
  }

  [[nodiscard]] Error failed(const std::string& what) const { return described(ErrorCode::kUnavailable, what); }
  [[nodiscard]] Error wrong(const std::string& what) const { return described(ErrorCode::kInvalidInput, what); }
  [[nodiscard]] Error described(ErrorCode code, const std::string& what) const {
    std::string said = child_.last_error_line();
    return error(code, "the scoring command {}{}", what, said.empty() ? "" : fmt::format("; it says: {}", said));
  }

  Child& child_;
  std::span<const Answered> answers_;
  const Limits& limits_;
  Nanos until_;
  std::string waiting_;  // lines not yet written
  std::string output_;   // read and not yet taken
  std::size_t given_ = 0;
  std::vector<double> scores_;
};

}  // namespace

Answered answered(const Input& input, std::string answer) {
  Answered made{input.body, input.expected, std::move(answer)};
  for (const Message& message : input.messages) {
    if (!made.input.empty()) made.input += '\n';
    made.input += message.text;
  }
  return made;
}

std::string request_line(const Answered& answered) {
  Json line{{"input", answered.input}, {"expected", answered.expected}, {"answer", answered.answer}};
  return canonical_text(line) + "\n";
}

Result<std::vector<double>> scores(const std::vector<std::string>& command, std::span<const Answered> answers, const Limits& limits) {
  if (command.empty()) return error(ErrorCode::kInvalidArgument, "workload.accuracy.command is missing: the method is command");
  if (answers.empty()) return std::vector<double>{};
  std::unique_ptr<Child> child = TRY(Child::start(command));
  return Scoring(*child, answers, limits).run();
}

Status try_command(const std::vector<std::string>& command) {
  if (command.empty()) return error(ErrorCode::kInvalidArgument, "workload.accuracy.command is missing: the method is command");
  std::unique_ptr<Child> child = TRY(Child::start(command));
  child->close_input();
  std::string nothing, output;
  const Nanos until = now() + kTrial;
  while (!child->output_ended() && now() < until) TRY_STATUS(child->exchange(nothing, output, std::min(kLook, until - now())));
  if (!child->output_ended()) return ok_status();  // it takes its time to begin: the destructor ends it
  std::optional<std::string> ending = child->wait(now() + kTrial);
  if (!ending) return ok_status();
  std::string said = child->last_error_line();
  return error(ErrorCode::kUnavailable, "the scoring command {} {}{}", joined(command, ""), *ending, said.empty() ? "" : "; it says: " + said);
}

}  // namespace lynxbench::workload::accuracy
