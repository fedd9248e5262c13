#include "report/thinning.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

namespace lynxbench::report {
namespace {

struct Point {
  std::int64_t due_ns = 0;
  std::int64_t e2e_ns = 0;
  std::uint32_t phase = 0;
};

std::vector<Point> answered(const Phase& phase) {
  std::vector<Point> points;
  for (const RequestRecord& request : phase.requests) {
    if (request.status != RequestStatus::kOk) continue;
    points.push_back({request.due_ns, request.done_ns - request.due_ns, phase.id});
  }
  std::stable_sort(points.begin(), points.end(),
                   [](const Point& a, const Point& b) { return a.due_ns < b.due_ns; });
  return points;
}

// The fastest and the slowest of each `group` neighbours, by time.
std::vector<Point> extremes(const std::vector<Point>& points, std::size_t group) {
  if (group <= 2) return points;
  auto faster = [](const Point& a, const Point& b) { return a.e2e_ns < b.e2e_ns; };
  std::vector<Point> kept;
  for (std::size_t from = 0; from < points.size(); from += group) {
    auto begin = points.begin() + static_cast<std::ptrdiff_t>(from);
    auto end = points.begin() + static_cast<std::ptrdiff_t>(std::min(from + group, points.size()));
    auto [least, most] = std::minmax_element(begin, end, faster);
    if (most < least) std::swap(least, most);
    kept.push_back(*least);
    if (most != least) kept.push_back(*most);
  }
  return kept;
}

// Six digits: enough for a drawing, and a third of the bytes.
double short_number(double value) {
  std::string text = fmt::format("{:.6g}", value);
  double out = value;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

struct Bucket {
  double least = 0, greatest = 0, sum = 0;
  std::uint64_t count = 0;

  void add(double value) {
    least = count == 0 ? value : std::min(least, value);
    greatest = count == 0 ? value : std::max(greatest, value);
    sum += value;
    ++count;
  }
};

struct Grid {
  std::int64_t from_ns = 0;
  std::int64_t step_ns = 1;

  [[nodiscard]] std::int64_t index(std::int64_t at) const { return (at - from_ns) / step_ns; }
  [[nodiscard]] std::int64_t middle(std::int64_t index) const {
    return from_ns + index * step_ns + step_ns / 2;
  }
};

Json series_document(const Series& series, const std::vector<Sample>& samples, std::size_t buckets,
                     const Grid& grid) {
  Json at = Json::array(), least = Json::array(), mean = Json::array(), greatest = Json::array();
  auto push = [&](std::int64_t when, const Bucket& bucket) {
    at.push_back(when);
    least.push_back(short_number(bucket.least));
    mean.push_back(short_number(bucket.sum / static_cast<double>(bucket.count)));
    greatest.push_back(short_number(bucket.greatest));
  };
  if (samples.size() <= buckets) {
    for (const Sample& sample : samples) push(sample.at_ns, {sample.value, sample.value, sample.value, 1});
  } else {
    std::map<std::int64_t, Bucket> filled;
    for (const Sample& sample : samples) filled[grid.index(sample.at_ns)].add(sample.value);
    for (const auto& [index, bucket] : filled) push(grid.middle(index), bucket);
  }
  return {{"name", series.name},   {"unit", series.unit},     {"source", series.source},
          {"from", samples.size()}, {"to", at.size()},        {"at_ns", std::move(at)},
          {"min", std::move(least)}, {"mean", std::move(mean)}, {"max", std::move(greatest)}};
}

}  // namespace

Json thinned_requests(const std::vector<Phase>& phases, std::size_t limit) {
  std::vector<std::vector<Point>> by_phase;
  std::size_t from = 0;
  for (const Phase& phase : phases) {
    by_phase.push_back(answered(phase));
    from += by_phase.back().size();
  }
  // A phase's last group may be short, so each phase may keep two points more than its share.
  std::size_t room = std::max<std::size_t>(limit - std::min(limit / 2, 2 * phases.size()), 1);
  std::size_t group = from <= limit ? 1 : std::max<std::size_t>((2 * from + room - 1) / room, 3);
  Json due = Json::array(), e2e = Json::array(), phase_ids = Json::array();
  for (const std::vector<Point>& points : by_phase) {
    for (const Point& point : extremes(points, group)) {
      due.push_back(point.due_ns);
      e2e.push_back(point.e2e_ns);
      phase_ids.push_back(point.phase);
    }
  }
  std::string method =
      group <= 2 ? "every answered request"
                 : fmt::format("the fastest and the slowest of each {} neighbours in time", group);
  return {{"from", from},           {"to", due.size()},      {"method", method},
          {"due_ns", std::move(due)}, {"e2e_ns", std::move(e2e)}, {"phase", std::move(phase_ids)}};
}

Json thinned_telemetry(const Telemetry& telemetry, std::size_t buckets) {
  std::map<std::uint32_t, std::vector<Sample>> by_series;
  std::int64_t first = 0, last = 0;
  for (const Sample& sample : telemetry.samples) {
    bool any = !by_series.empty();
    first = any ? std::min(first, sample.at_ns) : sample.at_ns;
    last = any ? std::max(last, sample.at_ns) : sample.at_ns;
    by_series[sample.series].push_back(sample);
  }
  auto count = static_cast<std::int64_t>(std::max<std::size_t>(buckets, 1));
  Grid grid{first, (last - first) / count + 1};
  Json series = Json::array();
  for (const Series& one : telemetry.series) {
    series.push_back(series_document(one, by_series[one.id], buckets, grid));
  }
  Json gaps = Json::array();
  for (const SamplingGap& gap : telemetry.gaps) gaps.push_back({{"from_ns", gap.from_ns}, {"to_ns", gap.to_ns}});
  return {{"period_ns", telemetry.period_ns}, {"bucket_ns", grid.step_ns}, {"series", std::move(series)},
          {"gaps", std::move(gaps)}, {"missing", telemetry.missing}};
}

}  // namespace lynxbench::report
