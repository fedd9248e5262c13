// Any bytes as a file of inputs, and its first line as an arrival process: no crash, and inputs that
// are what the format's page says.
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "workload/input_file.h"
#include "workload/workload.h"

using namespace lynxbench;

namespace {

void read_arrival(std::string_view text) {
  Result<workload::ArrivalChoice> choice = workload::parse_arrival(text.substr(0, text.find('\n')));
  if (!choice.ok()) {
    CHECK(!choice.error().message.empty());
    return;
  }
  if (choice->trace_file) return;
  LoadSpec load = choice->load;
  if (!load.rate_per_s) load.rate_per_s = 1000;
  if (load.arrival == Arrival::kRamp && *load.rate_per_s + load.ramp_to_per_s > 1e6) return;
  Result<workload::ScheduleStream> stream = workload::ScheduleStream::open(load, Nanos{10'000'000}, workload::InputSequence(4, 1), {}, 1);
  CHECK(stream.ok());
  std::int64_t before = 0;
  for (int i = 0; i < 1000; ++i) {
    std::optional<ScheduledRequest> request = stream->next();
    if (!request) return;
    CHECK(request->due_ns >= before && request->due_ns < 10'000'000 && request->input < 4);
    before = request->due_ns;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_arrival(text);
  Result<workload::InputFile> file = workload::read_inputs(text, "fuzz");
  if (!file.ok()) {
    CHECK(!file.error().message.empty() && file.error().place.starts_with("fuzz"));
    return 0;
  }
  CHECK(!file->inputs.empty() && file->inputs.size() == file->lines.size());
  for (const Input& input : file->inputs) {
    CHECK(input.messages.empty() || input.body.empty());
    CHECK(!input.max_tokens || *input.max_tokens >= 1);
    CHECK(input.session < file->inputs.size() && input.turn < file->inputs.size());
  }
  workload::InputSequence sequence(file->inputs, 1);
  for (int i = 0; i < 10; ++i) CHECK(sequence.next() < file->inputs.size());
  return 0;
}
