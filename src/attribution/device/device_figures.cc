#include "attribution/device/device_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "attribution/device/copy_rows.h"
#include "attribution/device/interval_set.h"
#include "stats/quantile.h"

namespace lynxbench::attribution {
namespace {

// As stats::quantile(), of values in any order, of which there are some.
std::int64_t quantile_of(std::vector<std::int64_t>& values, double q) {
  const std::size_t rank = stats::quantile_rank(values.size(), q);
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

// More than the error with which profilers bring the device's clock to the host's.
constexpr std::int64_t kClockErrorNs = 1'000'000;

// Collects the rows of one device, which come in order of begin.
class DeviceSum {
 public:
  DeviceSum(const Timeline& timeline, std::int64_t device) : timeline_(timeline) {
    figures_.device = device;
    for (const TraceDevice& known : timeline.devices) {
      if (known.id == device) figures_.name = known.name;
    }
  }

  void add_row(std::size_t row, DeviceClass device_class) {
    const DeviceTable& device = timeline_.device;
    const std::int64_t begin = device.begin_ns[row];
    const std::int64_t end = device.end_ns[row];
    add_gap_before(row);
    if (streams_.empty()) figures_.begin_ns = figures_.end_ns = begin;
    const auto [last_end, first_of_stream] = streams_.try_emplace(device.lane[row], end);
    if (!first_of_stream && begin < last_end->second) ++figures_.overlaps_in_stream;
    last_end->second = std::max(last_end->second, end);
    figures_.end_ns = std::max(figures_.end_ns, end);
    IntervalSet& set = device_class == DeviceClass::kCompute         ? compute_
                       : device_class == DeviceClass::kCommunication ? communication_
                                                                     : copy_;
    add(set, begin, end);
    count(row);
    count_launch(row);
  }

  DeviceFigures finish() {
    DeviceFigures& f = figures_;
    const IntervalSet kernels = unite(compute_, communication_);
    f.compute_ns = length(compute_);
    f.communication_ns = length(communication_);
    f.overlap_ns = f.compute_ns + f.communication_ns - length(kernels);
    f.exposed_communication_ns = f.communication_ns - f.overlap_ns;
    f.copy_ns = length(copy_);
    f.exposed_copy_ns = length(difference(copy_, kernels));
    f.busy_ns = length(kernels) + f.exposed_copy_ns;
    f.span_ns = f.end_ns - f.begin_ns;
    f.idle_ns = f.span_ns - f.busy_ns;
    f.streams = streams_.size();
    f.launched_kernels = delays_.size();
    add_warnings();
    if (!delays_.empty() && !clocks_disagree(f)) {
      f.launch_delay_p50_ns = quantile_of(delays_, 0.50);
      f.launch_delay_p99_ns = quantile_of(delays_, 0.99);
    }
    return f;
  }

 private:
  void add_gap_before(std::size_t row) {
    const DeviceTable& device = timeline_.device;
    if (streams_.empty() || device.begin_ns[row] <= figures_.end_ns) return;
    const std::int64_t gap = device.begin_ns[row] - figures_.end_ns;
    const std::uint32_t call = device.call[row];
    if (call == kNoRow) {
      figures_.idle.unknown_ns += gap;
      return;
    }
    const std::int64_t late =
        timeline_.host.begin_ns[timeline_.calls.host_row[call]] - figures_.end_ns;
    if (late <= 0) {
      figures_.idle.device_wait_ns += gap;
    } else {
      figures_.idle.host_late_ns += std::min(late, gap);
      figures_.idle.launch_ns += gap - std::min(late, gap);
    }
  }

  void count(std::size_t row) {
    const DeviceTable& device = timeline_.device;
    const std::int64_t duration = device.end_ns[row] - device.begin_ns[row];
    if (device.work[row] == DeviceWork::kKernel) {
      ++figures_.kernels;
      figures_.sum_kernel_ns += duration;
      return;
    }
    device.work[row] == DeviceWork::kCopy ? ++figures_.copies : ++figures_.sets;
    if (device.work[row] != DeviceWork::kCopy || device.facts[row] == kNoRow) return;
    const CopyFacts& facts = timeline_.copies[device.facts[row]];
    if (facts.kind == CopyKind::kHostToDevice) add_copy(figures_.host_to_device, facts, duration);
    if (facts.kind == CopyKind::kDeviceToHost) add_copy(figures_.device_to_host, facts, duration);
  }

  void add_warnings() {
    DeviceFigures& f = figures_;
    if (clocks_disagree(f)) {
      f.warnings.push_back(fmt::format(
          "the clocks of host and device disagree: {} of {} kernels begin before their launch does, "
          "so launch delays, and who was late, are unknown",
          f.before_launch, f.launched_kernels));
    }
    if (f.overlaps_in_stream != 0) {
      f.warnings.push_back(fmt::format(
          "{} × work that begins before earlier work of its stream ends (programmatic launch, or a "
          "profiler's clock); busy time is their union, not their sum",
          f.overlaps_in_stream));
    }
  }

  void count_launch(std::size_t row) {
    const DeviceTable& device = timeline_.device;
    const std::uint32_t call = device.call[row];
    if (call == kNoRow) {
      ++figures_.unlinked;
      figures_.unlinked_sum_ns += device.end_ns[row] - device.begin_ns[row];
      return;
    }
    if (device.work[row] != DeviceWork::kKernel) return;
    const std::uint32_t host_row = timeline_.calls.host_row[call];
    const std::int64_t delay = device.begin_ns[row] - timeline_.host.end_ns[host_row];
    delays_.push_back(delay);
    if (delay < 0) ++figures_.negative_delays;
    if (device.begin_ns[row] < timeline_.host.begin_ns[host_row] - kClockErrorNs) {
      ++figures_.before_launch;
    }
  }

  const Timeline& timeline_;
  DeviceFigures figures_;
  IntervalSet compute_;
  IntervalSet communication_;
  IntervalSet copy_;
  std::map<std::uint32_t, std::int64_t> streams_;  // lane -> end of its latest work
  std::vector<std::int64_t> delays_;
};

}  // namespace

std::vector<DeviceFigures> device_figures(const Timeline& timeline, const DeviceClasses& classes) {
  std::map<std::int64_t, DeviceSum> devices;
  for (std::size_t row = 0; row < timeline.device.size(); ++row) {
    const std::int64_t id = timeline.lanes[timeline.device.lane[row]].device;
    devices.try_emplace(id, timeline, id).first->second.add_row(row, classes.of[row]);
  }
  std::vector<DeviceFigures> figures;
  for (auto& [id, device] : devices) figures.push_back(device.finish());
  return figures;
}

bool clocks_disagree(const DeviceFigures& figures) {
  return figures.before_launch * 2 > figures.launched_kernels;
}

}  // namespace lynxbench::attribution
