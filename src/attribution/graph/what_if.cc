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

// What runs after a piece of work that goes may have found its caches cold. Measured on two machines:
// what is left runs up to 2.3 times as fast without pauses of 0.7 and 2 ms (docs/performance.md).
constexpr std::int64_t kPauseNs = 100'000;
constexpr std::int64_t kColdNs = 1'000'000;
constexpr double kWarmShare = 1.0 / 3;  // of its time, with warm caches

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

// Items of the host that follow a piece of `gone` of kPauseNs or more on their thread, for kColdNs.
Selection after_pauses(const DependencyGraph& graph, const Selection& gone) {
  Selection cold(graph.size(), false);
  for (const Chain& chain : graph.chains()) {
    if (chain.of_lane) continue;
    std::int64_t pause_ns = 0;
    std::int64_t cold_ns = 0;  // how much longer caches are cold
    for (ItemId item = chain.first; item < chain.first + chain.count; ++item) {
      if (gone[item]) {
        pause_ns += graph.duration_ns(item);
        if (pause_ns >= kPauseNs) cold_ns = kColdNs;
        continue;
      }
      pause_ns = 0;
      cold[item] = cold_ns > 0 && graph.kind(item) != ItemKind::kWaitCall;
      cold_ns -= graph.duration_ns(item);
    }
  }
  return cold;
}

// Python's rows around nothing but one row called `name`: the call of an operator.
Selection calls_of(const DependencyGraph& graph, std::string_view name) {
  const HostTable& host = graph.timeline().host;
  const NameId wanted = graph.timeline().names.find(name);
  std::vector<bool> calls(host.size(), false);
  for (std::size_t row = 1; row < host.size() && wanted != kNoRow; ++row) {
    const auto within = [&](std::size_t other) {
      return host.thread[other] == host.thread[row - 1] && host.end_ns[other] <= host.end_ns[row - 1];
    };
    if (host.name[row] != wanted || host.work[row - 1] != HostWork::kPython || !within(row)) continue;
    std::size_t next = row + 1;
    while (next < host.size() && within(next) && host.begin_ns[next] < host.end_ns[row]) ++next;
    calls[row - 1] = next == host.size() || !within(next);
  }
  Selection items(graph.size(), false);
  for (ItemId item = 0; item < graph.size(); ++item) {
    items[item] = graph.kind(item) == ItemKind::kPython && calls[graph.row(item)];
  }
  return items;
}

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
      case ScenarioKind::kFused: fused(); break;
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
  void fused();
  void warm_after(const Selection& gone);

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
  if (by == 0) warm_after(items);
  if (result_.changed_ns == 0) result_.assumes += " The trace has no such work.";
}

// The lower bound where pieces of the host's work go: what follows them may find warm caches.
void Calculation::warm_after(const Selection& gone) {
  const Selection cold = after_pauses(graph_, gone);
  Selection both = gone;
  bool any = false;
  for (ItemId item = 0; item < graph_.size(); ++item) {
    both[item] = gone[item] || cold[item];
    any = any || cold[item];
  }
  if (!any) return;
  Plan plan(graph_, [&](ItemId item) { return gone[item] ? 0 : cold[item] ? kWarmShare : 1.0; });
  const std::int64_t warmed_ns =
      scaled(exposed_ns(graph_, both) - result_.exposed_ns, 1 - kWarmShare);
  result_.lower_ns = std::max(plan.shrink_unknowns(0).total_ns(),
                              result_.measured_ns - result_.exposed_ns - warmed_ns);
  result_.assumes +=
      " The lower bound lets host code in the millisecond after each such piece of 0.1 ms or more run "
      "three times as fast: it may have found its caches cold.";
}

// Of two operators that each read two tensors and write one, a fused one saves writing and reading
// what is between: 2 of 6. Of two that read one each 2 of 4, of longer ones less.
void Calculation::fused() {
  const Selection first = select(graph_, WorkClass::kNamed, scenario_.name);
  const Selection second = select(graph_, WorkClass::kNamed, scenario_.with);
  const std::int64_t first_ns = union_ns(graph_, first);
  const std::int64_t second_ns = union_ns(graph_, second);
  Selection both = first;
  for (ItemId item = 0; item < graph_.size(); ++item) both[item] = first[item] || second[item];
  const bool possible = first_ns > 0 && second_ns > 0;
  const Selection calls = calls_of(graph_, scenario_.name);
  Selection changed = both;
  for (ItemId item = 0; item < graph_.size(); ++item) changed[item] = both[item] || calls[item];
  measure(changed);
  const double longer = static_cast<double>(std::max(first_ns, second_ns)) /
                        static_cast<double>(std::max<std::int64_t>(first_ns + second_ns, 1));
  const auto total = [&](double by) {
    if (!possible || by == 1) return result_.measured_ns;
    return limited(Plan(graph_, [&](ItemId item) {
                     return both[item] ? by : calls[item] ? 0.0 : 1.0;
                   }).total_ns());
  };
  result_.expected_ns = total(std::max(longer, 2.0 / 3));
  result_.lower_ns = total(longer);
  result_.upper_ns = total(1);
  result_.scenario = fmt::format("\"{}\" and \"{}\" fused", scenario_.name, scenario_.with);
  result_.assumes = fmt::format(
      "All \"{}\" and \"{}\" become one that takes two thirds of their time together, or as long as the "
      "longer: what memory limits and reads two tensors to write one no longer writes and reads what is "
      "between. Python's calls of \"{}\" go. The bounds are the longer alone and nothing saved.",
      scenario_.name, scenario_.with, scenario_.name);
  if (!possible) result_.assumes += " The trace has not both.";
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
