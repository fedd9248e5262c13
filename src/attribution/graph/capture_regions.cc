#include "attribution/graph/capture_regions.h"

#include <algorithm>
#include <string_view>

namespace lynxbench::attribution {
namespace {

constexpr std::string_view kStepPrefix = "ProfilerStep#";

class Finder {
 public:
  explicit Finder(const DependencyGraph& graph)
      : graph_(graph), launches_(graph.size(), false), waits_(graph.size(), false) {
    for (ItemId item = 0; item < graph.size(); ++item) {
      for (const Edge& edge : graph.edges_to(item)) {
        if (edge.kind == EdgeKind::kLaunch) launches_[edge.from] = true;
        if (edge.kind == EdgeKind::kWait) waits_[item] = true;
      }
    }
    regions_.host.assign(graph.size(), false);
    regions_.launches.assign(graph.size(), false);
    regions_.kernels.assign(graph.size(), false);
  }

  CaptureRegions run() {
    find_steps();
    for (const Chain& chain : graph_.chains()) {
      if (!chain.of_lane) find_in(chain);
    }
    for (ItemId item = 0; item < graph_.size(); ++item) {
      for (const Edge& edge : graph_.edges_to(item)) {
        if (edge.kind == EdgeKind::kLaunch) regions_.kernels[item] = regions_.launches[edge.from];
      }
    }
    return std::move(regions_);
  }

 private:
  // Begins of the profiler's steps.
  void find_steps() {
    const HostTable& host = graph_.timeline().host;
    steps_.resize(graph_.timeline().threads.size());
    for (std::size_t row = 0; row < host.size(); ++row) {
      if (host.work[row] != HostWork::kAnnotation) continue;
      if (graph_.timeline().names[host.name[row]].starts_with(kStepPrefix)) {
        steps_[host.thread[row]].push_back(host.begin_ns[row]);
      }
    }
  }

  void find_in(const Chain& chain) {
    const std::vector<std::int64_t>& steps = steps_[chain.row];
    auto step = steps.begin();
    ItemId first = kNoItem;
    ItemId last = kNoItem;
    for (ItemId item = chain.first; item < chain.first + chain.count; ++item) {
      bool ends = waits_[item] || graph_.kind(item) == ItemKind::kWaitCall ||
                  graph_.kind(item) == ItemKind::kDataLoader;
      for (; step != steps.end() && *step <= graph_.begin_ns(item); ++step) ends = true;
      if (ends) {
        close(first, last);
        first = kNoItem;
      }
      if (!launches_[item]) continue;
      if (first == kNoItem) first = item;
      last = item;
    }
    close(first, last);
  }

  void close(ItemId first, ItemId last) {
    if (first == kNoItem || first == last) return;
    ++regions_.count;
    ++regions_.launch_count;
    for (ItemId item = first + 1; item <= last; ++item) {
      if (graph_.kind(item) == ItemKind::kSystemCall) continue;
      regions_.host[item] = true;
      if (!launches_[item]) continue;
      regions_.launches[item] = true;
      ++regions_.launch_count;
    }
  }

  const DependencyGraph& graph_;
  std::vector<bool> launches_;
  std::vector<bool> waits_;
  std::vector<std::vector<std::int64_t>> steps_;  // of each thread
  CaptureRegions regions_;
};

}  // namespace

CaptureRegions capture_regions(const DependencyGraph& graph) { return Finder(graph).run(); }

}  // namespace lynxbench::attribution
