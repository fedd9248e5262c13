#include "trace/chrome/rows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/number.h"
#include "trace/decimal.h"
#include "trace/json_cursor.h"

namespace lynxbench::trace::chrome {
namespace {

enum class Role : std::uint8_t {
  kKernel, kCopy, kSet, kOperator, kPython, kAnnotation, kCall, kOverhead, kAccelerator,
  kDeviceAnnotation, kWait, kIgnored, kOther
};

struct Category {
  std::string_view name;
  Role role;
  bool pytorch;  // no other tool is known to write it
};

constexpr std::array kCategories{
    Category{"python_function", Role::kPython, true},
    Category{"cpu_op", Role::kOperator, true},
    Category{"kernel", Role::kKernel, true},
    Category{"cuda_runtime", Role::kCall, true},
    Category{"gpu_memcpy", Role::kCopy, true},
    Category{"gpu_memset", Role::kSet, true},
    Category{"user_annotation", Role::kAnnotation, true},
    Category{"cuda_driver", Role::kCall, true},
    Category{"gpu_user_annotation", Role::kDeviceAnnotation, true},
    Category{"cuda_sync", Role::kWait, true},
    Category{"cuda_event", Role::kIgnored, true},
    Category{"overhead", Role::kOverhead, true},
    Category{"Trace", Role::kIgnored, true},
    Category{"Kernel", Role::kKernel, true},
    Category{"Memcpy", Role::kCopy, true},
    Category{"Memset", Role::kSet, true},
    Category{"Operator", Role::kOperator, true},
    Category{"Runtime", Role::kCall, true},
    Category{"Driver", Role::kCall, true},
    Category{"hip_runtime", Role::kCall, true},
    Category{"hip_driver", Role::kCall, true},
    Category{"mtia_runtime", Role::kCall, true},
    Category{"xpu_runtime", Role::kCall, true},
    Category{"xpu_driver", Role::kCall, true},
    Category{"privateuse1_runtime", Role::kCall, true},
    Category{"privateuse1_driver", Role::kCall, true},
    Category{"glow_runtime", Role::kCall, true},
    Category{"mtia_ccp_events", Role::kAccelerator, true},
    Category{"hpu_op", Role::kAccelerator, true},
    Category{"mtia_insight", Role::kIgnored, true},
    Category{"collective_comm", Role::kAnnotation, true},
    Category{"cuda_profiler_range", Role::kDeviceAnnotation, true},
    Category{"critical_path", Role::kIgnored, true},
};

const Category& category_named(std::string_view name) {
  static constexpr Category kUnknown{"", Role::kOther, false};
  const auto* const found = std::find_if(kCategories.begin(), kCategories.end(),
                                         [&](const Category& one) { return one.name == name; });
  return found == kCategories.end() ? kUnknown : *found;
}

// A time in nanoseconds: from 36 years before the clock's zero (a relative clock may go below it) to 146
// years after it (1970 + 146). With others differences and sums would not fit into 64 bits.
std::optional<std::int64_t> time_of(std::string_view text) {
  constexpr std::int64_t kEarliestNs = -(std::int64_t{1} << 60);
  constexpr std::int64_t kLatestNs = std::int64_t{1} << 62;
  const std::optional<std::int64_t> time = nanoseconds_of_microseconds(text);
  if (!time || *time < kEarliestNs || *time > kLatestNs) return std::nullopt;
  return time;
}

std::optional<double> decimal(std::string_view text) {
  const std::optional<double> value = number_in<double>(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

// Processes and threads are numbers; some writers use words ("Spans"), which get negative ones.
std::int64_t number_of(std::string_view text) {
  if (const std::optional<std::int64_t> number = whole_number(text)) return *number;
  std::uint64_t hash = 1469598103934665603ULL;
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return -2 - static_cast<std::int64_t>(hash >> 16);
}

// The number at the end of "stream 7".
std::optional<std::int64_t> stream_in(std::string_view text) {
  const std::size_t last = text.find_last_not_of("0123456789");
  return whole_number(last == std::string_view::npos ? text : text.substr(last + 1));
}

LinkKey key_of(std::string_view correlation) {
  if (correlation.empty()) return kNoLink;
  return static_cast<LinkKey>(number_of(correlation));
}

// Up to three numbers of "[77, 1, 1]".
std::array<std::uint32_t, 3> triple(std::string_view text) {
  std::array<std::uint32_t, 3> values{};
  JsonCursor json(text);
  if (!json.enter('[')) return values;
  for (std::size_t i = 0; i < values.size() && json.element(); ++i) {
    values[i] = static_cast<std::uint32_t>(std::clamp<std::int64_t>(
        whole_number(json.scalar()).value_or(0), 0, std::numeric_limits<std::uint32_t>::max()));
  }
  return values;
}

std::int32_t small(std::string_view text) {
  const std::optional<double> value = decimal(text);
  if (!value || *value < 0 || *value > 1e9) return -1;
  return static_cast<std::int32_t>(*value);
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

CopyKind copy_kind(std::string_view text) {
  if (has(text, "HtoD") || has(text, "HOST_TO_DEVICE")) return CopyKind::kHostToDevice;
  if (has(text, "DtoH") || has(text, "DEVICE_TO_HOST")) return CopyKind::kDeviceToHost;
  if (has(text, "DtoD") || has(text, "DEVICE_TO_DEVICE")) return CopyKind::kDeviceToDevice;
  if (has(text, "PtoP")) return CopyKind::kPeerToPeer;
  if (has(text, "HtoH")) return CopyKind::kHostToHost;
  return CopyKind::kUnknown;
}

MemoryKind memory_kind(std::string_view word) {
  if (has(word, "Pageable")) return MemoryKind::kPageable;
  if (has(word, "Pinned")) return MemoryKind::kPinned;
  if (has(word, "Managed") || has(word, "Unified")) return MemoryKind::kManaged;
  if (has(word, "Device")) return MemoryKind::kDevice;
  return MemoryKind::kUnknown;
}

}  // namespace

NameId EventRows::intern(std::string_view text) {
  if (text.find('\\') == std::string_view::npos) return timeline_.names.intern(text);
  return timeline_.names.intern(unescaped(text));
}

std::uint32_t EventRows::thread_of(const Event& event) {
  if (last_thread_row_ != kNoRow && last_thread_ == event.thread &&
      last_process_ == event.process) {
    return last_thread_row_;
  }
  last_thread_row_ = timeline_.thread_of(number_of(event.process), number_of(event.thread));
  last_process_ = event.process;
  last_thread_ = event.thread;
  return last_thread_row_;
}

std::uint32_t EventRows::lane_of(const Event& event) {
  const std::optional<std::int64_t> stream =
      !event.args.stream.empty() ? whole_number(event.args.stream) : stream_in(event.thread);
  return timeline_.lane_of(device_of(event), stream.value_or(0), stream.has_value());
}

std::int64_t EventRows::device_of(const Event& event) const {
  return number_of(!event.args.device.empty() ? event.args.device : event.process);
}

// The lane whose event is waited for.
std::uint32_t EventRows::recorded_on(const Event& event) {
  const std::int64_t stream = whole_number(event.args.recorded_on).value_or(-1);
  return stream < 0 ? kNoRow : timeline_.lane_of(device_of(event), stream);
}

std::optional<EventRows::Times> EventRows::times_of(const Event& event, std::uint64_t byte) {
  const auto lost = [&](std::string_view what) {
    batch_.losses.add(Severity::kLoss, what, byte);
    return std::nullopt;
  };
  if (event.begin.empty()) return lost("event without a time");
  const std::optional<std::int64_t> begin = time_of(event.begin);
  if (!begin) return lost("event whose time is no number that fits");
  if (event.duration.empty()) return lost("event without a duration");
  const std::optional<std::int64_t> duration = nanoseconds_of_microseconds(event.duration);
  if (!duration || *duration > kLongestEventNs) {
    return lost("event whose duration is no number that fits");
  }
  if (*duration < 0) return lost("event with a negative duration");
  return Times{*begin, *begin + *duration};
}

void EventRows::add(const Event& event, std::uint64_t byte) {
  ++timeline_.events;
  switch (event.phase) {
    case 'X': return add_complete(event, byte);
    case 'M': return add_metadata(event);
    case 's': case 't': case 'f': ++batch_.flows; return;
    case 'B': case 'E': return add_mark(event, byte);
    case 'C': return add_counter(event, byte);
    case 'i': case 'I': case 'R': return add_instant(event, byte);
    case '\0':
      batch_.losses.add(Severity::kLoss, "element that is no event (no \"ph\")", byte);
      return;
    default:
      batch_.losses.add(Severity::kNotice, "event of a phase that is not used", byte);
  }
}

void EventRows::add_complete(const Event& event, std::uint64_t byte) {
  const Category& category = category_named(event.category);
  if (category.pytorch) batch_.pytorch = true;
  if (category.role == Role::kIgnored) return;
  const std::optional<Times> times = times_of(event, byte);
  if (!times) return;
  switch (category.role) {
    case Role::kKernel: return add_device(event, *times, DeviceWork::kKernel);
    case Role::kCopy: return add_device(event, *times, DeviceWork::kCopy);
    case Role::kSet: return add_device(event, *times, DeviceWork::kSet);
    case Role::kOperator:  // of old, steps were written as operators
      return add_host(event, *times,
                      event.name.starts_with("ProfilerStep#") ? HostWork::kAnnotation
                                                              : HostWork::kOperator);
    case Role::kPython: return add_host(event, *times, HostWork::kPython);
    case Role::kAnnotation: return add_host(event, *times, HostWork::kAnnotation);
    case Role::kCall: return add_host(event, *times, HostWork::kCall);
    case Role::kOverhead: return add_host(event, *times, HostWork::kOverhead);
    case Role::kOther: return add_host(event, *times, HostWork::kOther);
    case Role::kAccelerator: return add_accelerator(event, *times);
    case Role::kWait: return add_wait(event, *times);
    case Role::kDeviceAnnotation: ++batch_.device_annotations; return;
    case Role::kIgnored: return;
  }
}

std::uint32_t EventRows::kernel_facts(const Event& event) {
  const Arguments& args = event.args;
  if (args.grid.empty() && args.registers.empty() && args.collective.empty() &&
      args.graph_id.empty() && args.graph_node_id.empty()) {
    return kNoRow;
  }
  KernelFacts facts;
  facts.grid = triple(args.grid);
  facts.block = triple(args.block);
  facts.registers = small(args.registers);
  facts.shared_bytes = small(args.shared_memory);
  facts.occupancy_percent = small(args.occupancy);
  facts.from_graph = whole_number(args.graph_node_id).value_or(0) != 0;
  if (!args.collective.empty()) {
    facts.collective = static_cast<std::uint32_t>(timeline_.collectives.size());
    timeline_.collectives.push_back({intern(args.collective), intern(args.group_name),
                                     intern(args.dtype), whole_number(args.in_elements).value_or(-1),
                                     whole_number(args.out_elements).value_or(-1),
                                     whole_number(args.group_size).value_or(-1),
                                     whole_number(args.sequence).value_or(-1)});
  }
  timeline_.kernels.push_back(facts);
  return static_cast<std::uint32_t>(timeline_.kernels.size() - 1);
}

std::uint32_t EventRows::copy_facts(const Event& event) {
  CopyFacts facts;
  const std::string_view bytes = event.args.bytes.empty() ? event.args.size : event.args.bytes;
  facts.bytes = whole_number(bytes).value_or(-1);
  facts.kind = copy_kind(event.name);
  if (facts.kind == CopyKind::kUnknown) facts.kind = copy_kind(event.args.kind);
  if (facts.kind == CopyKind::kUnknown) facts.kind = copy_kind(event.args.direction);
  const std::size_t arrow = event.name.find("->");
  if (arrow != std::string_view::npos) {
    facts.source = memory_kind(event.name.substr(0, arrow));
    facts.destination = memory_kind(event.name.substr(arrow));
  }
  timeline_.copies.push_back(facts);
  return static_cast<std::uint32_t>(timeline_.copies.size() - 1);
}

void EventRows::add_device(const Event& event, const Times& times, DeviceWork work) {
  timeline_.device.add({.begin_ns = times.begin_ns,
                        .end_ns = times.end_ns,
                        .name = intern(event.name),
                        .lane = lane_of(event),
                        .work = work,
                        .link = key_of(event.args.correlation),
                        .facts = work == DeviceWork::kKernel ? kernel_facts(event)
                                                             : copy_facts(event)});
}

// Work of accelerators that have one category for all: what it is stands in the name.
void EventRows::add_accelerator(const Event& event, const Times& times) {
  if (has(event.name, "event_wait") || has(event.name, "wait_event")) {
    return add_wait(event, times);
  }
  const bool copies = has(event.name, "dma") || has(event.name, "memcpy");
  add_device(event, times, copies ? DeviceWork::kCopy : DeviceWork::kKernel);
}

void EventRows::add_wait(const Event& event, const Times& times) {
  const std::string_view name =
      event.args.sync_kind.empty() ? event.name : event.args.sync_kind;
  const bool has_lane = whole_number(event.args.stream).value_or(-1) >= 0;
  timeline_.waits.push_back({.begin_ns = times.begin_ns,
                             .end_ns = times.end_ns,
                             .name = intern(name),
                             .lane = has_lane ? lane_of(event) : kNoRow,
                             .link = key_of(event.args.correlation),
                             .recorded_by = key_of(event.args.recorded_by),
                             .recorded_on = recorded_on(event)});
}

void EventRows::add_host(const Event& event, const Times& times, HostWork work) {
  const std::uint32_t row = timeline_.host.add({.begin_ns = times.begin_ns,
                                                .end_ns = times.end_ns,
                                                .name = intern(event.name),
                                                .thread = thread_of(event),
                                                .work = work});
  if (work == HostWork::kCall) timeline_.calls.add(row, key_of(event.args.correlation));
  if (!event.args.input_dims.empty()) {
    timeline_.operators.push_back({row, timeline_.names.intern(event.args.input_dims),
                                   timeline_.names.intern(event.args.input_types),
                                   timeline_.names.intern(event.args.concrete_inputs)});
  }
}

void EventRows::add_mark(const Event& event, std::uint64_t byte) {
  const std::optional<std::int64_t> at = time_of(event.begin);
  if (!at) {
    batch_.losses.add(Severity::kLoss, "event without a time", byte);
    return;
  }
  batch_.marks.push_back({*at, thread_of(event), intern(event.name), event.phase == 'B'});
}

void EventRows::add_metadata(const Event& event) {
  if (event.name != "thread_name" || event.args.name.empty()) return;
  timeline_.threads[thread_of(event)].name = intern(event.args.name);
}

// Each member of args is a quantity of its own.
void EventRows::add_counter(const Event& event, std::uint64_t byte) {
  const std::optional<std::int64_t> at = time_of(event.begin);
  if (!at) {
    batch_.losses.add(Severity::kLoss, "event without a time", byte);
    return;
  }
  JsonCursor json(event.args_text);
  if (!json.enter('{')) return;
  while (const auto name = json.key()) {
    const std::optional<double> value = decimal(json.scalar());
    if (!value) {
      batch_.losses.add(Severity::kNotice, "counter whose value is no number", byte);
      continue;
    }
    batch_.counters.push_back({intern(event.name), intern(*name), *at, *value, -1});
  }
}

void EventRows::add_instant(const Event& event, std::uint64_t byte) {
  if (event.args.total_allocated.empty()) return;
  const std::optional<std::int64_t> at = time_of(event.begin);
  const std::optional<double> allocated = decimal(event.args.total_allocated);
  if (!at || !allocated) {
    batch_.losses.add(Severity::kLoss, "event without a time", byte);
    return;
  }
  const std::int64_t device = whole_number(event.args.device_id).value_or(-1);
  batch_.counters.push_back(
      {intern("memory allocated"), timeline_.names.intern(""), *at, *allocated, device});
  if (const auto reserved = decimal(event.args.total_reserved)) {
    batch_.counters.push_back(
        {intern("memory reserved"), timeline_.names.intern(""), *at, *reserved, device});
  }
}

}  // namespace lynxbench::trace::chrome
