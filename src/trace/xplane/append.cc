#include "trace/xplane/append.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "trace/xplane/details.h"

namespace lynxbench::trace::xplane {
namespace {

// Times further away than this are damage, and would overflow sums.
constexpr std::int64_t kFurthestNs = std::int64_t{1} << 62;
// Times of lines count from the profile's start, or, in some builds, from 1970: later than this.
constexpr std::int64_t kSurelyWallNs = 100'000'000'000'000'000;

std::optional<std::int64_t> number_after(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  std::int64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failed == std::errc() && value >= 0 ? std::optional(value) : std::nullopt;
}

bool is_tpu(const Plane& plane) { return plane.name.starts_with("/device:TPU:"); }

TraceDevice device_in(const Plane& plane, std::int64_t id) {
  TraceDevice device;
  device.id = id;
  for (const Stat& stat : plane.stats) {
    const auto name = plane.stat_names.find(stat.id);
    if (name == plane.stat_names.end()) continue;
    if (name->second == "device_type_string") device.name = plane.text_of(stat);
    if (!stat.number || *stat.number <= 0) continue;
    const auto value = static_cast<double>(*stat.number);
    if (name->second == "core_count") device.multiprocessors = *stat.number;
    if (name->second == "memory_bandwidth") device.memory_bandwidth_bytes_per_s = value;
    if (name->second == "clock_rate") device.clock_hz = value * 1e3;  // given in kHz
    if (name->second == "memory_size") device.memory_bytes = *stat.number;
  }
  return device;
}

// What the statistics of an event say, by name.
struct EventFacts {
  LinkKey link = kNoLink;
  std::optional<std::string> kernel;
  std::optional<std::string> copy;
  bool is_set = false;
  bool is_op = false;
};

// By the statistics or the event's name; where they say nothing, by what the line is for:
// "Stream #8(MemcpyOther)".
DeviceWork work_of(const EventFacts& facts, std::string_view event, std::string_view line) {
  if (facts.is_set || event.starts_with("Memset")) return DeviceWork::kSet;
  if (facts.copy || event.starts_with("Memcpy")) return DeviceWork::kCopy;
  const bool copies_only = line.find("(Memcpy") != std::string_view::npos &&
                           line.find("Kernel") == std::string_view::npos;
  return !facts.kernel && copies_only ? DeviceWork::kCopy : DeviceWork::kKernel;
}

}  // namespace

std::optional<std::int64_t> device_of(const Plane& plane) {
  const std::optional<std::int64_t> gpu = number_after(plane.name, "/device:GPU:");
  return gpu ? gpu : number_after(plane.name, "/device:TPU:");
}

std::optional<std::int64_t> stream_of(const Plane& plane, const PlaneLine& line) {
  if (is_tpu(plane)) return line.name == "XLA Ops" ? std::optional(line.id) : std::nullopt;
  return number_after(line.name, "Stream #");
}

struct TimelineBuilder::StatIds {
  explicit StatIds(const Plane& plane)
      : correlation(plane.stat_id("correlation_id")),
        kernel(plane.stat_id("kernel_details")),
        copy(plane.stat_id("memcpy_details")),
        set(plane.stat_id("memset_details")),
        op(plane.stat_id("hlo_op")) {}

  [[nodiscard]] EventFacts facts_of(const Plane& plane, const PlaneLine& line,
                                    const PlaneEvent& event) const {
    EventFacts facts;
    if (event.stats_bytes == 0) return facts;
    StatReader stats(line, event);
    for (Stat stat; stats.next(stat);) {
      if (stat.id < 0) continue;
      if (stat.id == correlation && stat.number.value_or(0) > 0) {
        facts.link = static_cast<LinkKey>(*stat.number);
      }
      if (stat.id == kernel) facts.kernel = plane.text_of(stat);
      if (stat.id == copy) facts.copy = plane.text_of(stat);
      if (stat.id == set) facts.is_set = true;
      if (stat.id == op) facts.is_op = true;
    }
    return facts;
  }

