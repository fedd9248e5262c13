#include <algorithm>
#include <array>

#include "base/digest.h"
#include "base/files.h"
#include "workload/input_file.h"
#include "workload/synthetic.h"
#include "workload/trace_inputs.h"
#include "workload/workload.h"

namespace lynxbench::workload {
namespace {

// How a kind of target takes an input.
enum class Form {
  kOwn,         // it makes its own
  kMessages,    // a chat
  kPrompt,      // one message
  kBody,        // bytes
  kLine,        // bytes without a line end
  kWhatever,    // messages or bytes, the target decides
};

Form form_of(const TargetSpec& target) {
  if (target.kind == "embedded" || target.kind == "null") return Form::kOwn;
  if (target.kind == "openai-chat") return Form::kMessages;
  if (target.kind == "openai-completions") return Form::kPrompt;
  if (target.kind == "http") return Form::kBody;
  if (target.kind == "command") {
    return target.endpoint.command_mode == CommandMode::kPipe ? Form::kLine : Form::kBody;
  }
  return Form::kWhatever;
}

std::string joined_texts(const std::vector<Message>& messages, char separator) {
  std::string text;
  for (const Message& message : messages) {
    if (!text.empty()) text += separator;
    text += message.text;
  }
  return text;
}

// Makes of `input` what the target takes; what stands in the way, if anything does.
std::optional<std::string> shape(Input& input, Form form) {
  switch (form) {
    case Form::kOwn:
    case Form::kWhatever: return std::nullopt;
    case Form::kMessages:
    case Form::kPrompt:
      if (input.messages.empty()) {
        return "a \"body\" is for targets of kind http, command or kserve; give \"messages\" or a \"prompt\"";
      }
      if (form == Form::kPrompt && input.messages.size() > 1) {
        input.messages = {{"user", joined_texts(input.messages, '\n')}};
      }
      return std::nullopt;
    case Form::kBody:
    case Form::kLine: break;
  }
  if (!input.messages.empty()) {
    input.body = joined_texts(input.messages, form == Form::kLine ? ' ' : '\n');
    input.messages.clear();
  }
  if (form == Form::kLine && input.body.find('\n') != std::string::npos) {
    return "a command in pipe mode gets one line for each request, and this input has several";
  }
  return std::nullopt;
}

// Each text with its length before it, so that no two tables have the same bytes.
class InputDigest {
 public:
  void add(const Input& input) {
    number(static_cast<std::int64_t>(input.messages.size()));
    for (const Message& message : input.messages) {
      text(message.role);
      text(message.text);
    }
    number(input.max_tokens.value_or(-1));
    text(input.body);
    number(input.expected ? 1 : 0);
    text(input.expected.value_or(""));
    number(input.session);
    number(input.turn);
  }
  [[nodiscard]] std::string finish() { return digest_.finish(); }

 private:
  void number(std::int64_t value) {
    std::array<char, 8> bytes{};
    for (int i = 0; i < 8; ++i) bytes[static_cast<std::size_t>(i)] = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xff);
    digest_.add({bytes.data(), bytes.size()});
  }
  void text(std::string_view value) {
    number(static_cast<std::int64_t>(value.size()));
    digest_.add(value);
  }
  Sha256 digest_;
};

Result<const std::string*> file_of(const PromptSpec& spec) {
  if (spec.file) return &*spec.file;
  return error(ErrorCode::kInvalidArgument, "workload.prompts.file is missing: the prompts' source is a file");
}

Result<Inputs> from_file(const Workload& workload, Form form) {
  const std::string& name = *TRY(file_of(workload.prompts));
  std::string text = TRY(read_file(name, std::size_t{1} << 30));
  InputFile file = TRY(read_inputs(text, name));
  for (std::size_t i = 0; i < file.inputs.size(); ++i) {
    if (std::optional<std::string> problem = shape(file.inputs[i], form)) {
      return Error{ErrorCode::kInvalidInput, *problem, fmt::format("{}:{}", name, file.lines[i])};
    }
  }
  return Inputs{std::move(file.inputs), {}, "", std::move(file.notes)};
}

// Words without line ends: every target can take them.
Inputs shaped(Inputs inputs, Form form) {
  for (Input& input : inputs.inputs) CHECK(!shape(input, form));
  return inputs;
}

Result<Inputs> inputs_for(const Workload& workload, Form form) {
  switch (workload.prompts.source) {
    case PromptSource::kSynthetic: break;
    case PromptSource::kFile: return from_file(workload, form);
    case PromptSource::kTrace: return shaped(TRY(trace_inputs(workload)), form);
  }
  Inputs inputs;
  inputs.inputs = TRY(synthetic_inputs(workload));
  return shaped(std::move(inputs), form);
}

// Of a target that makes its own inputs.
Result<Inputs> times_alone(const Workload& workload) {
  Inputs inputs;
  if (workload.prompts.source != PromptSource::kTrace) return inputs;
  const std::string& file = *TRY(file_of(workload.prompts));
  RecordedTimes times = TRY(recorded_times(file, static_cast<std::uint64_t>(std::max<std::int64_t>(1, workload.input.distinct))));
  inputs.arrivals = std::move(times.arrivals);
  inputs.notes = std::move(times.notes);
  return inputs;
}

}  // namespace

Result<Inputs> build_inputs(const Workload& workload, const TargetSpec& target) {
  Form form = form_of(target);
  if (form == Form::kOwn) return times_alone(workload);
  Inputs inputs = TRY(inputs_for(workload, form));
  InputDigest digest;
  for (const Input& input : inputs.inputs) digest.add(input);
  inputs.digest = digest.finish();
  return inputs;
}

}  // namespace lynxbench::workload
