#include "attribution/device/launch_delays.h"

#include <algorithm>

#include "attribution/device/device_figures.h"
#include "stats/quantile.h"

namespace lynxbench::attribution {
namespace {

constexpr std::int64_t kSlices = 120;

std::int64_t median(std::vector<std::int64_t>& values) {
  const std::size_t rank = stats::quantile_rank(values.size(), 0.5);
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

std::vector<LaunchDelaySlice> delays_of(const Timeline& timeline, const DeviceFigures& device) {
  const std::int64_t length_ns = (device.span_ns + kSlices - 1) / kSlices;
  std::vector<std::vector<std::int64_t>> delays(kSlices);
  const DeviceTable& work = timeline.device;
  for (std::size_t row = 0; row < work.size(); ++row) {
    const bool of_device = timeline.lanes[work.lane[row]].device == device.device;
    if (!of_device || work.call[row] == kNoRow) continue;
    const std::int64_t slice = (work.begin_ns[row] - device.begin_ns) / length_ns;
    const std::uint32_t host_row = timeline.calls.host_row[work.call[row]];
    delays[static_cast<std::size_t>(std::min(slice, kSlices - 1))].push_back(
        work.begin_ns[row] - timeline.host.end_ns[host_row]);
  }
  std::vector<LaunchDelaySlice> slices;
  for (std::int64_t i = 0; i < kSlices; ++i) {
    std::vector<std::int64_t>& of_slice = delays[static_cast<std::size_t>(i)];
    if (of_slice.empty()) continue;
    slices.push_back({device.begin_ns + i * length_ns, of_slice.size(), median(of_slice)});
  }
  return slices;
}

}  // namespace

void fill_launch_delays(const Timeline& timeline, std::vector<DeviceFigures>& devices) {
  for (DeviceFigures& device : devices) {
    if (device.launched_kernels == 0 || device.span_ns == 0 || clocks_disagree(device)) continue;
    device.launch_delays = delays_of(timeline, device);
  }
}

}  // namespace lynxbench::attribution
