// An ONNX Runtime profile as a Timeline: for a profile that a user brings, where read() (reader.h) gives
// a run's own as operators with their own times.
//
//   Session events (model_run, SequentialExecutor::Execute) -> host rows, annotations
//   Node events that end in _kernel_time                    -> host rows, operators with their shapes
//   Api events                                              -> host rows, calls
//   Kernel events of builds with a GPU provider             -> device rows of device 0
//
// Times are since the profiler's start; no wall clock. docs/formats/ort-profile.md.
#pragma once

#include <string>

#include "trace/byte_source.h"
#include "trace/loss_count.h"
#include "trace/reader.h"

namespace lynxbench::trace::ort {

// Takes an empty file for its own too, so that it can say why ONNX Runtime leaves one.
[[nodiscard]] Reader reader();

// All of the source, up to 2 GiB; what is beyond is counted.
[[nodiscard]] std::string whole_text(ByteSource& source, LossCount& losses);

}  // namespace lynxbench::trace::ort
