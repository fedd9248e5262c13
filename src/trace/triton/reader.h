// What Triton writes of its requests: trace files (fragments that belong together by their id) ->
// requests with their stages; statistics of its models (GET v2/models/M/stats) -> totals.
//
//   [{"id": 1, "model_name": "resnet", "model_version": 1},
//    {"id": 1, "timestamps": [{"name": "QUEUE_START", "ns": 2356425054791517}]}, ...
//
// Times are of the server's steady clock: no wall clock. docs/formats/triton-trace.md.
#pragma once

#include "trace/reader.h"

namespace lynxbench::trace::triton {

[[nodiscard]] Reader reader();

}  // namespace lynxbench::trace::triton
