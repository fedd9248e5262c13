#include "attribution/device/host_sweep.h"

#include <algorithm>
#include <limits>
#include <string_view>

namespace lynxbench::attribution {

std::vector<std::pair<std::uint32_t, std::uint32_t>> rows_of_threads(const Timeline& timeline) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> rows(timeline.threads.size(), {0, 0});
  const auto size = static_cast<std::uint32_t>(timeline.host.size());
  for (std::uint32_t row = 0; row < size;) {
    const std::uint32_t thread = timeline.host.thread[row];
    const std::uint32_t first = row;
    while (row < size && timeline.host.thread[row] == thread) ++row;
    rows[thread] = {first, row};
  }
  return rows;
}

std::vector<bool> data_loader_names(const Timeline& timeline) {
  std::vector<bool> is_data_loader(timeline.names.size());
  for (NameId id = 0; id < timeline.names.size(); ++id) {
    const std::string_view name = timeline.names[id];
    is_data_loader[id] = name.find("DataLoader") != std::string_view::npos ||
                         name.find("dataloader.py") != std::string_view::npos;
  }
  return is_data_loader;
}

void HostSweep::open(std::uint32_t row) {
  std::int64_t until = open_.empty() ? std::numeric_limits<std::int64_t>::min()
                                     : open_.back().data_loader_until_ns;
  if (data_loader_[host_.name[row]]) until = std::max(until, host_.end_ns[row]);
  open_.push_back({host_.end_ns[row], row, until});
}

std::optional<HostMoment> HostSweep::next() {
  while (true) {
    while (!open_.empty() && open_.back().end_ns <= now_ns_) open_.pop_back();
    if (open_.empty()) {
      if (next_ == last_) return std::nullopt;
      now_ns_ = host_.begin_ns[next_];
      open(next_++);
    }
    while (next_ != last_ && host_.begin_ns[next_] <= now_ns_) open(next_++);
    while (!open_.empty() && open_.back().end_ns <= now_ns_) open_.pop_back();
    if (open_.empty()) continue;
    const Open& innermost = open_.back();
    std::int64_t until = innermost.end_ns;
    if (next_ != last_) until = std::min(until, host_.begin_ns[next_]);
    const bool in_data_loader = innermost.data_loader_until_ns > now_ns_;
    if (in_data_loader) until = std::min(until, innermost.data_loader_until_ns);
    const HostMoment moment{now_ns_, until, innermost.row, in_data_loader};
    now_ns_ = until;
    return moment;
  }
}

}  // namespace lynxbench::attribution
