// A trace in our own format: shapes, sizes and times since the first request; nothing else can be in
// it, because nothing else is in a TracedRequest. docs/formats/workload-trace.md.
//
//   out << trace::head_line(reader->shape());
//   while (std::optional<TracedRequest> request = reader->next()) out << trace::line_of(*request);
#pragma once

#include <string>

#include "workload/trace/request_reader.h"

namespace lynxbench::workload::trace {

// Each with its line end.
[[nodiscard]] std::string head_line(const Shape& shape);
[[nodiscard]] std::string line_of(const TracedRequest& request);

}  // namespace lynxbench::workload::trace
