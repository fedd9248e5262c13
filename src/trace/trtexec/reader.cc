#include "trace/trtexec/reader.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "trace/json_shape.h"
#include "trace/trtexec/exports.h"

namespace lynxbench::trace::trtexec {
namespace {

constexpr std::string_view kFormat = "TensorRT trtexec";

bool is_times(const JsonShape& shape) {
  return shape.root == '[' && (shape.has("startComputeMs") || shape.has("startEnqMs"));
}

// A name that is not escaped may hide the keys behind it, so the first element decides.
bool has_layers(const JsonShape& shape) {
  constexpr std::array<std::string_view, 6> kKeys = {"count",     "name",     "timeMs",
                                                     "averageMs", "medianMs", "percentage"};
  const auto is_layers = [&](const std::string& key) {
    return std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
  };
  if (shape.root != '[') return false;
  if (shape.has("timeMs") && shape.has("name")) return true;
  return shape.has("count") && std::all_of(shape.keys.begin(), shape.keys.end(), is_layers);
}

bool recognises(std::string_view head) {
  const JsonShape shape = shape_of(head);
  return is_times(shape) || has_layers(shape);
}

Result<Timeline> read(ByteSource& source, const ReadOptions&) {
  return is_profile(source.head()) ? read_profile(source) : read_times(source);
}

}  // namespace

bool is_profile(std::string_view head) { return has_layers(shape_of(head)); }

Reader reader() { return {kFormat, &recognises, &read}; }

}  // namespace lynxbench::trace::trtexec
