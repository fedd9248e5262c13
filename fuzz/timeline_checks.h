// What holds of every timeline that a reader gives, whatever the bytes were.
#pragma once

#include <cstdint>
#include <string_view>

#include "trace/byte_source.h"
#include "trace/link.h"
#include "trace/reader.h"

namespace lynxbench {

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
  for (std::size_t i = 0; i < timeline.device.size(); ++i) {
    CHECK(timeline.device.end_ns[i] >= timeline.device.begin_ns[i]);
    CHECK(timeline.device.lane[i] < timeline.lanes.size());
    CHECK(timeline.device.name[i] < timeline.names.size());
  }
  for (std::size_t i = 0; i < timeline.host.size(); ++i) {
    CHECK(timeline.host.end_ns[i] >= timeline.host.begin_ns[i]);
    CHECK(timeline.host.thread[i] < timeline.threads.size());
  }
  for (const TraceSpan& span : timeline.spans) {
    CHECK(span.end_ns >= span.begin_ns);
    CHECK(span.parent == kNoRow || span.parent < timeline.spans.size());
    CHECK(span.request == kNoRow || span.request < timeline.requests.size());
  }
  for (const TraceSeries& series : timeline.series) {
    CHECK(series.at_ns.size() == series.value.size());
  }
  for (const TraceTotal& total : timeline.totals) CHECK(total.total_ns >= 0);
  for (const Loss& loss : timeline.losses) CHECK(loss.count > 0 && !loss.what.empty());
}

// Reads `text` with `reader` whether or not it recognises it, and checks what came of it.
inline Result<Timeline> read_and_check(const trace::Reader& reader, std::string_view text,
                                       const trace::ReadOptions& options = {}) {
  (void)reader.recognises(text);
  const std::unique_ptr<trace::ByteSource> source = TRY(trace::open_bytes(text, "fuzz"));
  Timeline timeline = TRY(reader.read(*source, options));
  check_tables(timeline);
  check_requests(timeline);
  trace::link(timeline);
  check_tables(timeline);
  return timeline;
}

}  // namespace lynxbench
