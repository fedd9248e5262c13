// Kernels, copies, sets, whole graphs, and the waits that the profiler saw on the device's side.
#include <fmt/format.h>

#include <array>
#include <limits>
#include <map>
#include <string>

#include "trace/nsys/import.h"

namespace lynxbench::trace::nsys {
namespace {

// Of a stream that the row does not name (a wait for the whole context).
constexpr std::int64_t kNoStream = 0xFFFFFFFF;
// Of an event that has no number of its own.
constexpr std::int64_t kNoEvent = 0xFFFFFFFF;

std::int32_t small_or_unknown(const std::optional<std::int64_t>& value) {
  const bool fits = value && *value >= 0 && *value <= std::numeric_limits<std::int32_t>::max();
  return fits ? static_cast<std::int32_t>(*value) : -1;
}

std::uint32_t size_or_unknown(const Scan& row, int column) {
  const std::int64_t value = row.integer(column);
  return value > 0 && value <= std::numeric_limits<std::uint32_t>::max()
             ? static_cast<std::uint32_t>(value)
             : 0;
}

bool is_of_graph(const Scan& row, int column) { return row.integer(column) != 0; }

// Columns that all tables of device work are asked for first, in this order.
enum Common { kStart, kEnd, kDevice, kStream, kCorrelation, kProcess, kContext, kFirstOwn };

std::uint32_t lane_of(Import& import, const Scan& row) {
  const std::int64_t process = process_of(row.integer(kProcess));
  const std::int64_t device = row.integer(kDevice);
  const std::uint32_t lane = import.lane_row(process, device, row.integer(kStream));
  if (!row.missing(kContext)) import.note_context(process, row.integer(kContext), device);
  return lane;
}

// Waits name device 0 whatever device they are on; their context says which it is.
std::uint32_t lane_of_wait(Import& import, const Scan& row) {
  const std::int64_t process = process_of(row.integer(kProcess));
  const std::int64_t named = row.integer(kDevice);
  const std::int64_t device =
      row.missing(kContext) ? named
                            : import.device_of_context(process, row.integer(kContext), named);
  return import.lane_row(process, device, row.integer(kStream));
}

void add_work(Import& import, const Scan& row, const Span& span, NameId name, DeviceWork work,
              std::size_t facts) {
  import.timeline.device.add({.begin_ns = span.begin_ns,
                              .end_ns = span.end_ns,
                              .name = name,
                              .lane = lane_of(import, row),
                              .work = work,
                              .link = import.key_of(row, kProcess, kCorrelation),
                              .facts = static_cast<std::uint32_t>(facts)});
}

// ---- kernels

enum Kernel {
  kName = kFirstOwn,
  kRegisters,
  kGridX,
  kGridY,
  kGridZ,
  kBlockX,
  kBlockY,
  kBlockZ,
  kStaticShared,
  kDynamicShared,
  kKernelGraph
};

std::int32_t shared_bytes(const Scan& row) {
  const std::optional<std::int64_t> fixed = row.number(kStaticShared);
  const std::optional<std::int64_t> dynamic = row.number(kDynamicShared);
  const std::int32_t a = small_or_unknown(fixed);
  const std::int32_t b = small_or_unknown(dynamic);
  return a < 0 || b < 0 ? -1 : small_or_unknown(std::int64_t{a} + b);
}

KernelFacts facts_of_kernel(const Scan& row) {
  KernelFacts facts;
  for (int axis = 0; axis < 3; ++axis) {
    facts.grid[static_cast<std::size_t>(axis)] = size_or_unknown(row, kGridX + axis);
    facts.block[static_cast<std::size_t>(axis)] = size_or_unknown(row, kBlockX + axis);
  }
  facts.registers = small_or_unknown(row.number(kRegisters));
  facts.shared_bytes = shared_bytes(row);
  facts.from_graph = is_of_graph(row, kKernelGraph);
  return facts;
}

void read_kernels(Import& import) {
  NamesById names(import.strings, import.timeline.names, "kernel", as_it_is);
  Scan rows = import.database.scan(
      "CUPTI_ACTIVITY_KIND_KERNEL",
      {"start", "end", "deviceId", "streamId", "correlationId", "globalPid", "contextId",
       "demangledName|shortName|mangledName|name", "registersPerThread", "gridX", "gridY", "gridZ",
       "blockX", "blockY", "blockZ", "staticSharedMemory", "dynamicSharedMemory", "graphNodeId"},
      import.losses);
  while (rows.next()) {
    const std::optional<Span> span = import.span_of(rows);
    if (!span) continue;
    import.timeline.kernels.push_back(facts_of_kernel(rows));
    add_work(import, rows, *span, names(rows.integer(kName)), DeviceWork::kKernel,
             import.timeline.kernels.size() - 1);
  }
  import.timeline.events += rows.rows();
}

// ---- copies and sets

// The file's own numbers, by the name that its table of them gives: CUDA_MEMCPY_KIND_HTOD. They are
// not CUPTI's, and have grown.
CopyKind copy_kind_named(std::string_view name) {
  const std::size_t mark = name.rfind('_');
  const std::string_view kind = mark == std::string_view::npos ? name : name.substr(mark + 1);
  if (kind == "HTOD" || kind == "HTOA") return CopyKind::kHostToDevice;
  if (kind == "DTOH" || kind == "ATOH") return CopyKind::kDeviceToHost;
  if (kind == "DTOD" || kind == "ATOA" || kind == "ATOD" || kind == "DTOA")
    return CopyKind::kDeviceToDevice;
  if (kind == "PTOP") return CopyKind::kPeerToPeer;
  return kind == "HTOH" ? CopyKind::kHostToHost : CopyKind::kUnknown;
}

MemoryKind memory_kind_named(std::string_view name) {
  const auto says = [&](std::string_view word) {
    return name.find(word) != std::string_view::npos;
  };
  if (says("PAGEABLE")) return MemoryKind::kPageable;
  if (says("PINNED")) return MemoryKind::kPinned;
  if (says("MANAGED")) return MemoryKind::kManaged;
  return says("DEVICE") || says("ARRAY") ? MemoryKind::kDevice : MemoryKind::kUnknown;
}

constexpr std::string_view kCopyNames[] = {"",     "HTOD", "DTOH", "HTOA", "ATOH", "ATOA", "ATOD",
                                           "DTOA", "DTOD", "HTOH", "PTOP", "HTOD", "DTOH", "DTOD"};
constexpr std::string_view kMemoryNames[] = {"PAGEABLE", "PINNED",        "DEVICE",        "ARRAY",
                                             "MANAGED",  "DEVICE_STATIC", "MANAGED_STATIC"};

template <typename Kind>
class Enumeration {
 public:
  Enumeration(Import& import, std::string_view table, std::span<const std::string_view> otherwise,
              Kind (*named)(std::string_view)) {
    Scan rows = import.database.scan(table, {"id", "name"}, import.losses);
    while (rows.next()) set(rows.integer(0), named(rows.text(1)));
    if (rows.rows() > 0) return;
    for (std::size_t id = 0; id < otherwise.size(); ++id)
      set(static_cast<std::int64_t>(id), named(otherwise[id]));
  }
  [[nodiscard]] Kind of(const Scan& row, int column) const {
    const std::int64_t id = row.integer(column);
    if (row.missing(column) || !fits(id)) return Kind::kUnknown;
    return kinds_[static_cast<std::size_t>(id)];
  }

