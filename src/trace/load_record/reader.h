// Reads the requests that `lynxbench load --record` wrote -> Timeline::requests: from sent to done, on the
// wall clock, so that a device's idle time without any request can be told. docs/formats/load-record.md.
#pragma once

#include "trace/reader.h"

namespace lynxbench::trace::load_record {

[[nodiscard]] Reader reader();

}  // namespace lynxbench::trace::load_record
