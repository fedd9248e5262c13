// Two traces set beside one another, class by class: what took longer or shorter, for each iteration
// where both have the same kind, and what of the hardware differs, in which case no cause in software
// follows from the difference.
//
//   TraceDifference change = difference(before, after);
//   // sum of (after_ns - before_ns) over classes == change.after_ns - change.before_ns, to rounding by
//   // iterations
#pragma once

#include "model/trace_figures.h"

namespace lynxbench::attribution {

// Devices of a file are added up.
[[nodiscard]] TraceDifference difference(const TraceFileFigures& before,
                                         const TraceFileFigures& after);

}  // namespace lynxbench::attribution
