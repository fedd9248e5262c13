#include "attribution/device/name_table.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "attribution/device/host_sweep.h"

namespace lynxbench::attribution {
namespace {

std::string_view kind_name(DeviceClass device_class) {
  switch (device_class) {
    case DeviceClass::kCompute: return "compute";
    case DeviceClass::kCommunication: return "communication";
    case DeviceClass::kCopy: return "copy";
  }
  return "";
}

// Longest first, with shares; returns the sum.
std::int64_t rank(std::vector<NameFigure>& table) {
  std::sort(table.begin(), table.end(), [](const NameFigure& a, const NameFigure& b) {
    return std::tie(b.sum_ns, a.name) < std::tie(a.sum_ns, b.name);
  });
  std::int64_t whole = 0;
  for (const NameFigure& one : table) whole += one.sum_ns;
  std::int64_t so_far = 0;
  for (NameFigure& one : table) {
    so_far += one.sum_ns;
    if (whole == 0) continue;
    one.share = static_cast<double>(one.sum_ns) / static_cast<double>(whole);
    one.cumulative_share = static_cast<double>(so_far) / static_cast<double>(whole);
  }
  return whole;
}

struct NameSum {
  std::uint64_t count = 0;
  std::int64_t sum_ns = 0;
  std::size_t first_row = 0;
  double occupancy_ns = 0;  // percent times nanoseconds
  std::int64_t with_occupancy_ns = 0;
};

void add_row(NameSum& sum, const Timeline& timeline, std::size_t row) {
  const DeviceTable& device = timeline.device;
  const std::int64_t ns = device.end_ns[row] - device.begin_ns[row];
  if (sum.count == 0) sum.first_row = row;
  ++sum.count;
  sum.sum_ns += ns;
  if (device.work[row] != DeviceWork::kKernel || device.facts[row] == kNoRow) return;
  const std::int32_t percent = timeline.kernels[device.facts[row]].occupancy_percent;
  if (percent < 0) return;
  sum.occupancy_ns += static_cast<double>(percent) * static_cast<double>(ns);
  sum.with_occupancy_ns += ns;
}

NameFigure figure_of(const NameSum& sum, const Timeline& timeline, const DeviceClasses& classes) {
  NameFigure figure;
  figure.name = timeline.names[timeline.device.name[sum.first_row]];
  figure.count = sum.count;
  figure.sum_ns = sum.sum_ns;
  figure.kind = kind_name(classes.of[sum.first_row]);
  figure.rule = classes.rules[classes.rule_of[sum.first_row]];
  if (sum.with_occupancy_ns != 0) {
    figure.occupancy_percent = sum.occupancy_ns / static_cast<double>(sum.with_occupancy_ns);
  }
  return figure;
}

// Of kernels that compute: a collective's says how few of its blocks are needed, not how well it does.
// Time-weighted mean as PyTorch's profiler plugin gives it ("Est. Achieved Occupancy").
std::optional<Occupancy> occupancy_of(
    const std::map<std::pair<NameId, DeviceClass>, NameSum>& sums) {
  Occupancy all;
  double percent_ns = 0;
  for (const auto& [name, sum] : sums) {
    if (name.second != DeviceClass::kCompute) continue;
    percent_ns += sum.occupancy_ns;
    all.known_ns += sum.with_occupancy_ns;
    all.unknown_ns += sum.sum_ns - sum.with_occupancy_ns;
  }
  if (all.known_ns == 0) return std::nullopt;
  all.percent = percent_ns / static_cast<double>(all.known_ns);
  return all;
}

}  // namespace

void fill_name_tables(const Timeline& timeline, const DeviceClasses& classes,
                      std::vector<DeviceFigures>& devices) {
  std::map<std::int64_t, std::map<std::pair<NameId, DeviceClass>, NameSum>> sums;
  for (std::size_t row = 0; row < timeline.device.size(); ++row) {
    const std::int64_t id = timeline.lanes[timeline.device.lane[row]].device;
    add_row(sums[id][{timeline.device.name[row], classes.of[row]}], timeline, row);
  }
  for (DeviceFigures& figures : devices) {
    for (const auto& [name, sum] : sums[figures.device]) {
      figures.top.push_back(figure_of(sum, timeline, classes));
    }
    figures.occupancy = occupancy_of(sums[figures.device]);
    rank(figures.top);
    figures.names = figures.top.size();
    if (figures.top.size() > kNamesShown) figures.top.resize(kNamesShown);
  }
}

void fill_host_table(const Timeline& timeline, TraceFileFigures& file) {
  std::vector<std::pair<std::uint64_t, std::int64_t>> by_name(timeline.names.size());
  for (std::size_t row = 0; row < timeline.host.size(); ++row) {
    ++by_name[timeline.host.name[row]].first;
  }
  const std::vector<bool> data_loader = data_loader_names(timeline);
  for (const auto& [first, last] : rows_of_threads(timeline)) {
    HostSweep sweep(timeline, first, last, data_loader);
    while (const auto moment = sweep.next()) {
      by_name[timeline.host.name[moment->row]].second += moment->end_ns - moment->begin_ns;
    }
  }
  for (NameId id = 0; id < by_name.size(); ++id) {
    if (by_name[id].first == 0) continue;
    NameFigure& figure = file.host_top.emplace_back();
    figure.name = timeline.names[id];
    figure.count = by_name[id].first;
    figure.sum_ns = by_name[id].second;
  }
  file.host_own_ns = rank(file.host_top);
  file.host_names = file.host_top.size();
  if (file.host_top.size() > kNamesShown) file.host_top.resize(kNamesShown);
}

}  // namespace lynxbench::attribution
