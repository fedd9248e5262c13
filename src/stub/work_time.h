// Stalls: time in which the server does nothing and its work does not get on. Work time stands still
// in them; queues and timers run on it, so a stall delays all that is under way. Inside stub only.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "stub/options.h"

namespace lynxbench::stub {

// Times are nanoseconds on one clock. Threads: of one alone.
class WorkTime {
 public:
  WorkTime(std::vector<StallSpec> stalls, std::int64_t start_ns);

  // The clock's time as work time; within a stall, that of its begin. The same until the first stall.
  [[nodiscard]] std::int64_t work(std::int64_t real);
  // The earliest time of the clock at which it is `work`.
  [[nodiscard]] std::int64_t real(std::int64_t work);
  // The end of the stall in which `real` is.
  [[nodiscard]] std::optional<std::int64_t> stall_end(std::int64_t real);

 private:
  struct Window {
    std::int64_t begin = 0;
    std::int64_t end = 0;
    std::int64_t stalled_before = 0;
  };
  // Makes windows of all stalls that begin up to `until`.
  void know(std::int64_t until);
  // Makes window `index` complete: stalls that begin within it make it longer.
  void complete(std::size_t index);
  // How many windows begin at or before `real`.
  std::size_t begun_at(std::int64_t real);

  std::vector<StallSpec> stalls_;  // those to come; their at_ns on the clock
  std::vector<Window> windows_;    // by time, apart from each other
};

}  // namespace lynxbench::stub
