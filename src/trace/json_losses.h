// How the reading of a JSON text ended, as a loss where it did not end well.
//
//   count_ending(json, losses, Unclosed::kAllowed);    // "the text is cut", "no JSON from here on"
#pragma once

#include "trace/json_stream.h"
#include "trace/loss_count.h"

namespace lynxbench::trace {

// Whether a format may leave its array without a closing bracket: then that is a notice only, as long
// as the last element is whole.
enum class Unclosed { kAllowed, kDamage };

// After the last call of `json`: what it has read and not used is taken from it.
void count_ending(JsonStream& json, LossCount& losses, Unclosed unclosed);

}  // namespace lynxbench::trace
