#include "attribution/device/launch_queue.h"

#include <algorithm>
#include <map>

#include "attribution/device/device_figures.h"

namespace lynxbench::attribution {
namespace {

constexpr std::size_t kStretches = 200;

struct Waits {
  std::vector<std::int64_t> asked;  // when the call began
  std::vector<std::int64_t> begun;  // when the kernel did
};

// The highest depth in each of kStretches equal stretches of the device's span.
class OverTime {
 public:
  explicit OverTime(const DeviceFigures& device)
      : begin_ns_(device.begin_ns), span_ns_(std::max<std::int64_t>(device.span_ns, 1)) {
    for (std::size_t i = 0; i < kStretches; ++i) {
      highest_.emplace_back(begin_ns_ + part(i), 0);
    }
  }
  void hold(std::int64_t from_ns, std::int64_t to_ns, std::uint64_t depth) {
    for (std::size_t i = stretch(from_ns); i <= stretch(to_ns); ++i) {
      highest_[i].second = std::max(highest_[i].second, depth);
    }
  }
  [[nodiscard]] auto take() { return std::move(highest_); }

 private:
  [[nodiscard]] std::int64_t part(std::size_t i) const {
    return static_cast<std::int64_t>(static_cast<double>(span_ns_) * static_cast<double>(i) /
                                     static_cast<double>(kStretches));
  }
  [[nodiscard]] std::size_t stretch(std::int64_t at_ns) const {
    const double share = static_cast<double>(at_ns - begin_ns_) / static_cast<double>(span_ns_);
    const double i = std::clamp(share, 0.0, 1.0) * static_cast<double>(kStretches);
    return std::min(static_cast<std::size_t>(i), kStretches - 1);
  }
  std::int64_t begin_ns_;
  std::int64_t span_ns_;
  std::vector<std::pair<std::int64_t, std::uint64_t>> highest_;
};

LaunchQueue queue_of(Waits& waits, const DeviceFigures& device) {
  std::sort(waits.asked.begin(), waits.asked.end());
  std::sort(waits.begun.begin(), waits.begun.end());
  LaunchQueue queue;
  OverTime over_time(device);
  double depth_ns = 0;
  std::int64_t at = device.begin_ns;
  std::size_t asked = 0;
  std::size_t begun = 0;
  const auto advance = [&](std::int64_t to) {
    const std::int64_t until = std::clamp(to, at, device.end_ns);
    const std::uint64_t depth = asked > begun ? asked - begun : 0;
    queue.most = std::max(queue.most, depth);
    if (until == at) return;
    depth_ns += static_cast<double>(depth) * static_cast<double>(until - at);
    if (depth == 0) queue.empty_ns += until - at;
    over_time.hold(at, until - 1, depth);
    at = until;
  };
  while (begun < waits.begun.size()) {
    const bool ask = asked < waits.asked.size() && waits.asked[asked] <= waits.begun[begun];
    advance(ask ? waits.asked[asked] : waits.begun[begun]);
    ask ? ++asked : ++begun;
  }
  advance(device.end_ns);
  if (device.span_ns > 0) queue.mean = depth_ns / static_cast<double>(device.span_ns);
  queue.over_time = over_time.take();
  return queue;
}

}  // namespace

void fill_launch_queues(const Timeline& timeline, std::vector<DeviceFigures>& devices) {
  std::map<std::int64_t, Waits> waits;
  for (std::size_t row = 0; row < timeline.device.size(); ++row) {
    const std::uint32_t call = timeline.device.call[row];
    if (call == kNoRow || timeline.device.work[row] != DeviceWork::kKernel) continue;
    Waits& of_device = waits[timeline.lanes[timeline.device.lane[row]].device];
    of_device.asked.push_back(timeline.host.begin_ns[timeline.calls.host_row[call]]);
    of_device.begun.push_back(timeline.device.begin_ns[row]);
  }
  for (DeviceFigures& device : devices) {
    const auto found = waits.find(device.device);
    if (found == waits.end() || clocks_disagree(device)) continue;
    device.launch_queue = queue_of(found->second, device);
  }
}

}  // namespace lynxbench::attribution
