// In which thermal and power regime a device was recorded: a figure of a cold device, or of one whose
// clocks were held back, is another than that of hours of the same load.
//
//   for (const RegimeFigure& one : regimes_of(timeline)) one.regime;   // "equilibrium", one.because
//
// throttled     clocks were held back for power or heat in 5 % of the samples or more
// cold burst    the temperature still rose: the means of the last two stretches differ by more than 0.5 C.
//               A stretch is a quarter of the recording, at most 75 s
// cooling       it fell by as much
// equilibrium   it did neither, over 5 minutes or more. With a time constant of 5 minutes, usual for a
//               device with its heat sink, less than 2.5 C of the rise were left
//               (0.5 / (1 - exp(-75 s / 300 s)))
// idle          it worked less than 5 % of the time (where utilisation is there)
// unknown       anything else, with the reason
//
// From what nvidia-smi and DCGM write: temperatures, reasons or masks of held clocks, violation counters,
// and, beside a power cap, the power drawn and its limit. Threads: no state.
#pragma once

#include <vector>

#include "model/trace.h"
#include "model/trace_figures.h"

namespace lynxbench::attribution {

// A row for each device of which there is a temperature or a reason over time.
[[nodiscard]] std::vector<RegimeFigure> regimes_of(const Timeline& timeline);

}  // namespace lynxbench::attribution
