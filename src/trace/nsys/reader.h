// Reads what `nsys export -t sqlite` writes -> Timeline: kernels, copies and sets, runtime and
// driver calls, NVTX ranges, system calls, waits, sampled metrics. Tables and columns are taken as
// they are there, never by version. docs/formats/nsys-sqlite.md.
//
// Nothing is read of META_DATA_CAPTURE and TARGET_INFO_SYSTEM_ENV, which hold environments and
// command lines, nor any string that no event names.
#pragma once

#include "trace/reader.h"

namespace lynxbench::trace::nsys {

[[nodiscard]] Reader reader();

}  // namespace lynxbench::trace::nsys
