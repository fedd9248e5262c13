// The two exports of trtexec. Inside this folder only.
#pragma once

#include "base/result.h"
#include "model/trace.h"
#include "trace/byte_source.h"

namespace lynxbench::trace::trtexec {

// trtexec's default: what it starts earlier counts as warm-up and is left out of its summary.
inline constexpr std::int64_t kWarmUpNs = 200'000'000;

// --exportTimes.
[[nodiscard]] Result<Timeline> read_times(ByteSource& source);
// --exportProfile.
[[nodiscard]] Result<Timeline> read_profile(ByteSource& source);

}  // namespace lynxbench::trace::trtexec
