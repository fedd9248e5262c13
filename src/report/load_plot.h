// Plots as SVG text: lines over a linear or logarithmic axis, with their own scales and names. Inside
// report only.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lynxbench::report {

struct PlotLine {
  std::string name;
  std::string colour;  // a CSS variable's name: "--line0"
  std::vector<std::pair<double, double>> points;  // by x
};

struct PlotTick {
  double at = 0;
  std::string text;
};

struct Plot {
  std::string title;    // also what a screen reader says
  std::string x_title, y_title;
  std::vector<PlotLine> lines;
  std::vector<PlotTick> x_ticks;
  double x_low = 0, x_high = 1;
  bool log_y = false;
  std::string y_unit;   // of the y ticks: "ns", "1/s", "1"
  std::optional<std::pair<double, std::string>> limit;  // a horizontal line with its name
};

// "" without a point. Every text is escaped.
[[nodiscard]] std::string svg_of(const Plot& plot);

// For HTML and SVG; what a terminal would not show is made visible too.
[[nodiscard]] std::string escaped(std::string_view text);

}  // namespace lynxbench::report
