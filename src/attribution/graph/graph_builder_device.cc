// The device's side of the dependency graph: its work by lanes, and why each piece began when it
// did.
#include <algorithm>
#include <limits>

#include "attribution/graph/graph_builder.h"

namespace lynxbench::attribution {
namespace {

ItemKind device_kind(DeviceClass what) {
  switch (what) {
    case DeviceClass::kCompute: return ItemKind::kCompute;
    case DeviceClass::kCommunication: return ItemKind::kCommunication;
    default: return ItemKind::kCopy;
  }
}

// Where no kernel of a trace was queued behind another: what devices usually need between two.
constexpr std::int64_t kUsualGapNs = 1'000;
// A delay beyond the typical by this much has another reason, which may be work of another lane.
constexpr std::int64_t kStrangeDelayNs = 10'000;
constexpr std::int64_t kNoSample = std::numeric_limits<std::int64_t>::max();

// Samples of a delay, of which the lower quartile is typical (waits that the trace does not show
// only lengthen them); without any, the least that was an upper bound.
struct Samples {
  std::vector<std::int64_t> values;
  std::int64_t least_bound = 0;

  [[nodiscard]] std::int64_t typical() {
    if (values.empty()) return least_bound;
    const auto quartile = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 4);
    std::nth_element(values.begin(), quartile, values.end());
    return *quartile;
  }
};

}  // namespace

void GraphBuilder::add_lanes() {
  graph_.device_begin_ = static_cast<ItemId>(graph_.begin_.size());
  std::vector<std::vector<std::uint32_t>> rows(timeline_.lanes.size());
  const DeviceTable& device = timeline_.device;
  for (std::uint32_t row = 0; row < device.size(); ++row) rows[device.lane[row]].push_back(row);
  // Rows come by begin and end; launches decide between equals, as the hardware does.
  const auto before = [&](std::uint32_t a, std::uint32_t b) {
    if (device.begin_ns[a] != device.begin_ns[b]) return device.begin_ns[a] < device.begin_ns[b];
    if (device.end_ns[a] != device.end_ns[b]) return device.end_ns[a] < device.end_ns[b];
    return device.call[a] < device.call[b];
  };
  for (std::uint32_t lane = 0; lane < rows.size(); ++lane) {
    if (rows[lane].empty()) continue;
    std::stable_sort(rows[lane].begin(), rows[lane].end(), before);
    begin_chain(lane, /*of_lane=*/true);
    for (std::uint32_t row : rows[lane]) {
      item_of_device_[row] =
          add_item(device.begin_ns[row], device.end_ns[row], row, device_kind(classes_[row]));
    }
    end_chain();
  }
  graph_.lane_lag_.assign(graph_.begin_.size() - graph_.device_begin_, 0);
}

// The item of its launch; kNoItem when the trace has none, or one that begins later than the work.
ItemId GraphBuilder::launch_of(ItemId item) {
  const std::uint32_t call = timeline_.device.call[graph_.row_[item]];
  if (call == kNoRow || item_of_call_[call] == kNoItem) return kNoItem;
  const ItemId launch = item_of_call_[call];
  return graph_.begin_[launch] <= graph_.begin_[item] ? launch : kNoItem;
}

std::span<const LaneWait> GraphBuilder::lane_waits_of(ItemId item) const {
  const std::uint32_t row = graph_.row_[item];
  const auto first = std::partition_point(lane_waits_.begin(), lane_waits_.end(),
                                          [&](const LaneWait& wait) { return wait.waiting < row; });
  auto end = first;
  while (end != lane_waits_.end() && end->waiting == row) ++end;
  return std::span(first, end);
}

// Launch latency shows where the lane was idle when the call began, the gap between kernels where
// the call had long begun when the work before it ended.
void GraphBuilder::measure_typical() {
  Samples launches{{}, kNoSample};
  Samples gaps{{}, kUsualGapNs};
  const auto items = static_cast<ItemId>(graph_.begin_.size());
  for (ItemId item = graph_.device_begin_; item < items; ++item) {
    const ItemId launch = launch_of(item);
    if (launch == kNoItem) continue;
    const std::int64_t lag = graph_.begin_[item] - graph_.begin_[launch];
    launches.least_bound = std::min(launches.least_bound, lag);
    const ItemId before = graph_.before(item);
    const bool idle = before == kNoItem || graph_.end_[before] <= graph_.begin_[launch];
    if (idle && lane_waits_of(item).empty()) launches.values.push_back(lag);
  }
  const bool launched = !launches.values.empty() || launches.least_bound < kNoSample;
  graph_.typical_.launch_ns = launched ? launches.typical() : 0;
  for (ItemId item = graph_.device_begin_; item < items; ++item) {
    const ItemId before = graph_.before(item);
    if (before == kNoItem || graph_.begin_[item] < graph_.end_[before]) continue;
    const std::int64_t gap = graph_.begin_[item] - graph_.end_[before];
    gaps.least_bound = std::min(gaps.least_bound, gap);
    const ItemId launch = launch_of(item);
    if (launch == kNoItem) continue;
    if (graph_.begin_[launch] + graph_.typical_.launch_ns <= graph_.end_[before]) {
      gaps.values.push_back(gap);
    }
  }
  graph_.typical_.device_gap_ns = std::min(gaps.typical(), kStrangeDelayNs);
}

