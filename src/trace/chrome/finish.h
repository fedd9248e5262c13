// The last step of reading a Chrome trace: beginnings and ends are matched, counters become series,
// and the clock and the writer are named.
#pragma once

#include <cstdint>
#include <optional>

#include "trace/chrome/rows.h"

namespace lynxbench::trace::chrome {

// Returns batch.timeline. `epoch_ns`: baseTimeNanoseconds, where the file has it.
Timeline& finish(Batch& batch, std::optional<std::int64_t> epoch_ns);

}  // namespace lynxbench::trace::chrome
