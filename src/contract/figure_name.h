// Names of figures, as a contract writes them: "capacity", "e2e.p95@half" (model/figures.h).
//
//   std::optional<FigureName> figure = figure_named("e2e.p95@half");
//   figure->metric == "e2e.p95", figure->point == "half", figure->unit == FigureUnit::kLatency
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/metric.h"

namespace lynxbench::contract {

enum class FigureUnit { kRate, kLatency, kRatio, kNumber };

struct FigureName {
  std::string metric;  // "capacity", "e2e.p95"
  std::string point;   // "" for figures of the run as a whole
  FigureUnit unit = FigureUnit::kNumber;
  Needs needs = Needs::kNothing;  // of the target
};

// Nothing when `id` is no figure. Whether the point exists is not looked at.
[[nodiscard]] std::optional<FigureName> figure_named(std::string_view id);

// Why `id` is no figure and what would be one, for a contract with these points.
struct NoFigure {
  std::string what;
  std::string allowed;
};
[[nodiscard]] NoFigure why_no_figure(std::string_view id, std::span<const std::string> points);

// "a rate", "a latency", "a ratio", "a plain number".
[[nodiscard]] std::string_view kind_of(FigureUnit unit);
// How its values are written: "a number and /s, /min or /h, such as 20/s".
[[nodiscard]] std::string_view spelling_of(FigureUnit unit);

}  // namespace lynxbench::contract
