#include "workload/synthetic.h"

#include "base/random.h"
#include "base/units.h"
#include "workload/lengths.h"
#include "workload/words.h"

namespace lynxbench::workload {
namespace {

constexpr std::int64_t kMostTurns = 1000;

Status check_number(std::int64_t value, std::int64_t low, std::int64_t high, std::string_view term) {
  if (value >= low && value <= high) return ok_status();
  return error(ErrorCode::kInvalidArgument, "{}: {} is out of range; give {} to {}", term, value, low, high);
}

Status check_spec(const Workload& workload) {
  const PromptSpec& spec = workload.prompts;
  TRY_STATUS(check_lengths(spec.prompt, "workload.prompts.prompt"));
  TRY_STATUS(check_lengths(spec.output, "workload.prompts.output"));
  TRY_STATUS(check_number(workload.input.distinct, 1, std::int64_t{1} << 32, "workload.input.distinct"));
  TRY_STATUS(check_number(spec.turns, 1, kMostTurns, "workload.prompts.turns"));
  TRY_STATUS(check_number(spec.shared_prefix, 0, kMostTokens, "workload.prompts.shared_prefix"));
  return check_number(spec.prefix_groups, 1, std::int64_t{1} << 32, "workload.prompts.prefix_groups");
}

std::string words(Random& random, std::int64_t count) {
  std::string text;
  append_words(text, random, count);
  return text;
}

// One session's turns, one after another.
class Session {
 public:
  Session(const Workload& workload, std::uint32_t number)
      : spec_(workload.prompts),
        number_(number),
        seed_(derived_seed(workload.seed, "prompts", number)),
        lengths_(seed_, "lengths"),
        words_(seed_, "words") {
    if (spec_.shared_prefix == 0) return;
    std::uint64_t group = number % static_cast<std::uint64_t>(spec_.prefix_groups);
    Random of_group(derived_seed(workload.seed, "prefix", group), "words");
    messages_.push_back({"system", words(of_group, spec_.shared_prefix)});
    tokens_ = spec_.shared_prefix;
  }

  Input next() {
    if (turn_ > 0) say("assistant", reply_tokens_);
    say("user", draw_length(spec_.prompt, lengths_));
    reply_tokens_ = draw_length(spec_.output, lengths_);
    Input input;
    input.messages = messages_;
    input.prompt_tokens = tokens_;
    input.max_tokens = reply_tokens_;
    input.session = number_;
    input.turn = turn_++;
    return input;
  }

 private:
  void say(std::string role, std::int64_t tokens) {
    messages_.push_back({std::move(role), words(words_, tokens)});
    tokens_ += tokens;
  }

  const PromptSpec& spec_;
  std::uint32_t number_;
  std::uint64_t seed_;
  Random lengths_, words_;
  std::vector<Message> messages_;
  std::int64_t tokens_ = 0;
  std::int64_t reply_tokens_ = 0;
  std::uint32_t turn_ = 0;
};

Error too_much(const Workload& workload) {
  return error(ErrorCode::kInvalidArgument,
               "the workload's inputs would take more than {} ({} sessions of {} turns); ask for fewer "
               "sessions (workload.input.distinct), fewer turns or shorter prompts",
               bytes_text(static_cast<double>(kMostInputBytes)), workload.input.distinct,
               workload.prompts.turns);
}

// At least, so that what is hopeless fails before it is made: a word and its blank are 3 bytes or more.
double least_bytes(const Workload& workload) {
  const PromptSpec& spec = workload.prompts;
  double turns = static_cast<double>(spec.turns);
  double words = turns * static_cast<double>(spec.shared_prefix) + turns * (turns + 1) / 2 * static_cast<double>(spec.prompt.low);
  return 3 * words * static_cast<double>(workload.input.distinct);
}

}  // namespace

Result<std::vector<Input>> synthetic_inputs(const Workload& workload) {
  TRY_STATUS(check_spec(workload));
  if (least_bytes(workload) > static_cast<double>(kMostInputBytes)) return too_much(workload);
  std::vector<Input> inputs;
  std::int64_t bytes = 0;
  for (std::int64_t number = 0; number < workload.input.distinct; ++number) {
    Session session(workload, static_cast<std::uint32_t>(number));
    for (std::int64_t turn = 0; turn < workload.prompts.turns; ++turn) {
      inputs.push_back(session.next());
      bytes += static_cast<std::int64_t>(sizeof(Input));
      for (const Message& message : inputs.back().messages) bytes += static_cast<std::int64_t>(message.text.size());
      if (bytes > kMostInputBytes) return too_much(workload);
    }
  }
  return inputs;
}

}  // namespace lynxbench::workload
