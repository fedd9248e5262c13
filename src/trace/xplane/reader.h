// Reads what the profilers of JAX, TensorFlow and XLA write: an XSpace protobuf (*.xplane.pb) ->
// Timeline: kernels and copies of the GPUs' streams, ops of TPUs, calls and Python of the host.
// docs/formats/xplane.md.
//
// The file is read plane by plane and never held whole. Host names are not read.
#pragma once

#include "trace/reader.h"

namespace lynxbench::trace::xplane {

[[nodiscard]] Reader reader();

// The error of a file whose bytes were taken for text, which nothing can restore.
[[nodiscard]] Status refusal(ByteSource& source);

}  // namespace lynxbench::trace::xplane
