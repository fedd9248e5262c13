#include "report/roofline_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/units.h"
#include "report/load_plot.h"
#include "report/time_colours.h"

namespace lynxbench::report {
namespace {

constexpr double kWidth = 720, kHeight = 340, kLeft = 92, kRight = 24, kTop = 16, kBottom = 44;

struct Dot {
  double intensity;  // operations per byte
  double speed;      // operations per second
  const RooflinePoint* point;
};

std::vector<Dot> dots_of(const DeviceRoofline& roofline) {
  std::vector<Dot> dots;
  for (const RooflinePoint& one : roofline.points) {
    if (one.flops <= 0 || one.bytes <= 0 || one.work_ns <= 0) continue;
    dots.push_back({one.flops / one.bytes, one.flops * 1e9 / static_cast<double>(one.work_ns), &one});
  }
  return dots;
}

std::string speed_text(double per_s) {
  if (per_s >= 1e12) return number_text(per_s / 1e12) + " TFLOP/s";
  if (per_s >= 1e9) return number_text(per_s / 1e9) + " GFLOP/s";
  return number_text(per_s / 1e6) + " MFLOP/s";
}

// Of the precisions that some operator is held against.
std::vector<std::pair<std::string, double>> ceilings_of(const DeviceRoofline& roofline) {
  std::vector<std::pair<std::string, double>> used;
  for (const auto& ceiling : roofline.flops_per_s) {
    const bool is_used = std::any_of(roofline.points.begin(), roofline.points.end(),
                                     [&](const RooflinePoint& one) { return one.precision == ceiling.first; });
    if (is_used) used.push_back(ceiling);
  }
  return used.empty() ? roofline.flops_per_s : used;
}

// Decades that hold everything.
struct Decades {
  int low = 0;
  int high = 1;
  void hold(double value) {
    const double at = std::log10(value);
    low = std::min(low, static_cast<int>(std::floor(at)));
    high = std::max(high, static_cast<int>(std::ceil(at)));
  }
};

class RooflineSvg {
 public:
  RooflineSvg(const DeviceRoofline& roofline, std::vector<Dot> dots)
      : roofline_(roofline), ceilings_(ceilings_of(roofline)), dots_(std::move(dots)) {
    x_.low = x_.high = static_cast<int>(std::floor(std::log10(dots_[0].intensity)));
    y_.low = y_.high = static_cast<int>(std::floor(std::log10(dots_[0].speed)));
    for (const Dot& dot : dots_) {
      x_.hold(dot.intensity);
      y_.hold(dot.speed);
    }
    for (const auto& [precision, per_s] : ceilings_) {
      y_.hold(per_s);
      if (roofline_.bytes_per_s) x_.hold(per_s / *roofline_.bytes_per_s);
    }
    x_.high = std::max(x_.high, x_.low + 1);
    y_.high = std::max(y_.high, y_.low + 1);
  }

  std::string text() {
    out_ = fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"roofline\">", kWidth,
                       kHeight);
    add_grid();
    add_ceilings();
    for (const Dot& dot : dots_) add(dot);
    return out_ + "</svg>";
  }

 private:
  [[nodiscard]] double x(double intensity) const {
    return kLeft + (std::log10(intensity) - x_.low) / (x_.high - x_.low) * (kWidth - kLeft - kRight);
  }
  [[nodiscard]] double y(double speed) const {
    return kHeight - kBottom -
           (std::log10(speed) - y_.low) / (y_.high - y_.low) * (kHeight - kTop - kBottom);
  }

  void add_grid() {
    for (int decade = x_.low; decade <= x_.high; ++decade) {
      const double at = x(std::pow(10, decade));
      out_ += fmt::format("<line class=\"grid\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\"/>"
                          "<text x=\"{0:.1f}\" y=\"{3}\" text-anchor=\"middle\">{4}</text>",
                          at, kTop, kHeight - kBottom, kHeight - kBottom + 16,
                          number_text(std::pow(10, decade)));
    }
    for (int decade = y_.low; decade <= y_.high; ++decade) {
      const double at = y(std::pow(10, decade));
      out_ += fmt::format("<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>"
                          "<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>",
                          kLeft, kWidth - kRight, at, at, kLeft - 8, at + 4,
                          speed_text(std::pow(10, decade)));
    }
    out_ += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">operations per byte</text>",
                        kWidth - kRight, kHeight - 6);
  }

  // The memory's slope up to each precision's ceiling, and the ceiling from there.
  void add_ceilings() {
    const double left = std::pow(10, x_.low), right = std::pow(10, x_.high);
    double top_ridge = 0;
    for (const auto& [precision, per_s] : ceilings_) {
      const double ridge = roofline_.bytes_per_s ? per_s / *roofline_.bytes_per_s : left;
      top_ridge = std::max(top_ridge, ridge);
      const double from = std::clamp(ridge, left, right);
      out_ += fmt::format("<line class=\"roof\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>"
                          "<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{} {}</text>",
                          x(from), x(right), y(per_s), y(per_s), kWidth - kRight - 4, y(per_s) - 4,
                          escaped(precision), escaped(speed_text(per_s)));
    }
    if (!roofline_.bytes_per_s) return;
    const double slope = *roofline_.bytes_per_s;
    const double end = top_ridge == 0 ? std::pow(10, y_.high) / slope : top_ridge;
    const double begin = std::max(left, std::pow(10, y_.low) / slope);
    if (begin >= end) return;
    out_ += fmt::format("<line class=\"roof\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>",
                        x(begin), x(end), y(begin * slope), y(end * slope));
  }

  void add(const Dot& dot) {
    const std::int64_t most = roofline_.points.front().work_ns;
    const double share = static_cast<double>(dot.point->work_ns) / static_cast<double>(std::max<std::int64_t>(1, most));
    const DeviceTime time = dot.point->bound == "compute"  ? DeviceTime::kComputeBound
                            : dot.point->bound == "memory" ? DeviceTime::kMemoryBound
                                                           : DeviceTime::kComputeUnknown;
    out_ += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" style=\"fill:var({})\">"
                        "<title>{} {}: {}, {}</title></circle>",
                        x(dot.intensity), y(dot.speed), 3 + 9 * std::sqrt(share), colour_name(time),
                        escaped(dot.point->op), escaped(dot.point->shapes),
                        escaped(duration_text(static_cast<double>(dot.point->work_ns))),
                        escaped(speed_text(dot.speed)));
  }

  const DeviceRoofline& roofline_;
  std::vector<std::pair<std::string, double>> ceilings_;
  std::vector<Dot> dots_;
  Decades x_;
  Decades y_;
  std::string out_;
};

}  // namespace

std::string svg_of(const DeviceRoofline& roofline) {
  std::vector<Dot> dots = dots_of(roofline);
  return dots.empty() ? "" : RooflineSvg(roofline, std::move(dots)).text();
}

}  // namespace lynxbench::report
