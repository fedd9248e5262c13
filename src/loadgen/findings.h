// What the looks of a search tell beyond pass and fail. Inside loadgen only.
#pragma once

#include "model/figures.h"

namespace lynxbench::loadgen {

// Fills in sustained, peak and findings from the steps and the confirmed rates. A finding begins with
// its name:
//   "not monotone"   a rate passed above one that failed
//   "goodput cliff"  what failed was turned away at once, what was answered stayed within the limit
//   "retry storm"    more was offered, attempts per request grew, and less was completed
//   "collapse"       more was offered and less was completed (attempts unknown or not growing)
//   "no recovery"    a rate passed, and after more load it failed
void describe(Saturation& found);

}  // namespace lynxbench::loadgen
