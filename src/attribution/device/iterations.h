// The steps of a trace: ranges that the framework, the server or the program marked again and again
// ("ProfilerStep#12", "step 12", "execute_context_3(96)..."), and the device work launched in each.
#pragma once

#include <optional>

#include "model/trace.h"
#include "model/trace_figures.h"

namespace lynxbench::attribution {

// Of all ranges whose names differ in numbers only, that do not overlap, come at least three times and
// have a name that means a step, those that cover most time; ProfilerStep# before all others. Nothing
// when there are none.
[[nodiscard]] std::optional<IterationFigures> iterations(const Timeline& timeline);

}  // namespace lynxbench::attribution
