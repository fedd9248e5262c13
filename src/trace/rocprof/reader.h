// Reads what `rocprofv3 --output-format json` writes -> Timeline: kernel dispatches, memory copies,
// calls of HIP, HSA and RCCL, ROCTx ranges. docs/formats/rocprof.md.
//
// Arrays are read element by element, so memory is that of the Timeline. Command lines, paths and
// host names, which the file has too, are passed over.
#pragma once

#include "trace/reader.h"

namespace lynxbench::trace::rocprof {

[[nodiscard]] Reader reader();

}  // namespace lynxbench::trace::rocprof
