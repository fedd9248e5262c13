// The two exports of trtexec.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/trace.h"
#include "trace/byte_source.h"
#include "trace/loss_count.h"

namespace lynxbench::trace::trtexec {

// trtexec's default: what it starts earlier counts as warm-up and is left out of its summary.
inline constexpr std::int64_t kWarmUpNs = 200'000'000;

// --exportTimes.
[[nodiscard]] Result<Timeline> read_times(ByteSource& source);
// --exportProfile.
[[nodiscard]] Result<Timeline> read_profile(ByteSource& source);
// Whether a file that begins so is one of --exportProfile.
[[nodiscard]] bool is_profile(std::string_view head);

// An element of a profile as it stands in it: a layer, or, first, how often the model ran.
struct Layer {
  std::optional<std::string> name;
  std::optional<std::string> time_ms;
  std::optional<std::string> count;
};
using TakeLayer = std::function<void(const std::optional<Layer>& layer, std::size_t byte)>;

// Each element in its order; nothing for one that cannot be read. Gives how many bytes there were.
std::size_t each_layer(ByteSource& source, const TakeLayer& take, LossCount& losses);

}  // namespace lynxbench::trace::trtexec
