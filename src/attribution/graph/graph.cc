#include "attribution/graph/graph.h"

#include <algorithm>

#include "attribution/graph/graph_builder.h"

namespace lynxbench::attribution {

DependencyGraph DependencyGraph::of(const Timeline& timeline,
                                    std::span<const DeviceClass> classes) {
  return GraphBuilder(timeline, classes).build();
}

NameId DependencyGraph::name(ItemId item) const {
  if (row_[item] == kNoRow) return 0;
  return is_device(kind_[item]) ? timeline_->device.name[row_[item]]
                                : timeline_->host.name[row_[item]];
}

ItemId DependencyGraph::before(ItemId item) const {
  return heads_chain_[item] != 0 ? kNoItem : item - 1;
}

const Chain& DependencyGraph::chain_of(ItemId item) const {
  const auto after = std::partition_point(chains_.begin(), chains_.end(),
                                          [&](const Chain& chain) { return chain.first <= item; });
  return *(after - 1);
}

std::string_view text(ItemKind kind) {
  switch (kind) {
    case ItemKind::kOperator: return "host operator";
    case ItemKind::kPython: return "Python";
    case ItemKind::kAnnotated: return "range named by the program";
    case ItemKind::kDataLoader: return "data loader";
    case ItemKind::kRuntimeCall: return "runtime call";
    case ItemKind::kWaitCall: return "device wait";
    case ItemKind::kSystemCall: return "system call";
    case ItemKind::kOtherHost: return "other host time";
    case ItemKind::kUntraced: return "untraced host time";
    case ItemKind::kCompute: return "kernel (compute)";
    case ItemKind::kCommunication: return "communication";
    case ItemKind::kCopy: return "copy";
  }
  return "";
}

}  // namespace lynxbench::attribution
