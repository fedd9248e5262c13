#include "attribution/graph/critical_path.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace lynxbench::attribution {
namespace {

// Goes back from the last end. `until_ns_` is where the path found so far begins.
class Walk {
 public:
  explicit Walk(const DependencyGraph& graph) : graph_(graph) {}

  std::vector<PathStep> run() {
    if (graph_.size() == 0) return {};
    until_ns_ = graph_.end_ns();
    ItemId item = last_item(graph_);
    // Each item at most once; input that contradicts itself must not turn in a circle.
    for (std::size_t i = 0; i < graph_.size() && item != kNoItem; ++i) item = step_back(item);
    add(graph_.begin_ns(), kNoItem, PathClass::kUnexplained);
    std::reverse(steps_.begin(), steps_.end());
    return std::move(steps_);
  }

 private:
  // The path from `begin_ns` to where it begins so far.
  void add(std::int64_t begin_ns, ItemId item, PathClass what) {
    if (begin_ns >= until_ns_) return;
    steps_.push_back({begin_ns, until_ns_, item, what});
    until_ns_ = begin_ns;
  }

  // Takes the item's own time and what came before it; the item that let it begin.
  ItemId step_back(ItemId item) {
    add(graph_.begin_ns(item), item, class_of(graph_.kind(item)));
    const Cause cause = cause_of(graph_, item);
    const std::int64_t from_ns =
        cause.from == kNoItem ? graph_.begin_ns() : graph_.end_ns(cause.from);
    add(from_ns, item, cause.gap);
    return cause.from;
  }

  const DependencyGraph& graph_;
  std::int64_t until_ns_ = 0;
  std::vector<PathStep> steps_;
};

void summarize(const DependencyGraph& graph, CriticalPath& path) {
  std::map<std::pair<NameId, PathClass>, PathName> names;
  for (const PathStep& step : path.steps) {
    const std::int64_t length = step.end_ns - step.begin_ns;
    path.total_ns += length;
    path.by_class[static_cast<std::size_t>(step.what)] += length;
    const NameId name = step.item == kNoItem ? 0 : graph.name(step.item);
    PathName& entry = names[{name, step.what}];
    entry = {name, step.what, entry.steps + 1, entry.total_ns + length};
  }
  for (const auto& [key, entry] : names) path.by_name.push_back(entry);
  std::stable_sort(
      path.by_name.begin(), path.by_name.end(),
      [](const PathName& a, const PathName& b) { return a.total_ns > b.total_ns; });
  path.by_bound = by_bound(path.by_class);
  path.bound_by = most_of(path.by_bound);
}

PathClass gap_before(const DependencyGraph& graph, ItemId item, EdgeKind kind) {
  if (kind == EdgeKind::kLaunch) return PathClass::kLaunchLatency;
  return is_device(graph.kind(item)) ? PathClass::kDeviceGap : PathClass::kUntraced;
}

}  // namespace

PathClass class_of(ItemKind kind) {
  switch (kind) {
    case ItemKind::kOperator: return PathClass::kOperator;
    case ItemKind::kPython: return PathClass::kPython;
    case ItemKind::kAnnotated: return PathClass::kAnnotated;
    case ItemKind::kDataLoader: return PathClass::kDataLoader;
    case ItemKind::kRuntimeCall: return PathClass::kRuntimeCall;
    case ItemKind::kWaitCall: return PathClass::kDeviceWait;
    case ItemKind::kSystemCall: return PathClass::kSystemCall;
    case ItemKind::kOtherHost: return PathClass::kOtherHost;
    case ItemKind::kUntraced: return PathClass::kUntraced;
    case ItemKind::kCompute: return PathClass::kCompute;
    case ItemKind::kCommunication: return PathClass::kCommunication;
    case ItemKind::kCopy: return PathClass::kCopy;
  }
  return PathClass::kUnexplained;
}

