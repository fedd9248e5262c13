#include "trace/rocprof/process.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

namespace lynxbench::trace::rocprof {
namespace {

constexpr std::int64_t kFurthestNs = std::int64_t{1} << 62;

bool has_usable_times(const Record& record) {
  return record.begin_ns && record.end_ns && *record.begin_ns >= 0 &&
         *record.begin_ns <= *record.end_ns && *record.end_ns <= kFurthestNs;
}

// Which array holds what of the host; nothing: no events with a length.
std::optional<HostWork> host_work_in(std::string_view array) {
  if (array == "marker_api") return HostWork::kAnnotation;
  if (array == "hip_api" || array == "hsa_api" || array == "rccl_api") return HostWork::kCall;
  return std::nullopt;
}

CopyKind kind_named(std::string_view operation) {
  if (operation == "MEMORY_COPY_HOST_TO_DEVICE") return CopyKind::kHostToDevice;
  if (operation == "MEMORY_COPY_DEVICE_TO_HOST") return CopyKind::kDeviceToHost;
  if (operation == "MEMORY_COPY_DEVICE_TO_DEVICE") return CopyKind::kDeviceToDevice;
  if (operation == "MEMORY_COPY_HOST_TO_HOST") return CopyKind::kHostToHost;
  return CopyKind::kUnknown;
}

// The grid counts work items; facts count groups.
KernelFacts facts_of(const Record& record) {
  KernelFacts facts;
  facts.block = record.workgroup;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::uint32_t group = record.workgroup[axis];
    const std::uint32_t items = record.grid[axis];
    facts.grid[axis] = group == 0 ? 0 : items / group + (items % group != 0 ? 1 : 0);
  }
  const std::int64_t shared = record.group_segment_bytes.value_or(-1);
  if (shared >= 0 && shared <= std::numeric_limits<std::int32_t>::max()) {
    facts.shared_bytes = static_cast<std::int32_t>(shared);
  }
  return facts;
}

}  // namespace

void Process::add_agent(const Agent& agent) {
  if (!agent.is_gpu || !agent.handle) return;
  const std::int64_t id = agent.ordinal.value_or(gpus_);
  ++gpus_;
  device_of_agent_[*agent.handle] = id;
  const bool is_known = std::any_of(timeline_.devices.begin(), timeline_.devices.end(),
                                    [&](const TraceDevice& device) { return device.id == id; });
  if (is_known) return;  // of another process on the same machine
  TraceDevice device;
  device.id = id;
  device.name = agent.name;
  if (agent.compute_units.value_or(0) > 0) device.multiprocessors = agent.compute_units;
  if (agent.clock_mhz.value_or(0) > 0)
    device.clock_hz = static_cast<double>(*agent.clock_mhz) * 1e6;
  timeline_.devices.push_back(std::move(device));
}

void Process::add_symbol(const KernelSymbol& symbol) {
  if (symbol.id && !symbol.name.empty()) {
    symbols_[*symbol.id] = timeline_.names.intern(symbol.name);
  }
}

void Process::add_kind(std::string_view group, KindNames names) {
  kinds_[std::string(group)].push_back(std::move(names));
}

void Process::add_marker_text(const MarkerText& text) {
  if (text.key) marker_texts_[*text.key] = timeline_.names.intern(text.value);
}

LinkKey Process::key_of(const Record& record) const {
  const std::int64_t id = record.correlation.value_or(0);
  if (id <= 0 || id > 0xFFFFFFFF) return kNoLink;
  return static_cast<LinkKey>(number_) << 32 | static_cast<LinkKey>(id);
}

bool Process::is_gpu(std::optional<std::int64_t> agent) const {
  return agent && device_of_agent_.count(*agent) != 0;
}

std::int64_t Process::device_of(std::optional<std::int64_t> agent) const {
  const auto known = device_of_agent_.find(agent.value_or(-1));
  return known == device_of_agent_.end() ? agent.value_or(-1) : known->second;
}

std::string Process::operation_of(std::string_view group, const Record& record) {
  const auto kinds = kinds_.find(group);
  const auto kind = static_cast<std::uint64_t>(record.kind.value_or(-1));
  const auto operation = static_cast<std::uint64_t>(record.operation.value_or(-1));
  if (kinds != kinds_.end() && kind < kinds->second.size() &&
      operation < kinds->second[kind].operations.size()) {
    return kinds->second[kind].operations[operation];
  }
  losses_.add_all(Severity::kNotice, "operation whose name is not in the file before it", 1,
                  std::string(group));
  return fmt::format("operation {} of kind {}", record.operation.value_or(-1),
                     record.kind.value_or(-1));
}