  std::int64_t correlation, kernel, copy, set, op;
};

// Names of a plane's events, each made once.
class TimelineBuilder::NamesOf {
 public:
  NamesOf(const Plane& plane, StringPool& pool, LossCount& losses)
      : plane_(plane), pool_(pool), losses_(losses) {}

  NameId operator()(std::int64_t metadata) {
    const auto [known, is_new] = known_.try_emplace(metadata, 0);
    if (is_new) known->second = made(metadata);
    return known->second;
  }

 private:
  NameId made(std::int64_t metadata) {
    const auto found = plane_.event_names.find(metadata);
    if (found == plane_.event_names.end()) {
      losses_.add_all(Severity::kNotice, "event whose name is not in the file, kept as its number",
                      1, fmt::format("plane {}", plane_.name));
      return pool_.intern(fmt::format("event {}", metadata));
    }
    const EventName& name = found->second;
    return pool_.intern(name.display_name.empty() ? name.name : name.display_name);
  }

  const Plane& plane_;
  StringPool& pool_;
  LossCount& losses_;
  std::unordered_map<std::int64_t, NameId> known_;
};

void TimelineBuilder::append(const Plane& plane) {
  ++planes_;
  for (const PlaneLine& line : plane.lines) {
    timeline_.events += line.events.size();
    latest_line_ns_ = std::max(latest_line_ns_, line.timestamp_ns);
  }
  if (const std::optional<std::int64_t> device = device_of(plane)) {
    append_device(plane, *device);
  } else if (plane.name.starts_with("/host:")) {
    append_host(plane);
  } else if (plane.name == "Task Environment") {
    append_environment(plane);
  } else {
    losses_.add_all(Severity::kNotice, "plane that is neither of a GPU or TPU nor of the host", 1,
                    fmt::format("plane {}", planes_));
  }
}

std::optional<TimelineBuilder::Times> TimelineBuilder::times_of(const PlaneLine& line,
                                                                const PlaneEvent& event) {
  std::int64_t end_ps = 0;
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
  const bool fits = !__builtin_add_overflow(event.offset_ps, event.duration_ps, &end_ps) &&
                    !__builtin_add_overflow(line.timestamp_ns, event.offset_ps / 1000, &begin_ns) &&
                    !__builtin_add_overflow(line.timestamp_ns, end_ps / 1000, &end_ns) &&
                    event.duration_ps >= 0 && begin_ns >= -kFurthestNs && end_ns <= kFurthestNs;
  if (fits && !event.is_total) return Times{begin_ns, end_ns};
  losses_.add_all(
      Severity::kLoss,
      event.is_total ? "event that only counts occurrences" : "event without a usable time", 1,
      fmt::format("plane {}", planes_));
  return std::nullopt;
}

// ---- devices

void TimelineBuilder::append_device(const Plane& plane, std::int64_t device) {
  timeline_.devices.push_back(device_in(plane, device));
  NamesOf names(plane, timeline_.names, losses_);
  for (const PlaneLine& line : plane.lines) {
    const std::optional<std::int64_t> stream = stream_of(plane, line);
    if (stream) {
      append_stream(plane, line, timeline_.lane_of(device, *stream), names);
    } else {
      losses_.add_all(Severity::kNotice,
                      "line of a device that sums up what its streams have, passed over", 1,
                      fmt::format("plane {}, line {}", planes_, line.id));
    }
  }
}

void TimelineBuilder::append_stream(const Plane& plane, const PlaneLine& line, std::uint32_t lane,
                                    NamesOf& names) {
  const StatIds ids(plane);
  for (const PlaneEvent& event : line.events) append_work(plane, line, event, ids, names, lane);
}

void TimelineBuilder::append_work(const Plane& plane, const PlaneLine& line,
                                  const PlaneEvent& event, const StatIds& ids, NamesOf& names,
                                  std::uint32_t lane) {
  const std::optional<Times> times = times_of(line, event);
  if (!times) return;
  const EventFacts facts = ids.facts_of(plane, line, event);
  DeviceTable::Row row{.begin_ns = times->begin_ns,
                       .end_ns = times->end_ns,
                       .name = names(event.metadata),
                       .lane = lane,
                       .link = facts.link};
  const std::string_view name = timeline_.names[row.name];
  row.work = work_of(facts, name, line.name);
  if (row.work != DeviceWork::kKernel) {
    const std::int64_t device = timeline_.lanes[lane].device;
    timeline_.copies.push_back(copy_facts(name, facts.copy.value_or(""), device));
    row.facts = static_cast<std::uint32_t>(timeline_.copies.size() - 1);
  } else if (facts.kernel) {
    timeline_.kernels.push_back(kernel_facts(*facts.kernel));
    row.facts = static_cast<std::uint32_t>(timeline_.kernels.size() - 1);
  }
  timeline_.device.add(row);
}

// ---- hosts

void TimelineBuilder::append_host(const Plane& plane) {
  const StatIds ids(plane);
  NamesOf names(plane, timeline_.names, losses_);
  for (const PlaneLine& line : plane.lines) append_thread(plane, line, ids, names);
}

void TimelineBuilder::append_thread(const Plane& plane, const PlaneLine& line, const StatIds& ids,
                                    NamesOf& names) {
  const std::uint32_t thread = timeline_.thread_of(planes_, line.id);
  timeline_.threads[thread].name =
      timeline_.names.intern(line.display_name.empty() ? line.name : line.display_name);
  std::uint64_t instants = 0;
  for (const PlaneEvent& event : line.events) {
    const EventFacts facts = ids.facts_of(plane, line, event);
    if (event.duration_ps == 0 && facts.link == kNoLink && !event.is_total) {
      ++instants;
      continue;
    }
    const std::optional<Times> times = times_of(line, event);
    if (!times) continue;
    HostTable::Row row{times->begin_ns, times->end_ns, names(event.metadata), thread};
    const std::string_view name = timeline_.names[row.name];
    if (facts.link != kNoLink) {
      row.work = HostWork::kCall;
    } else if (facts.is_op) {
      row.work = HostWork::kOperator;
    } else if (name.starts_with('$')) {  // the Python tracer's mark
      row.work = HostWork::kPython;
      row.name = timeline_.names.intern(std::string(name.substr(1)));
    }
    const std::uint32_t at = timeline_.host.add(row);
    if (row.work == HostWork::kCall) timeline_.calls.add(at, facts.link);
  }
  losses_.add_all(Severity::kNotice, "event of the host without a duration, passed over", instants,
                  fmt::format("plane {}, line {}", planes_, line.id));
}

void TimelineBuilder::append_environment(const Plane& plane) {
  const std::int64_t start = plane.stat_id("profile_start_time");
  for (const Stat& stat : plane.stats) {
    if (stat.id == start && stat.number.value_or(0) > 0) profile_start_ns_ = stat.number;
  }
}

Timeline TimelineBuilder::finish(LossCount losses) {
  TraceClock& clock = timeline_.clock;
  if (latest_line_ns_ > kSurelyWallNs) {
    clock = {TraceClock::Kind::kWall, 0, "times of the lines"};
  } else if (profile_start_ns_) {
    clock = {TraceClock::Kind::kWall, profile_start_ns_, "profile_start_time"};
  } else {
    clock.source = "the profile's start, whose time the file does not have";
  }
  if (timeline_.device.size() == 0) timeline_.notes.emplace_back("no GPU activity recorded");
  losses.append(losses_.take());
  timeline_.losses = losses.take();
  return std::move(timeline_);
}

}  // namespace lynxbench::trace::xplane
