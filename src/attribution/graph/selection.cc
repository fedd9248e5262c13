#include "attribution/graph/selection.h"

#include <algorithm>
#include <utility>

namespace lynxbench::attribution {
namespace {

bool belongs(ItemKind kind, WorkClass what) {
  switch (what) {
    case WorkClass::kCompute: return kind == ItemKind::kCompute;
    case WorkClass::kCommunication: return kind == ItemKind::kCommunication;
    case WorkClass::kCopy: return kind == ItemKind::kCopy;
    case WorkClass::kOperators: return kind == ItemKind::kOperator;
    case WorkClass::kPython: return kind == ItemKind::kPython;
    case WorkClass::kDataLoader: return kind == ItemKind::kDataLoader;
    case WorkClass::kRuntimeCalls: return kind == ItemKind::kRuntimeCall;
    case WorkClass::kHost: return !is_device(kind) && kind != ItemKind::kWaitCall;
    case WorkClass::kNamed: return false;
  }
  return false;
}

// Of each row of the host table, whether it or a row around it on its thread has the name.
std::vector<bool> rows_inside(const Timeline& timeline, NameId name) {
  const HostTable& host = timeline.host;
  std::vector<bool> inside(host.size(), false);
  std::int64_t until_ns = 0;  // of the outermost row with the name that has not ended
  bool open = false;
  for (std::size_t row = 0; row < host.size(); ++row) {
    const bool same_thread = row > 0 && host.thread[row] == host.thread[row - 1];
    if (!same_thread || host.begin_ns[row] >= until_ns) open = false;
    if (host.name[row] == name) {
      until_ns = open ? std::max(until_ns, host.end_ns[row]) : host.end_ns[row];
      open = true;
      inside[row] = true;
    }
    if (open) inside[row] = true;
  }
  return inside;
}

Selection select_named(const DependencyGraph& graph, std::string_view text) {
  Selection items(graph.size(), false);
  const NameId name = graph.timeline().names.find(text);
  if (name == kNoRow) return items;
  const std::vector<bool> inside = rows_inside(graph.timeline(), name);
  for (ItemId item = 0; item < graph.size(); ++item) {
    if (graph.row(item) == kNoRow || graph.kind(item) == ItemKind::kWaitCall) continue;
    items[item] = is_device(graph.kind(item)) ? graph.name(item) == name : inside[graph.row(item)];
  }
  return items;
}

// Goes through the times in order with the number of items of each side that run.
struct Coverage {
  std::int64_t selected_ns = 0;  // some selected item ran
  std::int64_t exposed_ns = 0;   // and no other device work
};

Coverage coverage(const DependencyGraph& graph, const Selection& items) {
  struct Change {
    std::int64_t at_ns;
    int selected;
    int other;
  };
  std::vector<Change> changes;
  for (ItemId item = 0; item < graph.size(); ++item) {
    if (graph.duration_ns(item) == 0) continue;
    if (!items[item] && !is_device(graph.kind(item))) continue;
    const int selected = items[item] ? 1 : 0;
    changes.push_back({graph.begin_ns(item), selected, 1 - selected});
    changes.push_back({graph.end_ns(item), -selected, selected - 1});
  }
  std::sort(changes.begin(), changes.end(),
            [](const Change& a, const Change& b) { return a.at_ns < b.at_ns; });
  Coverage covered;
  int selected = 0;
  int other = 0;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (i > 0 && selected > 0) {
      const std::int64_t length = changes[i].at_ns - changes[i - 1].at_ns;
      covered.selected_ns += length;
      if (other == 0) covered.exposed_ns += length;
    }
    selected += changes[i].selected;
    other += changes[i].other;
  }
  return covered;
}

}  // namespace

Selection select(const DependencyGraph& graph, WorkClass what, std::string_view name) {
  if (what == WorkClass::kNamed) return select_named(graph, name);
  Selection items(graph.size(), false);
  for (ItemId item = 0; item < graph.size(); ++item) items[item] = belongs(graph.kind(item), what);
  return items;
}

std::int64_t union_ns(const DependencyGraph& graph, const Selection& items) {
  return coverage(graph, items).selected_ns;
}

std::int64_t exposed_ns(const DependencyGraph& graph, const Selection& items) {
  return coverage(graph, items).exposed_ns;
}

}  // namespace lynxbench::attribution
