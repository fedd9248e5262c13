#include "attribution/kernel/roofline_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

namespace lynxbench::attribution {
namespace {

constexpr std::size_t kPointsShown = 100;
constexpr std::size_t kReasonsShown = 50;

struct Position {
  KernelBound bound = KernelBound::kUnknown;
  double least_ns = 0;  // at the ceilings
  std::string why;      // unknown
};

std::string precision_text(const std::optional<Precision>& precision) {
  return precision ? std::string(name_of(*precision)) : "arithmetic of its type";
}

Position position_of(const PricedWork& work, const DeviceCeilings& ceilings) {
  if (!ceilings.bytes_per_s) return {.why = "no ceiling of memory traffic is known"};
  const double memory_ns = work.bytes / *ceilings.bytes_per_s * 1e9;
  if (work.flops == 0) return {KernelBound::kMemory, memory_ns, ""};
  const auto ceiling = work.precision ? ceilings.flops_per_s.find(*work.precision)
                                      : ceilings.flops_per_s.end();
  if (ceiling == ceilings.flops_per_s.end()) {
    return {.why = fmt::format("no ceiling of {} is known", precision_text(work.precision))};
  }
  const double compute_ns = work.flops / ceiling->second * 1e9;
  return {compute_ns >= memory_ns ? KernelBound::kCompute : KernelBound::kMemory,
          std::max(compute_ns, memory_ns), ""};
}

std::string_view bound_text(KernelBound bound) {
  switch (bound) {
    case KernelBound::kCompute: return "compute";
    case KernelBound::kMemory: return "memory";
    case KernelBound::kUnknown: break;
  }
  return "unknown";
}

// "[[8, 4], [4, 2], [], []]" as "[8,4] [4,2]": arguments that are no tensors are left out.
std::string compact_shapes(std::string_view json) {
  std::string text;
  for (char c : json) {
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
    if (c == '[' && !text.empty() && text.back() == ',') text.back() = ' ';
    text.push_back(c);
  }
  if (text.size() >= 2) text = text.substr(1, text.size() - 2);
  for (std::size_t at = text.find("[]"); at != std::string::npos; at = text.find("[]", at)) {
    text.erase(at, text.substr(at).starts_with("[] ") ? 3 : 2);
  }
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

void cut_points(DeviceRoofline& roofline) {
  std::vector<RooflinePoint>& points = roofline.points;
  std::sort(points.begin(), points.end(), [](const RooflinePoint& a, const RooflinePoint& b) {
    return std::tie(b.work_ns, a.op, a.shapes) < std::tie(a.work_ns, b.op, b.shapes);
  });
  for (std::size_t i = kPointsShown; i < points.size(); ++i) {
    ++roofline.points_left_out;
    roofline.points_left_out_ns += points[i].work_ns;
  }
  if (points.size() > kPointsShown) points.resize(kPointsShown);
}

// What is cut stays in the sum, as one row.
void cut_reasons(std::vector<UnknownBound>& reasons) {
  std::sort(reasons.begin(), reasons.end(), [](const UnknownBound& a, const UnknownBound& b) {
    return std::tie(b.ns, a.why) < std::tie(a.ns, b.why);
  });
  if (reasons.size() <= kReasonsShown) return;
  UnknownBound rest{fmt::format("{} more reasons", reasons.size() - kReasonsShown), 0, 0};
  for (std::size_t i = kReasonsShown; i < reasons.size(); ++i) {
    rest.count += reasons[i].count;
    rest.ns += reasons[i].ns;
  }
  reasons.resize(kReasonsShown);
  reasons.push_back(std::move(rest));
}

}  // namespace

RooflineTable::RooflineTable(std::optional<DeviceCeilings> ceilings, std::string missing)
    : ceilings_(std::move(ceilings)) {
  roofline_.missing = std::move(missing);
  if (!ceilings_) return;
  roofline_.ceiling_source = ceilings_->source;
  roofline_.bytes_per_s = ceilings_->bytes_per_s;
  roofline_.link_bytes_per_s = ceilings_->link_bytes_per_s;
  for (const auto& [precision, flops] : ceilings_->flops_per_s) {
    roofline_.flops_per_s.emplace_back(name_of(precision), flops);
  }
}

KernelBound RooflineTable::add(const PointKey& key, const PricedWork& work) {
  const Position position =
      ceilings_ ? position_of(work, *ceilings_) : Position{.why = roofline_.missing};
  RooflinePoint& point = points_[key];
  point.bound = bound_text(position.bound);
  point.precision = work.precision ? name_of(*work.precision) : "";
  ++point.count;
  point.work_ns += work.ns;
  point.flops += work.flops;
  point.bytes += work.bytes;
  point.least_ns += position.least_ns;
  switch (position.bound) {
    case KernelBound::kCompute: roofline_.compute_bound_ns += work.ns; break;
    case KernelBound::kMemory: roofline_.memory_bound_ns += work.ns; break;
    case KernelBound::kUnknown: add_unknown(position.why, 1, work.ns); break;
  }
  return position.bound;
}

void RooflineTable::add_unknown(const std::string& why, std::uint64_t count, std::int64_t ns) {
  UnknownBound& reason = unknown_[why];
  reason.count += count;
  reason.ns += ns;
  roofline_.unknown_ns += ns;
}

DeviceRoofline RooflineTable::finish(const StringPool& names) && {
  for (auto& [key, point] : points_) {
    point.op = names[key.op];
    point.shapes = compact_shapes(names[key.shapes]);
    roofline_.points.push_back(std::move(point));
  }
  cut_points(roofline_);
  for (auto& [why, reason] : unknown_) {
    if (reason.ns == 0) continue;  // all its time is others' own
    reason.why = why;
    roofline_.unknown.push_back(std::move(reason));
  }
  cut_reasons(roofline_.unknown);
  return std::move(roofline_);
}

}  // namespace lynxbench::attribution
