// The spans of OTLP documents in a source, one after another, however they are wrapped.
//
//   each_span(source, [&](std::string_view span, std::string_view service, std::size_t byte) {...},
//             losses);
//
// Damage costs the span in which it lies; with one document to a line, the rest of that line.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "trace/byte_source.h"
#include "trace/loss_count.h"

namespace lynxbench::trace::otlp {

// `text` is the span's JSON; `service` the name in its resource, "" when it has none; `byte` where
// the document's part with the span begins.
using TakeSpan =
    std::function<void(std::string_view text, std::string_view service, std::size_t byte)>;

// Calls `take` for each span; returns how many bytes there were.
std::size_t each_span(ByteSource& source, const TakeSpan& take, LossCount& losses);

}  // namespace lynxbench::trace::otlp
