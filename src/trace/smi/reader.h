// What nvidia-smi prints while it watches: `--query-gpu=... --format=csv` and `dmon` -> a series for
// each column and GPU.
//
//   timestamp, index, clocks.current.sm [MHz], clocks_event_reasons.active
//   2024/06/01 11:27:05.177, 0, 1410 MHz, 0x0000000000000004
//
// Times are local and name no zone: differences are exact, the moment is not known. A table without a
// header needs ReadOptions::columns. docs/formats/nvidia-smi.md.
#pragma once

#include "trace/reader.h"

namespace lynxbench::trace::smi {

[[nodiscard]] Reader reader();

}  // namespace lynxbench::trace::smi
