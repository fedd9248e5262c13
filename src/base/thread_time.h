// What the calling thread did with its time: on a core, or ready and without one.
//
//   ThreadTime before = thread_time();
//   ... work ...
//   ThreadTime after = thread_time();      // after.ran - before.ran was spent on a core
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"

namespace lynxbench {

struct ThreadTime {
  Nanos ran{0};
  std::optional<Nanos> waited = std::nullopt;  // for a core; nothing where the kernel does not tell
};

// Of the calling thread, since it began (CLOCK_THREAD_CPUTIME_ID and /proc/thread-self/schedstat).
[[nodiscard]] ThreadTime thread_time();

// The calling thread's id, as /proc/self/task names it.
[[nodiscard]] std::int32_t thread_id();

// "1234567 890 42": ns on a core, ns waiting for one, times scheduled (sched-stats). Nothing when it
// is not of that form.
[[nodiscard]] std::optional<ThreadTime> parse_sched_stat(std::string_view text);

}  // namespace lynxbench
