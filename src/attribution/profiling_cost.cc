#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "attribution/attribution.h"
#include "stats/quantile.h"

namespace lynxbench::attribution {
namespace {

constexpr std::size_t kFewest = 5;  // batches on either side

// Times of the runtime's call for batches of one size.
struct Calls {
  std::vector<double> profiled_ns;
  std::vector<double> plain_ns;
  [[nodiscard]] std::size_t fewer() const { return std::min(profiled_ns.size(), plain_ns.size()); }
};

using CallsBySize = std::map<std::uint32_t, Calls>;

// One call for each batch: the requests of a batch all carry its times.
class Batches {
 public:
  void add(const Phase& phase) {
    for (const RequestRecord& record : phase.requests) {
      if (record.status != RequestStatus::kOk || !record.stages) continue;
      const ServerStages& stages = *record.stages;
      if (!seen_.insert({phase.session, stages.batch}).second) continue;
      Calls& calls = by_size_[stages.batch_size];
      auto& times = stages.profile ? calls.profiled_ns : calls.plain_ns;
      times.push_back(static_cast<double>(stages.run_end_ns - stages.run_begin_ns));
    }
  }
  [[nodiscard]] const CallsBySize& by_size() const { return by_size_; }

 private:
  std::set<std::pair<std::uint32_t, std::uint64_t>> seen_;  // session, batch
  CallsBySize by_size_;
};

ProfilingCost cost_at(const std::string& point, const CallsBySize& by_size) {
  ProfilingCost cost;
  cost.point = point;
  // The size with the most batches on the side that has fewer; the smaller size when equal.
  const auto best = std::max_element(
      by_size.begin(), by_size.end(),
      [](const auto& a, const auto& b) { return a.second.fewer() < b.second.fewer(); });
  if (best == by_size.end()) {
    cost.withheld = "no batch was answered well";
    return cost;
  }
  const Calls& calls = best->second;
  cost.profiled = calls.profiled_ns.size();
  cost.plain = calls.plain_ns.size();
  if (calls.fewer() < kFewest) {
    cost.withheld = fmt::format(
        "{} profiled and {} plain batches of {}, the size with the most: at least {} of each are "
        "needed",
        cost.profiled, cost.plain, best->first, kFewest);
    return cost;
  }
  cost.profiled_ns = stats::median(calls.profiled_ns);
  cost.plain_ns = stats::median(calls.plain_ns);
  if (*cost.plain_ns > 0) {
    cost.ratio = *cost.profiled_ns / *cost.plain_ns - 1;
  } else {
    cost.withheld = "the plain call is shorter than the clock can tell";
  }
  return cost;
}

}  // namespace

std::vector<ProfilingCost> profiling_cost(const RunRecord& run) {
  std::vector<std::pair<std::string, Batches>> points;  // in the order of their first phase
  for (const Phase& phase : run.phases) {
    if (phase.kind != PhaseKind::kProfile) continue;
    auto known = std::find_if(points.begin(), points.end(),
                              [&](const auto& point) { return point.first == phase.point; });
    if (known == points.end()) known = points.insert(points.end(), {phase.point, Batches{}});
    known->second.add(phase);
  }
  std::vector<ProfilingCost> costs;
  for (const auto& [point, batches] : points) costs.push_back(cost_at(point, batches.by_size()));
  return costs;
}

}  // namespace lynxbench::attribution
