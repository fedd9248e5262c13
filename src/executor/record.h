// Changing a record while keeping its rules: nine layers in order, facts sorted by name, each name
// once in its layer.
#pragma once

#include <string_view>

#include "executor/fact.h"

namespace lynxbench::executor {

// Nine layers without facts, owned by "unknown".
[[nodiscard]] Executor empty_executor();

[[nodiscard]] LayerRecord& layer_of(Executor& executor, Layer layer);

// The fact of that name, or null.
[[nodiscard]] Fact* find_fact(LayerRecord& layer, std::string_view name);
[[nodiscard]] const Fact* find_fact(const LayerRecord& layer, std::string_view name);

// Adds a fact in its place. A name that is taken gets "#2", "#3" ...: nothing found is dropped.
void add_fact(LayerRecord& layer, Fact fact);

}  // namespace lynxbench::executor
