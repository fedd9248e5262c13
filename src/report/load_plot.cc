#include "report/load_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/text_layout.h"
#include "report/words.h"

namespace lynxbench::report {
namespace {

constexpr double kWidth = 720, kHeight = 260, kLeft = 72, kRight = 32, kTop = 14, kBottom = 40;

struct Range {
  double low = 0;
  double high = 1;
};

// Of all lines and the limit; from 0 on a linear axis.
Range y_range(const Plot& plot) {
  Range range{1e300, -1e300};
  for (const PlotLine& line : plot.lines) {
    for (const auto& [x, y] : line.points) {
      if (plot.log_y && y <= 0) continue;
      range.low = std::min(range.low, y);
      range.high = std::max(range.high, y);
    }
  }
  if (range.high < range.low) return {0, 0};
  if (plot.limit && plot.limit->first < range.high * 20) range.high = std::max(range.high, plot.limit->first);
  if (!plot.log_y) return {0, range.high > 0 ? range.high * 1.05 : 1};
  if (plot.limit) range.low = std::min(range.low, plot.limit->first);
  return {range.low / 1.15, range.high * 1.15};
}

class Axes {
 public:
  Axes(const Plot& plot, const Range& y) : plot_(plot), y_(y) {}
  [[nodiscard]] double x(double value) const {
    double ratio = (value - plot_.x_low) / (plot_.x_high - plot_.x_low);
    return kLeft + std::clamp(ratio, 0.0, 1.0) * (kWidth - kLeft - kRight);
  }
  [[nodiscard]] double y(double value) const {
    double ratio = plot_.log_y ? (std::log(std::max(value, y_.low)) - std::log(y_.low)) / (std::log(y_.high) - std::log(y_.low))
                               : (value - y_.low) / (y_.high - y_.low);
    return kHeight - kBottom - std::clamp(ratio, 0.0, 1.0) * (kHeight - kTop - kBottom);
  }
  // About five round values.
  [[nodiscard]] std::vector<double> ticks() const {
    std::vector<double> found;
    if (plot_.log_y) {
      for (double decade = std::pow(10, std::floor(std::log10(y_.low))); decade <= y_.high; decade *= 10) {
        for (double part : {1.0, 2.0, 5.0}) {
          if (decade * part >= y_.low && decade * part <= y_.high) found.push_back(decade * part);
        }
      }
      while (found.size() > 8) {
        std::vector<double> fewer;
        for (std::size_t i = 0; i < found.size(); i += 2) fewer.push_back(found[i]);
        found = fewer;
      }
      return found;
    }
    double step = std::pow(10, std::floor(std::log10(y_.high / 4)));
    for (double part : {2.0, 5.0, 10.0}) {
      if (y_.high / step > 6) step = std::pow(10, std::floor(std::log10(y_.high / 4))) * part;
    }
    for (double at = 0; at <= y_.high; at += step) found.push_back(at);
    return found;
  }

 private:
  const Plot& plot_;
  Range y_;
};

std::string legend(const Plot& plot) {
  std::string out = "<p class=\"legend\">";
  for (const PlotLine& line : plot.lines) {
    if (line.points.empty()) continue;
    out += fmt::format("<span><i style=\"background:var({})\"></i>{}</span> ", line.colour, escaped(line.name));
  }
  return out + "</p>";
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (char c : visible(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string svg_of(const Plot& plot) {
  Range y = y_range(plot);
  if (y.low == y.high || !(plot.x_high > plot.x_low)) return "";
  Axes axes(plot, y);
  std::string out = fmt::format("<figure><figcaption>{}</figcaption>{}<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">",
                                escaped(plot.title), legend(plot), kWidth, kHeight, escaped(plot.title));
  for (double at : axes.ticks()) {
    out += fmt::format("<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/><text x=\"{}\" y=\"{:.1f}\" "
                       "text-anchor=\"end\">{}</text>",
                       kLeft, kWidth - kRight, axes.y(at), axes.y(at), kLeft - 8, axes.y(at) + 4, escaped(quantity(at, plot.y_unit)));
  }
  for (const PlotTick& tick : plot.x_ticks) {
    out += fmt::format("<line class=\"grid\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\"/><text x=\"{0:.1f}\" y=\"{3}\" "
                       "text-anchor=\"middle\">{4}</text>",
                       axes.x(tick.at), kTop, kHeight - kBottom, kHeight - kBottom + 18, escaped(tick.text));
  }
  out += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>", kWidth - kRight, kHeight - 4, escaped(plot.x_title));
  if (plot.limit && plot.limit->first <= y.high) {
    out += fmt::format("<line class=\"limit\" x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/><text class=\"limit\" x=\"{}\" "
                       "y=\"{:.1f}\">{}</text>",
                       kLeft, kWidth - kRight, axes.y(plot.limit->first), axes.y(plot.limit->first), kLeft + 6,
                       axes.y(plot.limit->first) - 5, escaped(plot.limit->second));
  }
  for (const PlotLine& line : plot.lines) {
    if (line.points.empty()) continue;
    out += fmt::format("<polyline style=\"stroke:var({})\" points=\"", line.colour);
    for (const auto& [x, value] : line.points) out += fmt::format("{:.1f},{:.1f} ", axes.x(x), axes.y(value));
    out += "\"/>";
  }
  return out + "</svg></figure>\n";
}

}  // namespace lynxbench::report
