// Reads Chrome trace JSON: the PyTorch profiler's (Kineto) of every year since 2020, for CUDA, ROCm and
// MTIA, and what Chrome, Perfetto and others write in that format. docs/formats/chrome-trace.md.
#pragma once

#include "trace/reader.h"

namespace lynxbench::trace::chrome {

[[nodiscard]] Reader reader();

}  // namespace lynxbench::trace::chrome
