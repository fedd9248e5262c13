#include "workload/trace_inputs.h"

#include <algorithm>

#include "base/random.h"
#include "base/units.h"
#include "model/json.h"
#include "workload/lengths.h"
#include "workload/synthetic.h"
#include "workload/trace/request_reader.h"
#include "workload/words.h"
#include "workload/workload.h"

namespace lynxbench::workload {
namespace {

constexpr std::uint64_t kMostArrivals = std::uint64_t{1} << 26;

Result<std::string> file_of(const Workload& workload) {
  if (workload.prompts.file) return *workload.prompts.file;
  return error(ErrorCode::kInvalidArgument, "workload.prompts.file is missing: the prompts' source is a trace");
}

std::vector<std::string> notes_of(const Losses& losses) {
  std::vector<std::string> notes;
  for (const Loss& loss : losses) {
    notes.push_back(fmt::format("{}: {} time{} (first: {})", loss.what, loss.count, loss.count == 1 ? "" : "s", loss.where));
  }
  return notes;
}

Error without_requests(const std::string& file, const trace::RequestReader& reader) {
  std::string why;
  for (const std::string& note : notes_of(reader.losses())) why += "; " + note;
  return Error{ErrorCode::kInvalidInput, fmt::format("has no request, read as {}{}", reader.shape().format, why), file};
}

// Makes the texts of one trace.
class Maker {
 public:
  Maker(const Workload& workload, const trace::Shape& shape) : workload_(workload), block_tokens_(shape.block_tokens) {}

  Input make(const trace::TracedRequest& request, std::uint32_t number) {
    std::uint64_t seed = derived_seed(workload_.seed, "trace", number);
    Random lengths(seed, "lengths"), own(seed, "words");
    std::int64_t tokens = length(request.input_tokens, workload_.prompts.prompt, lengths, no_input_);
    Input input;
    input.max_tokens = length(request.output_tokens, workload_.prompts.output, lengths, no_output_);
    input.prompt_tokens = tokens;
    input.session = number;
    std::string text;
    for (std::uint32_t block : request.blocks) {
      Random of_block(derived_seed(workload_.seed, "block", block), "words");
      std::int64_t count = std::min(tokens, block_tokens_);
      append_words(text, of_block, count);
      tokens -= count;
    }
    append_words(text, own, tokens);
    input.messages.push_back({"user", std::move(text)});
    return input;
  }

  [[nodiscard]] std::vector<std::string> notes() const {
    std::vector<std::string> notes;
    add(notes, no_input_, "no prompt length", "drawn from workload.prompts.prompt");
    add(notes, no_output_, "no answer length", "drawn from workload.prompts.output");
    add(notes, none_long_, "a length of 0", "taken for 1");
    return notes;
  }

 private:
  std::int64_t length(const std::optional<std::int64_t>& recorded, const LengthSpec& spec, Random& random, std::uint64_t& missing) {
    if (!recorded) {
      ++missing;
      return draw_length(spec, random);
    }
    if (*recorded == 0) ++none_long_;
    return std::max<std::int64_t>(1, *recorded);
  }
  static void add(std::vector<std::string>& notes, std::uint64_t count, std::string_view what, std::string_view how) {
    if (count > 0) notes.push_back(fmt::format("{} in the trace: {} time{}, {}", what, count, count == 1 ? "" : "s", how));
  }

  const Workload& workload_;
  std::int64_t block_tokens_;
  std::uint64_t no_input_ = 0, no_output_ = 0, none_long_ = 0;
};

std::int64_t bytes_of(const Input& input) {
  return static_cast<std::int64_t>(sizeof(Input) + sizeof(Message) + input.messages[0].text.size());
}

}  // namespace

Result<Inputs> trace_inputs(const Workload& workload) {
  std::string file = TRY(file_of(workload));
  TRY_STATUS(check_lengths(workload.prompts.prompt, "workload.prompts.prompt"));
  TRY_STATUS(check_lengths(workload.prompts.output, "workload.prompts.output"));
  std::unique_ptr<trace::RequestReader> reader = TRY(trace::open(file));
  Maker maker(workload, reader->shape());
  Inputs inputs;
  std::int64_t bytes = 0;
  std::uint64_t left_out = 0;
  while (std::optional<trace::TracedRequest> request = reader->next()) {
    if (bytes > kMostInputBytes) {
      ++left_out;
      continue;
    }
    auto number = static_cast<std::uint32_t>(inputs.inputs.size());
    inputs.inputs.push_back(maker.make(*request, number));
    inputs.arrivals.push_back({request->at_ns, number});
    bytes += bytes_of(inputs.inputs.back());
  }
  if (inputs.inputs.empty()) return without_requests(file, *reader);
  inputs.notes = notes_of(reader->losses());
  for (std::string& note : maker.notes()) inputs.notes.push_back(std::move(note));
  if (left_out > 0) {
    inputs.notes.push_back(fmt::format("the first {} requests of the trace are used, {} of text: {} after them are left out",
                                       inputs.inputs.size(), bytes_text(static_cast<double>(kMostInputBytes)), left_out));
  }
  return inputs;
}

Result<RecordedTimes> recorded_times(const fs::path& file, std::uint64_t distinct) {
  CHECK(distinct > 0);
  std::unique_ptr<trace::RequestReader> reader = TRY(trace::open(file));
  RecordedTimes times;
  std::uint64_t count = 0;
  while (std::optional<trace::TracedRequest> request = reader->next()) {
    if (count < kMostArrivals) times.arrivals.push_back({request->at_ns, static_cast<std::uint32_t>(count % distinct)});
    ++count;
  }
  if (times.arrivals.empty()) return without_requests(file.string(), *reader);
  times.notes = notes_of(reader->losses());
  if (count > kMostArrivals) {
    times.notes.push_back(fmt::format("the first {} of {} requests of the trace are used", kMostArrivals, count));
  }
  return times;
}

}  // namespace lynxbench::workload