void GraphBuilder::connect_device_work() {
  const auto items = static_cast<ItemId>(graph_.begin_.size());
  for (ItemId item = graph_.device_begin_; item < items; ++item) {
    connect(item, lane_waits_of(item));
  }
}

// Of the other lanes of its device, the work that ended last before the item began and at most
// kStrangeDelayNs ago, launched before it: what it waited for, where nothing else explains the
// delay.
ItemId GraphBuilder::ended_just_before(ItemId item) const {
  const std::int64_t begin = graph_.begin_[item];
  const std::uint32_t own = timeline_.device.lane[graph_.row_[item]];
  ItemId latest = kNoItem;
  for (const Chain& chain : graph_.chains_) {
    if (!chain.of_lane || chain.row == own) continue;
    if (timeline_.lanes[chain.row].device != timeline_.lanes[own].device) continue;
    const auto first = graph_.end_.begin() + chain.first;
    const auto after = std::upper_bound(first, first + chain.count, begin);
    if (after == first) continue;
    const auto one = static_cast<ItemId>(after - graph_.end_.begin()) - 1;
    if (graph_.begin_[one] >= begin || graph_.end_[one] < begin - kStrangeDelayNs) continue;
    const std::uint32_t call = timeline_.device.call[graph_.row_[one]];
    if (call != kNoRow && call >= timeline_.device.call[graph_.row_[item]]) continue;
    if (latest == kNoItem || graph_.end_[one] > graph_.end_[latest]) latest = one;
  }
  return latest;
}

// What ended before the launch began did not hold it up.
GraphBuilder::Cause GraphBuilder::after(ItemId item, ItemId launch, std::int64_t end_ns) const {
  const std::int64_t begin = graph_.begin_[item];
  const bool held_up = end_ns <= begin && (launch == kNoItem || end_ns > graph_.begin_[launch]);
  return {begin - end_ns, graph_.typical_.device_gap_ns, held_up};
}

// The bound with the least excess is the cause and keeps its measured delay; the others get the
// typical one.
void GraphBuilder::connect(ItemId item, std::span<const LaneWait> waits) {
  const std::uint32_t call = timeline_.device.call[graph_.row_[item]];
  const ItemId launch = launch_of(item);
  const ItemId before = graph_.before(item);
  if (call == kNoRow) ++graph_.gaps_.unlinked;
  if (call != kNoRow && launch == kNoItem) ++graph_.gaps_.launched_later;

  std::vector<Cause> causes(2);  // the chain's, the launch's, then one for each event
  std::vector<Edge> events;
  if (before != kNoItem) causes[0] = after(item, launch, graph_.end_[before]);
  if (launch != kNoItem) {
    causes[1] = {graph_.begin_[item] - graph_.begin_[launch], graph_.typical_.launch_ns, true};
  }
  const auto add_event = [&](ItemId awaited, bool by_fact) {
    events.push_back({0, awaited, EdgeKind::kEvent, by_fact});
    causes.push_back(after(item, launch, graph_.end_[awaited]));
  };
  const auto least = [&] {
    return std::min_element(causes.begin(), causes.end(), [](const Cause& a, const Cause& b) {
      return a.excess_ns() < b.excess_ns();
    });
  };
  for (const LaneWait& wait : waits) add_event(item_of_device_[wait.awaited], wait.by_fact);
  if (launch != kNoItem && least()->excess_ns() > kStrangeDelayNs) {
    const ItemId other = ended_just_before(item);
    if (other != kNoItem) add_event(other, false);
    if (other != kNoItem) ++graph_.gaps_.events_inferred;
  }
  const auto cause = least() - causes.begin();
  const auto lag_of = [&](std::ptrdiff_t i) {
    const Cause& one = causes[static_cast<std::size_t>(i)];
    return i == cause ? one.measured_ns : std::min(one.measured_ns, one.typical_ns);
  };
  if (before != kNoItem) {
    graph_.lane_lag_[item - graph_.device_begin_] =
        launch == kNoItem ? causes[0].measured_ns : lag_of(0);
  }
  if (launch != kNoItem) edges_.push_back({item, {lag_of(1), launch, EdgeKind::kLaunch, true}});
  for (std::size_t i = 0; i < events.size(); ++i) {
    events[i].lag_ns = lag_of(static_cast<std::ptrdiff_t>(i) + 2);
    edges_.push_back({item, events[i]});
  }
}

}  // namespace lynxbench::attribution
