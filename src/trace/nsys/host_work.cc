// Calls of the runtime and driver, NVTX ranges, system calls, the profiler's own overhead.
#include <fmt/format.h>

#include <algorithm>

#include "trace/nsys/import.h"
#include "trace/nsys/torch_range.h"

namespace lynxbench::trace::nsys {
namespace {

std::uint32_t add_row(Import& import, const Span& span, NameId name, std::int64_t global_tid,
                      HostWork work) {
  return import.timeline.host.add({.begin_ns = span.begin_ns,
                                   .end_ns = span.end_ns,
                                   .name = name,
                                   .thread = import.thread_row(global_tid),
                                   .work = work});
}

// The rows of a table of calls.
std::uint64_t read_calls_of(Import& import, std::string_view table) {
  enum { kStart, kEnd, kThread, kCorrelation, kName };
  NamesById names(import.strings, import.timeline.names, "call", without_version);
  Scan rows = import.database.scan(table, {"start", "end", "globalTid", "correlationId", "nameId"},
                                   import.losses);
  while (rows.next()) {
    const std::optional<Span> span = import.span_of(rows);
    if (!span) continue;
    const std::uint32_t row =
        add_row(import, *span, names(rows.integer(kName)), rows.integer(kThread), HostWork::kCall);
    import.timeline.calls.add(row, import.key_of(rows, kThread, kCorrelation));
  }
  import.timeline.events += rows.rows();
  return rows.rows();
}

void read_calls(Import& import) {
  const std::uint64_t rows = read_calls_of(import, "CUPTI_ACTIVITY_KIND_RUNTIME") +
                             read_calls_of(import, "CUPTI_ACTIVITY_KIND_DRIVER");
  if (rows == 0) {
    import.timeline.notes.emplace_back(
        "no calls of the CUDA runtime or driver were recorded: what the host did between kernels "
        "is "
        "unknown (--trace=cuda records them)");
  } else if (!import.links_by_process() && import.timeline.device.size() > 0) {
    import.timeline.notes.emplace_back(
        "the export does not say which process launched what: launches are found by correlation id "
        "alone");
  }
}

void read_named(Import& import, std::string_view table, HostWork work, std::string_view what) {
  enum { kStart, kEnd, kThread, kName };
  NamesById names(import.strings, import.timeline.names, what, as_it_is);
  Scan rows = import.database.scan(table, {"start", "end", "globalTid", "nameId"}, import.losses);
  while (rows.next()) {
    const std::optional<Span> span = import.span_of(rows);
    if (span) add_row(import, *span, names(rows.integer(kName)), rows.integer(kThread), work);
  }
  import.timeline.events += rows.rows();
}

// ---- NVTX

enum Nvtx { kStart, kEnd, kType, kText, kTextId, kThread };

// NvtxPushPopRange, NvtxStartEndRange, and the same two of NVTX text files.
bool is_range(std::int64_t type) { return type == 59 || type == 60 || type == 70 || type == 71; }

void add_range(Import& import, const Span& span, std::string_view text, std::int64_t global_tid) {
  StringPool& names = import.timeline.names;
  const std::optional<TorchRange> torch = torch_range(text);
  if (!torch) {
    add_row(import, span, names.intern(text), global_tid, HostWork::kAnnotation);
    return;
  }
  const std::uint32_t row =
      add_row(import, span, names.intern(torch->name), global_tid, HostWork::kOperator);
  if (torch->shapes.empty()) return;
  import.timeline.operators.push_back({.host_row = row, .shapes = names.intern(torch->shapes)});
}

// A range without an end was still open when the capture ended.
std::optional<Span> span_of_range(Import& import, const Scan& row) {
  const std::optional<std::int64_t> begin = import.time_in(row, kStart);
  if (!begin || !row.missing(kEnd)) return import.span_of(row);
  import.losses.add_all(Severity::kNotice,
                        "range that was still open when the capture ended, taken to end there", 1,
                        fmt::format("{}, row {}", row.table(), row.rows()));
  return Span{*begin, std::max(*begin, import.latest_ns())};
}

void read_ranges(Import& import) {
  Scan rows = import.database.scan(
      "NVTX_EVENTS", {"start", "end", "eventType", "text", "textId", "globalTid"}, import.losses);
  std::uint64_t others = 0;
  while (rows.next()) {
    if (!is_range(rows.integer(kType))) {
      ++others;
      continue;
    }
    const std::optional<Span> span = span_of_range(import, rows);
    if (!span) continue;
    if (!rows.missing(kText)) {
      add_range(import, *span, rows.text(kText), rows.integer(kThread));
    } else if (const auto text = import.strings.find(rows.integer(kTextId))) {
      add_range(import, *span, *text, rows.integer(kThread));
    } else {
      import.strings.count_missing(rows.integer(kTextId));
      add_range(import, *span, fmt::format("range {}", rows.integer(kTextId)),
                rows.integer(kThread));
    }
  }
  import.timeline.events += rows.rows();
  import.losses.add_all(Severity::kNotice, "NVTX event that is no range (a mark, a domain's name)",
                        others, "NVTX_EVENTS");
}

void name_threads(Import& import) {
  enum { kNameId, kGlobalTid };
  Scan rows = import.database.scan("ThreadNames", {"nameId", "globalTid"}, import.losses);
  while (rows.next()) {
    const auto thread = import.known_thread(rows.integer(kGlobalTid));
    if (!thread) continue;
    if (const auto name = import.strings.find(rows.integer(kNameId))) {
      import.timeline.threads[*thread].name = import.timeline.names.intern(*name);
    }
  }
}

}  // namespace

void read_host_work(Import& import) {
  read_calls(import);
  read_named(import, "OSRT_API", HostWork::kSystemCall, "system call");
  read_named(import, "PROFILER_OVERHEAD", HostWork::kOverhead, "overhead");
  read_named(import, "CUPTI_ACTIVITY_KIND_OVERHEAD", HostWork::kOverhead, "overhead");
  read_ranges(import);
  name_threads(import);
}

}  // namespace lynxbench::trace::nsys
