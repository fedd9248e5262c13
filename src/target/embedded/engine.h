// One instance's hands: what is done with a batch, stage by stage, so that the server can time
// each.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/result.h"

namespace lynxbench::target {

// Threads: all members from one.
class Engine {
 public:
  virtual ~Engine() = default;
  // Payloads -> tensors, for 1 to max_batch requests; `inputs` are the numbers of their payloads.
  virtual void preprocess(std::span<const std::uint32_t> inputs) = 0;
  // Calls the model; with `profile_prefix`, profiled into a file of which this is the beginning.
  [[nodiscard]] virtual Status run(const std::optional<fs::path>& profile_prefix) = 0;
  // Tensors -> the body of each answer, in the order of the inputs. Only after a good run().
  [[nodiscard]] virtual std::vector<std::string> postprocess() = 0;
};

}  // namespace lynxbench::target
