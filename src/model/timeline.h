// What a runtime's own profile says of one call: its operators in time, and what was lost in reading.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lynxbench {

enum class Severity { kNotice, kLoss, kDamage };

// Something that a reader could not use, counted.
struct Loss {
  Severity severity = Severity::kLoss;
  std::string what;        // "event without a duration"
  std::uint64_t count = 0;
  std::string where;       // the first place: "byte 10234"
};
using Losses = std::vector<Loss>;

struct TensorShape {
  std::string type;                // "float", "int64", ... as the runtime spells it
  std::vector<std::int64_t> dims;  // empty: a scalar
};

struct OperatorEvent {
  std::string node;      // name in the graph
  std::string op_type;   // "Conv", "MatMul"
  std::string provider;  // "CPUExecutionProvider"
  std::int64_t begin_ns = 0;  // since the profiler's start
  std::int64_t duration_ns = 0;
  std::vector<TensorShape> inputs;
  std::vector<TensorShape> outputs;
};

struct OperatorTimeline {
  std::optional<std::int64_t> model_run_ns;  // the runtime's call, by its own clock
  std::vector<OperatorEvent> operators;
  Losses losses;
};

}  // namespace lynxbench
