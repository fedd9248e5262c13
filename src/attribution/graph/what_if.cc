#include "attribution/graph/what_if.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "attribution/graph/capture_regions.h"
#include "attribution/graph/replay.h"
#include "attribution/graph/selection.h"

namespace lynxbench::attribution {
namespace {

// Of what the trace does not explain: untraced time, unlinked device work, begins of threads.
enum class Unknowns { kAsMeasured, kShrink };

std::int64_t scaled(std::int64_t ns, double by) {
  return ns <= 0 ? ns : static_cast<std::int64_t>(std::ceil(static_cast<double>(ns) * by));
}

// Durations of one replay: each item's, with launches' lags following their calls.
class Plan {
 public:
  Plan(const DependencyGraph& graph, std::function<double(ItemId)> scale)
      : graph_(graph), scale_(std::move(scale)) {}

  // What is not explained takes `by` of its measured time.
  Plan& shrink_unknowns(double by) {
    unknown_scale_ = by;
    return *this;
  }

  [[nodiscard]] std::int64_t total_ns() const {
    Changes changes;
    changes.duration = [this](ItemId item) { return duration(item); };
    changes.edge_lag = [this](ItemId, const Edge& edge) { return lag(edge); };
    if (unknown_scale_ != 1) {
      changes.chain_lag = [this](ItemId item) {
        const std::int64_t lag = graph_.chain_lag_ns(item);
        return graph_.uncertain(item) ? scaled(lag, unknown_scale_) : lag;
      };
      changes.source_begin = [this](ItemId item) {
        return scaled(graph_.begin_ns(item) - graph_.begin_ns(), unknown_scale_);
      };
    }
    return replay(graph_, changes).total_ns;
  }

 private:
  [[nodiscard]] std::int64_t duration(ItemId item) const {
    double by = scale_(item);
    if (graph_.kind(item) == ItemKind::kUntraced) by = std::min(by, unknown_scale_);
    return by == 1 ? graph_.duration_ns(item) : scaled(graph_.duration_ns(item), by);
  }
  // The part of a launch's latency that is inside its call scales with the call.
  [[nodiscard]] std::int64_t lag(const Edge& edge) const {
    if (edge.kind != EdgeKind::kLaunch) return edge.lag_ns;
    const std::int64_t call = graph_.duration_ns(edge.from);
    const std::int64_t inside = std::clamp<std::int64_t>(edge.lag_ns, 0, call);
    const double by = scale_(edge.from);
    return by == 1 ? edge.lag_ns : edge.lag_ns - inside + scaled(inside, by);
  }

  const DependencyGraph& graph_;
  std::function<double(ItemId)> scale_;
  double unknown_scale_ = 1;
};

class Calculation {
 public:
  Calculation(const DependencyGraph& graph, const Scenario& scenario)
      : graph_(graph), scenario_(scenario) {
    result_.measured_ns = graph.end_ns() - graph.begin_ns();
  }

  WhatIf run() {
    switch (scenario_.kind) {
      case ScenarioKind::kFaster: faster(); break;
      case ScenarioKind::kLaunchesRemoved: launches_removed(); break;
      case ScenarioKind::kCopiesOverlapped: copies_overlapped(); break;
      case ScenarioKind::kCommunicationHidden: communication_hidden(); break;
      case ScenarioKind::kBatch: batch(); break;
      case ScenarioKind::kOtherDevice: other_device(); break;
    }
    result_.lower_ns = std::min(result_.lower_ns, result_.expected_ns);
    result_.upper_ns = std::max(result_.upper_ns, result_.expected_ns);
    return std::move(result_);
  }

 private:
  void faster();
  void launches_removed();
  void copies_overlapped();
  void communication_hidden();
  void batch();
  void other_device();

  void measure(const Selection& items) {
    result_.changed_ns = union_ns(graph_, items);
    result_.exposed_ns = exposed_ns(graph_, items);
  }
  [[nodiscard]] std::int64_t limited(std::int64_t total_ns) const {
    return std::max(total_ns, result_.measured_ns - result_.exposed_ns);
  }
  // With the items of `changed` at `by` of their time.
  [[nodiscard]] std::int64_t with(const Selection& changed, double by, Unknowns unknowns) const {
    Plan plan(graph_, [&](ItemId item) { return changed[item] ? by : 1.0; });
    if (unknowns == Unknowns::kShrink) plan.shrink_unknowns(by);
    return plan.total_ns();
  }