ItemId last_item(const DependencyGraph& graph) {
  ItemId last = kNoItem;
  for (ItemId item : graph.order()) {
    if (graph.end_ns(item) == graph.end_ns()) last = item;
  }
  return last;
}

Cause cause_of(const DependencyGraph& graph, ItemId item) {
  const std::int64_t begin = graph.begin_ns(item);
  Edge last{.lag_ns = 0, .from = kNoItem};
  std::int64_t last_ns = 0;
  const auto look_at = [&](const Edge& edge) {
    const std::int64_t at = graph.anchor_ns(edge);
    if (at + edge.lag_ns != begin || (last.from != kNoItem && at <= last_ns)) return;
    last = edge;
    last_ns = at;
  };
  if (const ItemId before = graph.before(item); before != kNoItem) {
    look_at({graph.chain_lag_ns(item), before, EdgeKind::kWait});  // counts from the end
  }
  for (const Edge& edge : graph.edges_to(item)) look_at(edge);
  if (last.from == kNoItem) return {};
  return {last.from, gap_before(graph, item, last.kind)};
}

std::string_view text(PathClass what) {
  switch (what) {
    case PathClass::kOperator: return "host operator";
    case PathClass::kPython: return "Python";
    case PathClass::kAnnotated: return "range named by the program";
    case PathClass::kDataLoader: return "data loader";
    case PathClass::kRuntimeCall: return "runtime call";
    case PathClass::kSystemCall: return "system call";
    case PathClass::kOtherHost: return "other host time";
    case PathClass::kUntraced: return "untraced host time";
    case PathClass::kLaunchLatency: return "launch latency";
    case PathClass::kCompute: return "kernel (compute)";
    case PathClass::kCommunication: return "communication";
    case PathClass::kCopy: return "copy";
    case PathClass::kDeviceGap: return "gap between device work";
    case PathClass::kDeviceWait: return "device wait";
    case PathClass::kUnexplained: return "unexplained";
  }
  return "";
}

std::string_view text(Bound bound) {
  switch (bound) {
    case Bound::kNothing: return "nothing";
    case Bound::kHost: return "host";
    case Bound::kDataLoading: return "data loading";
    case Bound::kCompute: return "compute kernels";
    case Bound::kCommunication: return "communication";
    case Bound::kCopy: return "copies";
    case Bound::kLaunchOverhead: return "launch overhead";
    case Bound::kKernelGaps: return "gaps between kernels";
    case Bound::kWait: return "device waits";
    case Bound::kUnexplained: return "unexplained";
  }
  return "";
}

Bound bound_of(PathClass what) {
  switch (what) {
    case PathClass::kDataLoader: return Bound::kDataLoading;
    case PathClass::kLaunchLatency: return Bound::kLaunchOverhead;
    case PathClass::kCompute: return Bound::kCompute;
    case PathClass::kCommunication: return Bound::kCommunication;
    case PathClass::kCopy: return Bound::kCopy;
    case PathClass::kDeviceGap: return Bound::kKernelGaps;
    case PathClass::kDeviceWait: return Bound::kWait;
    case PathClass::kUnexplained: return Bound::kUnexplained;
    default: return Bound::kHost;
  }
}

BoundTimes by_bound(const ClassTimes& by_class) {
  BoundTimes sums{};
  for (std::size_t i = 0; i < kPathClassCount; ++i) {
    sums[static_cast<std::size_t>(bound_of(static_cast<PathClass>(i)))] += by_class[i];
  }
  return sums;
}

Bound most_of(const BoundTimes& by_bound) {
  const auto most = std::max_element(by_bound.begin(), by_bound.end());
  return *most > 0 ? static_cast<Bound>(most - by_bound.begin()) : Bound::kNothing;
}

CriticalPath critical_path(const DependencyGraph& graph) {
  CriticalPath path;
  path.steps = Walk(graph).run();
  summarize(graph, path);
  return path;
}

}  // namespace lynxbench::attribution