NameId Process::kernel_name(std::int64_t id) {
  const auto known = symbols_.find(id);
  if (known != symbols_.end()) return known->second;
  const auto [nameless, is_new] = nameless_.try_emplace(id, 0);
  if (is_new) {
    // Of this process alone: another's kernel of the same number is another kernel.
    nameless->second = timeline_.names.intern(
        number_ == 0 ? fmt::format("kernel {}", id) : fmt::format("kernel {}.{}", number_, id));
  }
  return nameless->second;
}

void Process::add_record(std::string_view group, std::string_view array, const Record& record,
                         std::uint64_t byte) {
  ++timeline_.events;
  const bool is_dispatch = array == "kernel_dispatch";
  const bool is_copy = array == "memory_copy";
  const std::optional<HostWork> work = host_work_in(array);
  if (!is_dispatch && !is_copy && !work) {
    losses_.add(Severity::kNotice, fmt::format("record of {}, which is not used", array), byte);
  } else if (!record.is_readable) {
    losses_.add(Severity::kDamage, "record that cannot be read", byte);
  } else if (!has_usable_times(record)) {
    losses_.add(Severity::kLoss, "record without a usable begin and end", byte);
  } else if (is_dispatch) {
    add_dispatch(record);
  } else if (is_copy) {
    add_copy(group, record);
  } else {
    add_host(group, *work, record);
  }
}

void Process::add_dispatch(const Record& record) {
  const std::optional<std::int64_t> stream = record.stream ? record.stream : record.queue;
  timeline_.kernels.push_back(facts_of(record));
  timeline_.device.add(
      {.begin_ns = *record.begin_ns,
       .end_ns = *record.end_ns,
       .name = kernel_name(record.kernel.value_or(-1)),
       .lane = timeline_.lane_of(device_of(record.agent), stream.value_or(0), stream.has_value()),
       .work = DeviceWork::kKernel,
       .link = key_of(record),
       .facts = static_cast<std::uint32_t>(timeline_.kernels.size() - 1)});
}

void Process::add_copy(std::string_view group, const Record& record) {
  const std::string operation = operation_of(group, record);
  CopyFacts facts;
  facts.bytes = record.bytes && *record.bytes >= 0 ? *record.bytes : -1;
  facts.kind = kind_named(operation);
  const bool to_gpu = is_gpu(record.destination_agent);
  const bool from_gpu = is_gpu(record.source_agent);
  if (facts.kind == CopyKind::kDeviceToDevice && to_gpu && from_gpu &&
      record.source_agent != record.destination_agent) {
    facts.kind = CopyKind::kPeerToPeer;
  }
  if (from_gpu) facts.source = MemoryKind::kDevice;
  if (to_gpu) facts.destination = MemoryKind::kDevice;
  timeline_.copies.push_back(facts);
  // A copy from the host is the work of the device that it goes to.
  const std::int64_t device = device_of(from_gpu ? record.source_agent : record.destination_agent);
  timeline_.device.add(
      {.begin_ns = *record.begin_ns,
       .end_ns = *record.end_ns,
       .name = timeline_.names.intern(operation),
       .lane = timeline_.lane_of(device, record.stream.value_or(0), record.stream.has_value()),
       .work = DeviceWork::kCopy,
       .link = key_of(record),
       .facts = static_cast<std::uint32_t>(timeline_.copies.size() - 1)});
}

void Process::add_host(std::string_view group, HostWork work, const Record& record) {
  NameId name = timeline_.names.intern(operation_of(group, record));
  if (work == HostWork::kAnnotation) {
    const auto text = marker_texts_.find(record.correlation.value_or(0));
    if (text != marker_texts_.end()) name = text->second;
  }
  const std::uint32_t row =
      timeline_.host.add({.begin_ns = *record.begin_ns,
                          .end_ns = *record.end_ns,
                          .name = name,
                          .thread = timeline_.thread_of(id_, record.thread.value_or(0)),
                          .work = work});
  if (work == HostWork::kCall) timeline_.calls.add(row, key_of(record));
}

void Process::finish() {
  std::unordered_map<NameId, NameId> renamed;
  std::uint64_t unknown = 0;
  for (const auto& [id, name] : nameless_) {
    const auto symbol = symbols_.find(id);
    if (symbol == symbols_.end()) {
      ++unknown;
    } else {
      renamed[name] = symbol->second;
    }
  }
  losses_.add_all(Severity::kNotice, "kernel whose symbol is not in the file, kept as its number",
                  unknown, "kernel_symbols");
  if (renamed.empty()) return;
  for (std::size_t row = 0; row < timeline_.device.size(); ++row) {
    const auto to = renamed.find(timeline_.device.name[row]);
    if (to != renamed.end()) timeline_.device.name[row] = to->second;
  }
}

}  // namespace lynxbench::trace::rocprof