 private:
  [[nodiscard]] bool fits(std::int64_t id) const {
    return id >= 0 && id < static_cast<std::int64_t>(kinds_.size());
  }
  void set(std::int64_t id, Kind kind) {
    if (fits(id)) kinds_[static_cast<std::size_t>(id)] = kind;
  }
  std::array<Kind, 64> kinds_{};
};

std::string_view text_of(CopyKind kind) {
  constexpr std::string_view kTexts[] = {"", " HtoD", " DtoH", " DtoD", " PtoP", " HtoH"};
  return kTexts[static_cast<std::size_t>(kind)];
}

std::string_view text_of(MemoryKind kind) {
  constexpr std::string_view kTexts[] = {"Unknown", "Pageable", "Pinned", "Device", "Managed"};
  return kTexts[static_cast<std::size_t>(kind)];
}

// "Memcpy HtoD (Pageable -> Device)", as the PyTorch profiler names them.
std::string name_of_copy(const CopyFacts& facts) {
  const bool known =
      facts.source != MemoryKind::kUnknown || facts.destination != MemoryKind::kUnknown;
  return fmt::format(
      "Memcpy{}{}", text_of(facts.kind),
      known ? fmt::format(" ({} -> {})", text_of(facts.source), text_of(facts.destination)) : "");
}

std::int64_t bytes_in(const Scan& row, int column) {
  const std::int64_t bytes = row.integer(column);
  return row.missing(column) || bytes < 0 ? -1 : bytes;
}

void read_copies(Import& import) {
  enum { kBytes = kFirstOwn, kKind, kSource, kDestination };
  const Enumeration<CopyKind> kinds(import, "ENUM_CUDA_MEMCPY_OPER", kCopyNames, copy_kind_named);
  const Enumeration<MemoryKind> memories(import, "ENUM_CUDA_MEM_KIND", kMemoryNames,
                                         memory_kind_named);
  Scan rows = import.database.scan("CUPTI_ACTIVITY_KIND_MEMCPY",
                                   {"start", "end", "deviceId", "streamId", "correlationId",
                                    "globalPid", "contextId", "bytes", "copyKind", "srcKind", "dstKind"},
                                   import.losses);
  while (rows.next()) {
    const std::optional<Span> span = import.span_of(rows);
    if (!span) continue;
    const CopyFacts facts{bytes_in(rows, kBytes), kinds.of(rows, kKind), memories.of(rows, kSource),
                          memories.of(rows, kDestination)};
    import.timeline.copies.push_back(facts);
    add_work(import, rows, *span, import.timeline.names.intern(name_of_copy(facts)),
             DeviceWork::kCopy, import.timeline.copies.size() - 1);
  }
  import.timeline.events += rows.rows();
}

void read_sets(Import& import) {
  enum { kBytes = kFirstOwn, kKind };
  const Enumeration<MemoryKind> memories(import, "ENUM_CUDA_MEM_KIND", kMemoryNames,
                                         memory_kind_named);
  Scan rows = import.database.scan(
      "CUPTI_ACTIVITY_KIND_MEMSET",
      {"start", "end", "deviceId", "streamId", "correlationId", "globalPid", "contextId", "bytes",
       "memKind"},
      import.losses);
  while (rows.next()) {
    const std::optional<Span> span = import.span_of(rows);
    if (!span) continue;
    const CopyFacts facts{bytes_in(rows, kBytes), CopyKind::kUnknown, MemoryKind::kUnknown,
                          memories.of(rows, kKind)};
    import.timeline.copies.push_back(facts);
    const std::string name = fmt::format("Memset ({})", text_of(facts.destination));
    add_work(import, rows, *span, import.timeline.names.intern(name), DeviceWork::kSet,
             import.timeline.copies.size() - 1);
  }
  import.timeline.events += rows.rows();
}

// ---- graphs traced whole

void read_graphs(Import& import) {
  enum { kGraph = kFirstOwn };
  Scan rows = import.database.scan(
      "CUPTI_ACTIVITY_KIND_GRAPH_TRACE",
      {"start", "end", "deviceId", "streamId", "correlationId", "globalPid", "contextId",
       "graphId"},
      import.losses);
  while (rows.next()) {
    const std::optional<Span> span = import.span_of(rows);
    if (!span) continue;
    KernelFacts facts;
    facts.from_graph = true;
    import.timeline.kernels.push_back(facts);
    const std::string name = fmt::format("CUDA graph {}", rows.integer(kGraph));
    add_work(import, rows, *span, import.timeline.names.intern(name), DeviceWork::kKernel,
             import.timeline.kernels.size() - 1);
  }
  import.timeline.events += rows.rows();
  if (rows.rows() > 0) {
    import.timeline.notes.push_back(fmt::format(
        "{} CUDA graphs were traced whole: each counts as busy from its begin to its end, and the "
        "kernels and gaps inside are not in the file (--cuda-graph-trace=node records them)",
        rows.rows()));
  }
}

// ---- waits

using EventRecords = std::map<std::pair<std::int64_t, std::int64_t>, LinkKey>;

// Which call recorded an event, by process and the number that waits name it by.
EventRecords read_event_records(Import& import) {
  enum { kProcessId, kCorrelationId, kSyncId };
  EventRecords records;
  Scan rows = import.database.scan("CUPTI_ACTIVITY_KIND_CUDA_EVENT",
                                   {"globalPid", "correlationId", "eventSyncId"}, import.losses);
  while (rows.next()) {
    records[{process_of(rows.integer(kProcessId)), rows.integer(kSyncId)}] =
        import.key_of(rows, kProcessId, kCorrelationId);
  }
  import.timeline.events += rows.rows();
  return records;
}

std::string_view text_of_wait(std::int64_t type) {
  constexpr std::string_view kTexts[] = {"Synchronize", "Event Sync", "Stream Wait Event",
                                         "Stream Sync", "Context Sync"};
  return kTexts[type >= 1 && type <= 4 ? static_cast<std::size_t>(type) : 0];
}

void read_waits(Import& import) {
  enum { kType = kFirstOwn, kEvent };
  const EventRecords records = read_event_records(import);
  Scan rows = import.database.scan("CUPTI_ACTIVITY_KIND_SYNCHRONIZATION",
                                   {"start", "end", "deviceId", "streamId", "correlationId",
                                    "globalPid", "contextId", "syncType", "eventSyncId"},
                                   import.losses);
  while (rows.next()) {
    const std::optional<Span> span = import.span_of(rows);
    if (!span) continue;
    DeviceWait wait{.begin_ns = span->begin_ns, .end_ns = span->end_ns};
    wait.name = import.timeline.names.intern(text_of_wait(rows.integer(kType)));
    wait.link = import.key_of(rows, kProcess, kCorrelation);
    const std::optional<std::int64_t> stream = rows.number(kStream);
    if (stream && *stream >= 0 && *stream != kNoStream) wait.lane = lane_of_wait(import, rows);
    const std::int64_t event = rows.integer(kEvent);
    const auto record = records.find({process_of(rows.integer(kProcess)), event});
    if (event != kNoEvent && record != records.end()) wait.recorded_by = record->second;
    import.timeline.waits.push_back(wait);
  }
  import.timeline.events += rows.rows();
}

}  // namespace

void read_device_work(Import& import) {
  read_kernels(import);
  read_copies(import);
  read_sets(import);
  read_graphs(import);
  read_waits(import);
  if (import.timeline.device.size() == 0) {
    import.timeline.notes.emplace_back("no GPU activity recorded");
  }
}

}  // namespace lynxbench::trace::nsys
