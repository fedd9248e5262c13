// A set of a graph's items, and how long it ran: the work that a what-if changes.
//
//   const Selection copies = select(graph, WorkClass::kCopy, "");
//   union_ns(graph, copies);     // overlaps counted once
//   exposed_ns(graph, copies);   // of that, while no other device work ran
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "attribution/graph/graph.h"
#include "attribution/graph/what_if.h"

namespace lynxbench::attribution {

using Selection = std::vector<bool>;  // of each item

[[nodiscard]] Selection select(const DependencyGraph& graph, WorkClass what, std::string_view name);
[[nodiscard]] std::int64_t union_ns(const DependencyGraph& graph, const Selection& items);
[[nodiscard]] std::int64_t exposed_ns(const DependencyGraph& graph, const Selection& items);

}  // namespace lynxbench::attribution
