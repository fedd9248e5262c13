// Any bytes as an ONNX Runtime profile: no crash, sane times, and the same as another JSON library
// wherever the bytes are a well-formed profile.
#include <cstdint>
#include <string_view>

#include "trace/ort/reader.h"
#include "trace/ort/reference_reader.h"

using namespace lynxbench;

namespace {

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

// In ONNX Runtime's own layout names are not escaped, so that a backslash, or a quotation mark and
// a brace, mean something else there than in JSON.
bool may_differ(std::string_view text) {
  return text.find('\\') != std::string_view::npos ||
         count(text, "\"name\" :\"") != count(text, "\",\"args\" :");
}

bool has_damage(const OperatorTimeline& timeline) {
  for (const Loss& loss : timeline.losses) {
    if (loss.severity == Severity::kDamage) return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result<OperatorTimeline> timeline = trace::ort::read(text, "fuzz");
  if (!timeline.ok()) return 0;
  std::int64_t sum = 0;
  for (const OperatorEvent& op : timeline->operators) {
    CHECK(op.duration_ns >= 0);
    CHECK(!op.op_type.empty());
    CHECK(!__builtin_add_overflow(sum, op.duration_ns, &sum));
  }
  for (const Loss& loss : timeline->losses) CHECK(loss.count > 0 && !loss.what.empty());
  if (may_differ(text)) return 0;
  const std::optional<trace::ort::Reference> expected = trace::ort::read_reference(text);
  if (!expected || expected->op_types.empty()) return 0;
  CHECK(!has_damage(*timeline));
  CHECK(timeline->model_run_ns == expected->model_run_ns);
  CHECK(timeline->operators.size() == expected->op_types.size());
  for (std::size_t i = 0; i < expected->op_types.size(); ++i) {
    CHECK(timeline->operators[i].op_type == expected->op_types[i]);
  }
  CHECK(sum == expected->union_ns);
  return 0;
}
