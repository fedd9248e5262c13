// Goes along a host thread in time and says what it was in at each moment: of all that runs then, what
// began last (the innermost).
//
//   HostSweep sweep(timeline, thread);
//   while (std::optional<HostMoment> moment = sweep.next()) {
//     // [moment->begin_ns, moment->end_ns): the thread was in row moment->row of timeline.host
//   }
//
// Moments come in order and do not overlap, and of one row there may be several; where nothing runs
// there is none. Memory: the depth of
// the nesting. The timeline is linked (trace/link.h), so a thread's rows lie together, outermost first.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "model/trace.h"

namespace lynxbench::attribution {

struct HostMoment {
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
  std::uint32_t row = 0;
  bool in_data_loader = false;  // it, or something around it, is the data loader
};

// First row and the one behind the last, for each thread of the timeline.
[[nodiscard]] std::vector<std::pair<std::uint32_t, std::uint32_t>> rows_of_threads(
    const Timeline& timeline);

// For each name of the timeline: whether it is the data loader's.
[[nodiscard]] std::vector<bool> data_loader_names(const Timeline& timeline);

class HostSweep {
 public:
  // Rows [first, last) of one thread; `data_loader` as above. Both must outlive it.
  HostSweep(const Timeline& timeline, std::uint32_t first, std::uint32_t last,
            const std::vector<bool>& data_loader)
      : host_(timeline.host), data_loader_(data_loader), next_(first), last_(last) {}

  [[nodiscard]] std::optional<HostMoment> next();

 private:
  struct Open {
    std::int64_t end_ns;
    std::uint32_t row;
    std::int64_t data_loader_until_ns;  // the latest end of a data loader that it is or is in
  };
  void open(std::uint32_t row);

  const HostTable& host_;
  const std::vector<bool>& data_loader_;
  std::uint32_t next_;
  std::uint32_t last_;
  std::int64_t now_ns_ = 0;
  std::vector<Open> open_;
};

}  // namespace lynxbench::attribution