  const DependencyGraph& graph_;
  const Scenario& scenario_;
  WhatIf result_;
};

void Calculation::faster() {
  const double by = 1 / std::max(scenario_.factor, 1.0);
  const Selection items = select(graph_, scenario_.what, scenario_.name);
  measure(items);
  result_.expected_ns = limited(with(items, by, Unknowns::kAsMeasured));
  result_.lower_ns = limited(with(items, by, Unknowns::kShrink));
  result_.upper_ns = result_.expected_ns;
  const std::string what = scenario_.what == WorkClass::kNamed
                               ? fmt::format("\"{}\"", scenario_.name)
                               : std::string(text(scenario_.what));
  const std::string speed = std::isinf(scenario_.factor)
                                ? "takes no time"
                                : fmt::format("{:g} times as fast", scenario_.factor);
  result_.scenario = fmt::format("{} {}", what, speed);
  result_.assumes = fmt::format(
      "{} {}{}; everything else takes as long as measured and waits for the same things.", what,
      by == 0 ? "" : "runs ", speed);
  if (scenario_.what == WorkClass::kHost) {
    Selection traced = items;
    for (ItemId item = 0; item < graph_.size(); ++item) {
      if (graph_.kind(item) == ItemKind::kUntraced) traced[item] = false;
    }
    result_.upper_ns = limited(with(traced, by, Unknowns::kAsMeasured));
    result_.assumes +=
        " Host time of which the trace shows nothing counts as the host's; the upper bound keeps it.";
  }
  if (result_.changed_ns == 0) result_.assumes += " The trace has no such work.";
}

// Kernels of a region follow each other at the typical gap, and the host between its first and its
// last launch has nothing to do.
void Calculation::launches_removed() {
  const CaptureRegions regions = capture_regions(graph_);
  Selection device(graph_.size(), false);
  for (ItemId item = 0; item < graph_.size(); ++item) device[item] = is_device(graph_.kind(item));
  result_.changed_ns = union_ns(graph_, regions.host);
  result_.exposed_ns = result_.measured_ns - union_ns(graph_, device);
  const auto total = [&](const Selection& removed) {
    Changes changes;
    changes.duration = [&](ItemId item) { return removed[item] ? 0 : graph_.duration_ns(item); };
    changes.chain_lag = [&](ItemId item) {
      const std::int64_t lag = graph_.chain_lag_ns(item);
      return regions.kernels[item] ? std::min(lag, graph_.typical().device_gap_ns) : lag;
    };
    changes.edge_lag = [&](ItemId to, const Edge& edge) {
      const bool launched = edge.kind == EdgeKind::kLaunch && regions.kernels[to];
      return launched ? std::min(edge.lag_ns, graph_.typical().launch_ns) : edge.lag_ns;
    };
    return limited(replay(graph_, changes).total_ns);
  };
  result_.expected_ns = total(regions.host);
  result_.lower_ns = result_.expected_ns;
  result_.upper_ns = total(regions.launches);
  result_.scenario = fmt::format("{} launches as {} graphs", regions.launch_count, regions.count);
  result_.assumes = fmt::format(
      "Between two waits of the host all launches become one graph launch, whose kernels follow each "
      "other after the gap that is typical here ({:.1f} us), and the host code between the first and "
      "the last launch is not run again. The upper bound removes the launch calls only. A graph's own "
      "launch takes as long as the first launch did; code that a graph cannot capture is not looked "
      "for.",
      static_cast<double>(graph_.typical().device_gap_ns) / 1e3);
}

void Calculation::copies_overlapped() {
  const Selection copies = select(graph_, WorkClass::kCopy, "");
  measure(copies);
  Selection free = copies;  // those that no call of the host waits for
  for (ItemId item = 0; item < graph_.size(); ++item) {
    for (const Edge& edge : graph_.edges_to(item)) {
      if (edge.kind == EdgeKind::kWait) free[edge.from] = false;
    }
  }
  const auto total = [&](const Selection& hidden, Unknowns unknowns) {
    return std::max(limited(with(hidden, 0, unknowns)), result_.changed_ns);
  };
  result_.expected_ns = total(copies, Unknowns::kAsMeasured);
  result_.lower_ns = total(copies, Unknowns::kShrink);
  result_.upper_ns = total(free, Unknowns::kAsMeasured);
  result_.scenario = "copies beside compute";
  result_.assumes =
      "Copies run on a queue of their own from pinned memory while other work goes on, and what "
      "follows does not wait for them (the data is there one step early). The whole is not shorter "
      "than all copies one after the other. The upper bound keeps the copies that the host waits for.";
}

void Calculation::communication_hidden() {
  const Selection communication = select(graph_, WorkClass::kCommunication, "");
  measure(communication);
  const std::int64_t room = exposed_ns(graph_, select(graph_, WorkClass::kCompute, ""));
  const auto total = [&](Unknowns unknowns) {
    return std::max({limited(with(communication, 0, unknowns)), result_.changed_ns,
                     result_.measured_ns - room});
  };
  result_.expected_ns = total(Unknowns::kAsMeasured);
  result_.lower_ns = total(Unknowns::kShrink);
  result_.upper_ns = result_.expected_ns;
  result_.scenario = "communication beside compute";
  result_.assumes =
      "Communication runs while kernels compute and slows none of them; at most as much of it is "
      "hidden as there is compute time without communication beside it.";
}

void Calculation::batch() {
  const double batch = std::max(scenario_.batch, 1.0);
  const double factor = std::clamp(scenario_.factor, 1.0, batch);
  Selection grows(graph_.size(), false);
  for (ItemId item = 0; item < graph_.size(); ++item) {
    const ItemKind kind = graph_.kind(item);
    grows[item] = graph_.has_device() ? is_device(kind) : kind == ItemKind::kOperator;
  }
  measure(grows);
  result_.expected_ns = with(grows, factor, Unknowns::kAsMeasured);
  result_.lower_ns = with(grows, 1, Unknowns::kAsMeasured);
  result_.upper_ns = with(grows, batch, Unknowns::kAsMeasured);
  result_.expected_ns_per_sample_group = static_cast<double>(result_.expected_ns) / batch;
  result_.scenario = fmt::format("batch {:g} times as large", batch);
  result_.assumes = fmt::format(
      "{} takes {:g} times as long for {:g} times the samples; {} once for all of them and takes as "
      "long as measured. The bounds are 1 (the larger batch costs nothing more) and {:g} (nothing is "
      "saved).",
      graph_.has_device() ? "Device work" : "The operators' own time", factor, batch,
      graph_.has_device() ? "the host works" : "all other host code runs", batch);
}

void Calculation::other_device() {
  const double flops = 1 / scenario_.flops_ratio;
  const double bandwidth = 1 / scenario_.bandwidth_ratio;
  measure(select(graph_, WorkClass::kCompute, ""));
  const auto total = [&](double unknown) {
    return limited(Plan(graph_, [&, unknown](ItemId item) {
                     if (graph_.kind(item) != ItemKind::kCompute) return 1.0;
                     const std::uint32_t row = graph_.row(item);
                     if (row >= scenario_.bounds.size()) return unknown;
                     switch (scenario_.bounds[row]) {
                       case KernelBound::kCompute: return flops;
                       case KernelBound::kMemory: return bandwidth;
                       case KernelBound::kUnknown: break;
                     }
                     return unknown;
                   }).total_ns());
  };
  result_.lower_ns = total(std::min(flops, bandwidth));
  result_.upper_ns = total(std::max(flops, bandwidth));
  result_.expected_ns = total((flops + bandwidth) / 2);
  result_.scenario = fmt::format("a device with {:g} times the FLOP/s and {:g} times the bandwidth",
                                 scenario_.flops_ratio, scenario_.bandwidth_ratio);
  result_.assumes =
      "Kernels that computing limits scale with the FLOP/s, those that memory limits with the "
      "bandwidth, both at the same share of the ceiling as here. Kernels of unknown kind are taken "
      "halfway; the bounds take them at either ratio. Host, copies, communication and launches stay.";
}

}  // namespace

std::string_view text(WorkClass what) {
  switch (what) {
    case WorkClass::kCompute: return "compute kernels";
    case WorkClass::kCommunication: return "communication";
    case WorkClass::kCopy: return "copies";
    case WorkClass::kOperators: return "host operators";
    case WorkClass::kPython: return "Python";
    case WorkClass::kDataLoader: return "the data loader";
    case WorkClass::kRuntimeCalls: return "runtime calls";
    case WorkClass::kHost: return "the host";
    case WorkClass::kNamed: return "work of one name";
  }
  return "";
}

WhatIf what_if(const DependencyGraph& graph, const Scenario& scenario) {
  return Calculation(graph, scenario).run();
}

}  // namespace lynxbench::attribution
