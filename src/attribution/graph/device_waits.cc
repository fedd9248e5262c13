#include "attribution/graph/device_waits.h"

#include <algorithm>
#include <numeric>

namespace lynxbench::attribution {
namespace {

// A launch that takes this long while this much work is queued waits for a place in the queue,
// which holds 1,024 launches on CUDA.
constexpr std::int64_t kBlockedLaunchNs = 200'000;
constexpr std::size_t kFullQueue = 512;

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

WaitCallKind wait_call_kind(std::string_view name) {
  if (has(name, "Synchronize")) {
    if (has(name, "Stream")) return WaitCallKind::kStream;
    return has(name, "Event") ? WaitCallKind::kEvent : WaitCallKind::kDevice;
  }
  if (has(name, "Memcpy")) return WaitCallKind::kCopy;
  for (std::string_view free : {"cudaFree", "hipFree", "cuMemFree", "cuMemFree_v2"}) {
    if (name == free) return WaitCallKind::kFree;
  }
  return WaitCallKind::kNone;
}

WaitFinder::WaitFinder(const Timeline& timeline)
    : timeline_(timeline),
      lanes_(timeline.lanes.size()),
      awaited_before_(timeline.lanes.size(), kNoRow),
      device_of_thread_(timeline.threads.size()),
      last_of_thread_(timeline.threads.size(), kNoRow) {
  index_lanes();
  index_facts();
}

WaitCallKind WaitFinder::kind_of(std::uint32_t call) {
  const NameId name = timeline_.host.name[timeline_.calls.host_row[call]];
  const auto [found, is_new] = kinds_.try_emplace(name, WaitCallKind::kNone);
  if (is_new) found->second = wait_call_kind(timeline_.names[name]);
  return found->second;
}

bool WaitFinder::before(std::uint32_t call, std::uint32_t other) const {
  const std::int64_t a = begin_of(call);
  const std::int64_t b = begin_of(other);
  return a != b ? a < b : timeline_.calls.host_row[call] < timeline_.calls.host_row[other];
}

std::int64_t WaitFinder::begin_of(std::uint32_t call) const {
  return timeline_.host.begin_ns[timeline_.calls.host_row[call]];
}

std::int64_t WaitFinder::end_of(std::uint32_t call) const {
  return timeline_.host.end_ns[timeline_.calls.host_row[call]];
}

std::uint32_t WaitFinder::thread_of(std::uint32_t call) const {
  return timeline_.host.thread[timeline_.calls.host_row[call]];
}

void WaitFinder::index_lanes() {
  const DeviceTable& device = timeline_.device;
  launched_first_.assign(timeline_.calls.size() + 1, 0);
  for (std::uint32_t row = 0; row < device.size(); ++row) {
    const std::uint32_t call = device.call[row];
    LaneRows& lane = lanes_[device.lane[row]];
    (call == kNoRow ? lane.unlinked : lane.linked).push_back(row);
    if (call != kNoRow) ++launched_first_[call + 1];
  }
  std::partial_sum(launched_first_.begin(), launched_first_.end(), launched_first_.begin());
  launched_rows_.resize(launched_first_.back());
  std::vector<std::uint32_t> at(launched_first_.begin(), launched_first_.end() - 1);
  for (std::uint32_t row = 0; row < device.size(); ++row) {
    if (device.call[row] != kNoRow) launched_rows_[at[device.call[row]]++] = row;
  }
  const auto launched_before = [&](std::uint32_t a, std::uint32_t b) {
    return before(device.call[a], device.call[b]);
  };
  for (LaneRows& lane : lanes_) {
    std::stable_sort(lane.linked.begin(), lane.linked.end(), launched_before);
  }
}

void WaitFinder::index_facts() {
  for (const DeviceWait& wait : timeline_.waits) {
    if (wait.link == kNoLink) continue;
    facts_[wait.link] = {wait.lane, wait.recorded_on, wait.recorded_by};
    by_key_[wait.link] = kNoRow;
    if (wait.recorded_by != kNoLink) by_key_[wait.recorded_by] = kNoRow;
  }
  if (by_key_.empty()) return;
  for (std::uint32_t call = 0; call < timeline_.calls.size(); ++call) {
    const auto found = by_key_.find(timeline_.calls.link[call]);
    if (found != by_key_.end()) found->second = call;
  }
}

std::uint32_t WaitFinder::call_of(LinkKey key) const {
  const auto found = by_key_.find(key);
  return key == kNoLink || found == by_key_.end() ? kNoRow : found->second;
}

const WaitFinder::Fact* WaitFinder::fact_of(std::uint32_t call) const {
  if (facts_.empty()) return nullptr;
  const auto found = facts_.find(timeline_.calls.link[call]);
  return found == facts_.end() ? nullptr : &found->second;
}

std::uint32_t WaitFinder::last_on_lane(std::uint32_t lane, std::uint32_t call) const {
  const DeviceTable& device = timeline_.device;
  const LaneRows& rows = lanes_[lane];
  const auto linked = std::partition_point(
      rows.linked.begin(), rows.linked.end(),
      [&](std::uint32_t row) { return before(device.call[row], call); });
  const auto unlinked = std::partition_point(
      rows.unlinked.begin(), rows.unlinked.end(),
      [&](std::uint32_t row) { return device.begin_ns[row] < begin_of(call); });
  const std::uint32_t a = linked == rows.linked.begin() ? kNoRow : *(linked - 1);
  const std::uint32_t b = unlinked == rows.unlinked.begin() ? kNoRow : *(unlinked - 1);
  if (a == kNoRow || b == kNoRow) return a == kNoRow ? b : a;
  return device.end_ns[b] > device.end_ns[a] ? b : a;
}

std::uint32_t WaitFinder::awaited_on_lane(std::uint32_t lane, std::uint32_t call) const {
  const DeviceTable& device = timeline_.device;
  const std::uint32_t last = last_on_lane(lane, call);
  const std::int64_t end = end_of(call);
  if (last == kNoRow || device.begin_ns[last] < end) return last;
  if (device.begin_ns[last] > end + kClockSlackNs) return last;
  const std::vector<std::uint32_t>& rows = lanes_[lane].linked;
  auto after = std::partition_point(rows.begin(), rows.end(), [&](std::uint32_t row) {
    return before(device.call[row], call);
  });
  while (after != rows.begin() && device.begin_ns[*(after - 1)] >= end) --after;
  return after == rows.begin() ? last : *(after - 1);
}

std::uint32_t WaitFinder::next_on_lane(std::uint32_t lane, std::uint32_t call) const {
  const LaneRows& rows = lanes_[lane];
  const auto next = std::partition_point(
      rows.linked.begin(), rows.linked.end(),
      [&](std::uint32_t row) { return !before(call, timeline_.device.call[row]); });
  return next == rows.linked.end() ? kNoRow : *next;
}

std::uint32_t WaitFinder::closest_end(std::uint32_t call, std::int64_t from_ns,
                                      std::int64_t until_ns, std::uint32_t but_lane) const {
  std::uint32_t closest = kNoRow;
  for (std::uint32_t lane = 0; lane < lanes_.size(); ++lane) {
    const std::uint32_t row = lane == but_lane ? kNoRow : last_on_lane(lane, call);
    if (row == kNoRow) continue;
    const std::int64_t end = timeline_.device.end_ns[row];
    if (end <= from_ns || end > until_ns) continue;
    if (closest == kNoRow || end > timeline_.device.end_ns[closest]) closest = row;
  }
  return closest;
}

void WaitFinder::add(std::uint32_t call, std::uint32_t device, bool by_fact) {
  if (device != kNoRow) found_.push_back({call, device, by_fact});
}

// Lanes whose last work an earlier device-wide wait had already waited for are left out, but for
// one where that holds for all: the call found nothing left to wait for.
void WaitFinder::add_device_wait(std::uint32_t call, WaitCallKind kind) {
  const std::optional<std::int64_t> device = device_of_thread_[thread_of(call)];
  const std::size_t found_before = found_.size();
  std::uint32_t done = kNoRow;
  for (std::uint32_t lane = 0; lane < lanes_.size(); ++lane) {
    if (device && timeline_.lanes[lane].device != *device) continue;
    const std::uint32_t row = awaited_on_lane(lane, call);
    if (row == kNoRow) continue;
    if (row == awaited_before_[lane]) {
      done = row;
      continue;
    }
    const std::int64_t end = timeline_.device.end_ns[row];
    if (kind == WaitCallKind::kFree && (end <= begin_of(call) || end > end_of(call))) continue;
    add(call, row, true);
    if (end <= end_of(call)) awaited_before_[lane] = row;
  }
  if (found_.size() == found_before && kind == WaitCallKind::kDevice) add(call, done, true);
}

void WaitFinder::add_lane_wait(std::uint32_t call, WaitCallKind kind) {
  const Fact* fact = fact_of(call);
  if (kind == WaitCallKind::kStream && fact != nullptr && fact->lane != kNoRow) {
    return add(call, awaited_on_lane(fact->lane, call), true);
  }
  if (kind == WaitCallKind::kEvent && fact != nullptr && fact->recorded_on != kNoRow) {
    const std::uint32_t record = call_of(fact->recorded_by);
    if (record != kNoRow) return add(call, last_on_lane(fact->recorded_on, record), true);
  }
  const std::uint32_t seen = closest_end(call, begin_of(call), end_of(call), kNoRow);
  add(call, seen != kNoRow ? seen : last_of_thread_[thread_of(call)], false);
}

bool WaitFinder::waits_for_copy(std::uint32_t call, std::uint32_t device) const {
  if (timeline_.device.work[device] != DeviceWork::kCopy) return false;
  if (timeline_.device.end_ns[device] > end_of(call)) return false;
  const NameId name = timeline_.host.name[timeline_.calls.host_row[call]];
  if (!has(timeline_.names[name], "Async")) return true;
  const std::uint32_t facts = timeline_.device.facts[device];
  if (facts == kNoRow) return false;
  const CopyFacts& copy = timeline_.copies[facts];
  return copy.kind == CopyKind::kDeviceToHost || copy.source == MemoryKind::kPageable;
}

void WaitFinder::add_copy_wait(std::uint32_t call) {
  for (std::uint32_t i = launched_first_[call]; i < launched_first_[call + 1]; ++i) {
    if (waits_for_copy(call, launched_rows_[i])) add(call, launched_rows_[i], true);
  }
}

// A launch that found the queue full waited until the lane's work had gone on.
void WaitFinder::add_queue_wait(std::uint32_t call) {
  if (end_of(call) - begin_of(call) < kBlockedLaunchNs) return;
  if (launched_first_[call] == launched_first_[call + 1]) return;
  const DeviceTable& device = timeline_.device;
  const LaneRows& lane = lanes_[device.lane[launched_rows_[launched_first_[call]]]];
  const auto own = std::partition_point(
      lane.linked.begin(), lane.linked.end(),
      [&](std::uint32_t row) { return before(device.call[row], call); });
  const auto running = std::partition_point(
      lane.linked.begin(), own,
      [&](std::uint32_t row) { return device.end_ns[row] <= end_of(call); });
  if (own - running < static_cast<std::ptrdiff_t>(kFullQueue)) return;
  if (running != lane.linked.begin()) add(call, *(running - 1), false);
}

void WaitFinder::note_launches(std::uint32_t call) {
  for (std::uint32_t i = launched_first_[call]; i < launched_first_[call + 1]; ++i) {
    const std::uint32_t row = launched_rows_[i];
    last_of_thread_[thread_of(call)] = row;
    device_of_thread_[thread_of(call)] = timeline_.lanes[timeline_.device.lane[row]].device;
  }
}

void WaitFinder::find_waits_of(std::uint32_t call) {
  const WaitCallKind kind = kind_of(call);
  switch (kind) {
    case WaitCallKind::kNone: return add_queue_wait(call);
    case WaitCallKind::kCopy: return add_copy_wait(call);
    case WaitCallKind::kStream:
    case WaitCallKind::kEvent: return add_lane_wait(call, kind);
    case WaitCallKind::kDevice:
    case WaitCallKind::kFree: return add_device_wait(call, kind);
  }
}

std::vector<HostWait> WaitFinder::host_waits() {
  if (timeline_.device.size() == 0) return {};
  for (std::uint32_t call = 0; call < timeline_.calls.size(); ++call) {
    find_waits_of(call);
    note_launches(call);
  }
  return std::move(found_);
}

// The next work of the waiting lane waits for what was on the event's lane when it was recorded.
void WaitFinder::add_event(std::uint32_t waiting_call, const Fact& fact,
                           std::vector<LaneWait>& waits) const {
  const std::uint32_t record = call_of(fact.recorded_by);
  if (record == kNoRow || fact.lane == kNoRow) return;
  const std::uint32_t waiting = next_on_lane(fact.lane, waiting_call);
  if (waiting == kNoRow) return;
  const std::int64_t begin = timeline_.device.begin_ns[waiting];
  const bool by_fact = fact.recorded_on != kNoRow;
  const std::uint32_t awaited =
      by_fact ? last_on_lane(fact.recorded_on, record)
              : closest_end(record, begin_of(record), begin, fact.lane);
  if (awaited == kNoRow || timeline_.device.lane[awaited] == fact.lane) return;
  if (timeline_.device.end_ns[awaited] <= begin) waits.push_back({waiting, awaited, by_fact});
}

std::vector<LaneWait> WaitFinder::device_waits() {
  std::vector<LaneWait> waits;
  for (const auto& [key, fact] : facts_) {
    const std::uint32_t call = call_of(key);
    if (call == kNoRow || wait_call_kind(timeline_.names[timeline_.host.name[
                             timeline_.calls.host_row[call]]]) != WaitCallKind::kNone) {
      continue;
    }
    add_event(call, fact, waits);
  }
  std::sort(waits.begin(), waits.end(), [](const LaneWait& a, const LaneWait& b) {
    return a.waiting != b.waiting ? a.waiting < b.waiting : a.awaited < b.awaited;
  });
  return waits;
}

}  // namespace lynxbench::attribution
