// Calls of the runtime and driver, NVTX ranges, system calls, the profiler's own overhead.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

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

// The new row of the host's table.
std::uint32_t add_range(Import& import, const Span& span, std::string_view text,
                        std::int64_t global_tid) {
  StringPool& names = import.timeline.names;
  const std::optional<TorchRange> torch = torch_range(text);
  if (!torch) return add_row(import, span, names.intern(text), global_tid, HostWork::kAnnotation);
  const std::uint32_t row =
      add_row(import, span, names.intern(torch->name), global_tid, HostWork::kOperator);
  if (!torch->shapes.empty()) {
    import.timeline.operators.push_back({.host_row = row, .shapes = names.intern(torch->shapes)});
  }
  return row;
}

// By its own text, or by that which it names.
std::uint32_t add_named_range(Import& import, const Span& span, const Scan& row) {
  const std::int64_t thread = row.integer(kThread);
  const std::string_view own_text = row.text(kText);
  if (!own_text.empty() || !row.missing(kText)) return add_range(import, span, own_text, thread);
  const std::int64_t id = row.integer(kTextId);
  if (const auto text = import.strings.find(id)) return add_range(import, span, *text, thread);
  import.strings.count_missing(id);
  return add_range(import, span, fmt::format("range {}", id), thread);
}

// Ranges without an end were still open when the capture ended: with the last event of all.
void close_ranges(Import& import, const std::vector<std::uint32_t>& open) {
  HostTable& host = import.timeline.host;
  for (std::uint32_t row : open) {
    host.end_ns[row] = std::max(host.begin_ns[row], import.latest_ns());
  }
  import.losses.add_all(Severity::kNotice,
                        "range that was still open when the capture ended, taken to end there",
                        open.size(), "NVTX_EVENTS");
}

void read_ranges(Import& import) {
  Scan rows = import.database.scan(
      "NVTX_EVENTS", {"start", "end", "eventType", "text", "textId", "globalTid"}, import.losses);
  std::uint64_t others = 0;
  std::vector<std::uint32_t> open;
  while (rows.next()) {
    if (!is_range(rows.integer(kType))) {
      ++others;
      continue;
    }
    const std::optional<std::int64_t> begin = import.time_in(rows, kStart);
    const bool is_open = begin && rows.integer(kEnd) == 0 && rows.missing(kEnd);
    const std::optional<Span> span = is_open ? Span{*begin, *begin} : import.span_of(rows);
    if (!span) continue;
    const std::uint32_t row = add_named_range(import, *span, rows);
    if (is_open) open.push_back(row);
  }
  close_ranges(import, open);
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
