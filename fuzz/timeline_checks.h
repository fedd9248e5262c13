// Any bytes through a reader, with what must hold of the timeline (trace/timeline_check.h).
#pragma once

#include <memory>
#include <string_view>

#include "trace/byte_source.h"
#include "trace/link.h"
#include "trace/reader.h"
#include "trace/timeline_check.h"

namespace lynxbench {

// Reads `text` with `reader` whether or not it recognises it, and checks what came of it.
inline Result<Timeline> read_and_check(const trace::Reader& reader, std::string_view text,
                                       const trace::ReadOptions& options = {}) {
  (void)reader.recognises(text);
  const std::unique_ptr<trace::ByteSource> source = TRY(trace::open_bytes(text, "fuzz"));
  Timeline timeline = TRY(reader.read(*source, options));
  trace::check_tables(timeline);
  trace::link(timeline);
  trace::check_timeline(timeline);
  return timeline;
}

}  // namespace lynxbench
