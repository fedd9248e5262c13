// What TensorRT's trtexec exports: `--exportTimes` (a record for each inference) -> a host call
// "enqueue" and the device work "H2D", "inference", "D2H" that it started; `--exportProfile` (a record
// for each layer) -> totals.
//
//   [ { "startEnqMs" : 2.67333, "endEnqMs" : 2.70722, ..., "computeMs" : 0.873472, ... } , ... ]
//
// Milliseconds since the run's start, with six significant digits; no wall clock. Records of the
// warm-up are in the file. docs/formats/trtexec.md.
#pragma once

#include "trace/reader.h"

namespace lynxbench::trace::trtexec {

[[nodiscard]] Reader reader();

}  // namespace lynxbench::trace::trtexec
