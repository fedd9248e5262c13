#include "attribution/device/launch_slices.h"

#include <algorithm>
#include <utility>

#include "attribution/device/device_figures.h"

namespace lynxbench::attribution {
namespace {

constexpr std::int64_t kSlices = 120;

std::optional<std::int64_t> median(std::vector<std::int64_t>& values) {
  if (values.empty()) return std::nullopt;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

// The slices of one device, filled from its work.
class Slices {
 public:
  explicit Slices(const DeviceFigures& device)
      : begin_ns_(device.begin_ns),
        length_ns_((device.span_ns + kSlices - 1) / kSlices),
        delays_(kSlices) {
    for (std::int64_t i = 0; i < kSlices; ++i) {
      slices_.push_back({begin_ns_ + i * length_ns_, length_ns_, 0, std::nullopt, 0, 0});
    }
  }

  void add(std::int64_t launch_begin, std::int64_t launch_end, std::int64_t begin) {
    const std::size_t slice = slice_of(begin);
    ++slices_[slice].launched;
    delays_[slice].push_back(begin - launch_end);
    if (launch_begin >= begin) return;
    steps_.emplace_back(launch_begin, 1);
    steps_.emplace_back(begin, -1);
  }

  std::vector<LaunchSlice> take() {
    add_depths();
    for (std::size_t i = 0; i < slices_.size(); ++i) slices_[i].delay_p50_ns = median(delays_[i]);
    return std::move(slices_);
  }

 private:
  [[nodiscard]] std::size_t slice_of(std::int64_t at) const {
    return static_cast<std::size_t>(
        std::clamp<std::int64_t>((at - begin_ns_) / length_ns_, 0, kSlices - 1));
  }

  void add_depths() {
    std::sort(steps_.begin(), steps_.end());
    std::int64_t depth = 0;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      depth += steps_[i].second;
      if (i + 1 < steps_.size()) spread(steps_[i].first, steps_[i + 1].first, depth);
    }
  }

  // Between two moments the depth was the same.
  void spread(std::int64_t from, std::int64_t to, std::int64_t depth) {
    from = std::max(from, begin_ns_);
    if (from >= to || depth == 0) return;
    for (std::size_t i = slice_of(from); i < slices_.size(); ++i) {
      LaunchSlice& slice = slices_[i];
      const std::int64_t begin = std::max(from, slice.begin_ns);
      const std::int64_t end = std::min(to, slice.begin_ns + length_ns_);
      if (begin >= end) break;
      slice.depth += static_cast<double>(depth) * static_cast<double>(end - begin) /
                     static_cast<double>(length_ns_);
      slice.most_deep = std::max(slice.most_deep, depth);
    }
  }

  std::int64_t begin_ns_;
  std::int64_t length_ns_;
  std::vector<LaunchSlice> slices_;
  std::vector<std::vector<std::int64_t>> delays_;
  std::vector<std::pair<std::int64_t, int>> steps_;
};

}  // namespace

void fill_launch_slices(const Timeline& timeline, std::vector<DeviceFigures>& devices) {
  const DeviceTable& work = timeline.device;
  for (DeviceFigures& device : devices) {
    if (device.launched_kernels == 0 || device.span_ns < kSlices || clocks_disagree(device)) {
      continue;
    }
    Slices slices(device);
    for (std::size_t row = 0; row < work.size(); ++row) {
      const bool of_device = timeline.lanes[work.lane[row]].device == device.device;
      if (!of_device || work.call[row] == kNone) continue;
      const std::uint32_t host_row = timeline.calls.host_row[work.call[row]];
      slices.add(timeline.host.begin_ns[host_row], timeline.host.end_ns[host_row],
                 work.begin_ns[row]);
    }
    device.launch_slices = slices.take();
  }
}

}  // namespace lynxbench::attribution
