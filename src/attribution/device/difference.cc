#include "attribution/device/difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

namespace lynxbench::attribution {
namespace {

constexpr std::size_t kNamesShown = 50;

struct Sums {
  std::int64_t whole_ns = 0;
  std::map<DeviceTime, std::int64_t> classes;
  std::map<std::string, std::pair<std::uint64_t, std::int64_t>> names;
};

Sums sums_of(const TraceFileFigures& file) {
  Sums sums;
  for (const DeviceFigures& device : file.devices) {
    sums.whole_ns += device.span.whole_ns;
    for (const DeviceTimePart& part : device.span.parts) sums.classes[part.time] += part.ns;
    for (const NameFigure& one : device.top) {
      auto& [count, ns] = sums.names[one.name];
      count += one.count;
      ns += one.sum_ns;
    }
  }
  return sums;
}

std::string devices_text(const TraceFileFigures& file) {
  std::multiset<std::string> names;
  for (const DeviceFigures& device : file.devices) {
    names.insert(device.name.empty() ? "a device without a name" : device.name);
  }
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "no device" : text;
}

// Divides by the iterations; whole nanoseconds.
std::int64_t each(std::int64_t ns, double per) {
  return static_cast<std::int64_t>(std::llround(static_cast<double>(ns) / per));
}

std::int64_t change(std::int64_t before, std::int64_t after) { return std::abs(after - before); }

void add_classes(const Sums& before, const Sums& after, TraceDifference& result) {
  for (std::size_t i = 0; i < kDeviceTimeCount; ++i) {
    const auto time = static_cast<DeviceTime>(i);
    const auto of = [&](const Sums& sums) {
      const auto found = sums.classes.find(time);
      return found == sums.classes.end() ? std::int64_t{0} : found->second;
    };
    const std::int64_t was = each(of(before), result.per_before);
    const std::int64_t is = each(of(after), result.per_after);
    if (was != 0 || is != 0) result.classes.push_back({time, was, is});
  }
  std::stable_sort(result.classes.begin(), result.classes.end(),
                   [](const ClassDifference& a, const ClassDifference& b) {
                     return change(a.before_ns, a.after_ns) > change(b.before_ns, b.after_ns);
                   });
}

void add_names(const Sums& before, const Sums& after, TraceDifference& result) {
  std::map<std::string, NameDifference> names;
  for (const auto& [name, sum] : before.names) {
    NameDifference& one = names[name];
    one.before_count = sum.first;
    one.before_ns = each(sum.second, result.per_before);
  }
  for (const auto& [name, sum] : after.names) {
    NameDifference& one = names[name];
    one.after_count = sum.first;
    one.after_ns = each(sum.second, result.per_after);
  }
  for (auto& [name, one] : names) {
    one.name = name;
    result.names.push_back(one);
  }
  std::stable_sort(result.names.begin(), result.names.end(),
                   [](const NameDifference& a, const NameDifference& b) {
                     return change(a.before_ns, a.after_ns) > change(b.before_ns, b.after_ns);
                   });
  if (result.names.size() > kNamesShown) result.names.resize(kNamesShown);
}

}  // namespace

TraceDifference difference(const TraceFileFigures& before, const TraceFileFigures& after) {
  TraceDifference result;
  result.before = before.file;
  result.after = after.file;
  if (devices_text(before) != devices_text(after)) {
    result.hardware.push_back(
        fmt::format("devices: {} before, {} after", devices_text(before), devices_text(after)));
  }
  if (before.iterations && after.iterations &&
      before.iterations->pattern == after.iterations->pattern) {
    result.per_before = static_cast<double>(before.iterations->count);
    result.per_after = static_cast<double>(after.iterations->count);
  }
  const Sums was = sums_of(before);
  const Sums is = sums_of(after);
  result.before_ns = each(was.whole_ns, result.per_before);
  result.after_ns = each(is.whole_ns, result.per_after);
  add_classes(was, is, result);
  add_names(was, is, result);
  return result;
}

}  // namespace lynxbench::attribution
