// What holds of every Timeline that a reader gave, whatever the file was: fuzz targets hold it against
// arbitrary bytes. All abort, by CHECK, where something does not hold.
//
//   check_tables(timeline);     // as the reader gave it
//   link(timeline);
//   check_timeline(timeline);   // the same, and the order and the links
#pragma once

#include <cstdint>

#include "base/result.h"
#include "model/trace.h"

namespace lynxbench::trace {

inline void check_device_rows(const Timeline& timeline) {
  const DeviceTable& device = timeline.device;
  for (std::size_t row = 0; row < device.size(); ++row) {
    CHECK(device.begin_ns[row] <= device.end_ns[row]);
    CHECK(device.name[row] < timeline.names.size());
    CHECK(device.lane[row] < timeline.lanes.size());
    const std::uint32_t facts = device.facts[row];
    const bool is_kernel = device.work[row] == DeviceWork::kKernel;
    CHECK(facts == kNoRow || facts < (is_kernel ? timeline.kernels.size() : timeline.copies.size()));
  }
}

inline void check_host_rows(const Timeline& timeline) {
  const HostTable& host = timeline.host;
  for (std::size_t row = 0; row < host.size(); ++row) {
    CHECK(host.begin_ns[row] <= host.end_ns[row]);
    CHECK(host.name[row] < timeline.names.size());
    CHECK(host.thread[row] < timeline.threads.size());
  }
  for (std::size_t row = 0; row < timeline.calls.size(); ++row) {
    CHECK(host.work[timeline.calls.host_row[row]] == HostWork::kCall);
  }
  for (std::size_t row = 0; row < timeline.operators.size(); ++row) {
    const OperatorFacts& facts = timeline.operators[row];
    CHECK(host.work[facts.host_row] == HostWork::kOperator);
    CHECK(facts.node == kNoRow || facts.node < timeline.nodes.size());
  }
}

// Stages are disjoint and inside their request.
inline void check_requests(const Timeline& timeline) {
  for (const TracedRequest& request : timeline.requests) {
    CHECK(request.parent == kNoRow || request.parent < timeline.requests.size());
    if (!request.begin_ns || !request.end_ns) continue;
    CHECK(*request.end_ns >= *request.begin_ns);
    std::int64_t sum = 0;
    for (const auto& [stage, length_ns] : request.stages) {
      CHECK(length_ns >= 0);
      CHECK(!__builtin_add_overflow(sum, length_ns, &sum));
    }
    std::int64_t length = 0;
    if (!__builtin_sub_overflow(*request.end_ns, *request.begin_ns, &length)) CHECK(sum <= length);
  }
}

inline void check_tables(const Timeline& timeline) {
  check_device_rows(timeline);
  check_host_rows(timeline);
  check_requests(timeline);
  for (const TraceSpan& span : timeline.spans) {
    CHECK(span.end_ns >= span.begin_ns);
    CHECK(span.parent == kNoRow || span.parent < timeline.spans.size());
    CHECK(span.request == kNoRow || span.request < timeline.requests.size());
  }
  for (const DeviceWait& wait : timeline.waits) {
    CHECK(wait.begin_ns <= wait.end_ns && wait.name < timeline.names.size());
    CHECK(wait.lane == kNoRow || wait.lane < timeline.lanes.size());
  }
  for (const TraceSeries& series : timeline.series) {
    CHECK(series.at_ns.size() == series.value.size());
  }
  for (const TraceTotal& total : timeline.totals) CHECK(total.total_ns >= 0);
  for (const Loss& loss : timeline.losses) CHECK(loss.count > 0 && !loss.what.empty());
}

// After link().
inline void check_timeline(const Timeline& timeline) {
  check_tables(timeline);
  const DeviceTable& device = timeline.device;
  for (std::size_t row = 0; row < device.size(); ++row) {
    CHECK(row == 0 || device.begin_ns[row - 1] <= device.begin_ns[row]);
    const std::uint32_t call = device.call[row];
    CHECK(call == kNoRow || timeline.calls.link[call] == device.link[row]);
  }
}

}  // namespace lynxbench::trace
