// A device's time piece by piece: what its budget (model/trace_figures.h) is the sum of.
//
//   for (const BudgetPiece& piece : device.pieces) sums[piece.time] += piece.end_ns - piece.begin_ns;
//
// Pieces are in order of time and leave no gap from the window's begin to its end; times are those of
// the timeline, names are numbers of its pool.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/string_pool.h"
#include "model/trace_figures.h"

namespace lynxbench {

struct BudgetPiece {
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
  DeviceTime time = DeviceTime::kComputeUnknown;
  NameId culprit = 0;            // what the host was in while the device waited for it
  std::uint32_t thread = kNoRow;  // that was in it, row of Timeline::threads; kNoRow: no culprit
};

struct DevicePieces {
  std::int64_t device = 0;
  std::string name;  // "" when the file has none
  std::vector<BudgetPiece> pieces;
};

}  // namespace lynxbench
