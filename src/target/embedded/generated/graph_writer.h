// Writes ONNX graphs node by node: tensors are named, and each call returns the name of what it
// made.
//
//   GraphWriter graph("tiny", seed);
//   graph.input("x", "float", {"batch", "64"});
//   std::string y = graph.node("MatMul", "y", {"x", graph.weights("w", {64, 64}, 0.1)});
//   graph.output(y, {"batch", "64"});
//   std::string bytes = graph.serialized();
//
// Operator set 17, IR version 8. The same calls give the same bytes on every machine.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"

namespace lynxbench::target {

class GraphWriter {
 public:
  // Weights are drawn from `seed`.
  GraphWriter(const std::string& name, std::uint64_t seed);
  ~GraphWriter();
  GraphWriter(const GraphWriter&) = delete;
  GraphWriter& operator=(const GraphWriter&) = delete;

  // Dimensions are numbers, or names of free ones. Types: "float" or "int64".
  void input(const std::string& name, const std::string& type,
             const std::vector<std::string>& dims);
  void output(const std::string& name, const std::vector<std::string>& dims);

  // An operator with one output, which takes the name of the node.
  std::string node(const std::string& op_type, const std::string& name,
                   const std::vector<std::string>& inputs);
  // Attributes of the node made last.
  void attribute(const std::string& name, std::int64_t value);
  void attribute(const std::string& name, const std::vector<std::int64_t>& values);

  // Constants: drawn evenly from -limit..limit; all the same; whole numbers.
  std::string weights(const std::string& name, const std::vector<std::int64_t>& dims, double limit);
  std::string filled(const std::string& name, const std::vector<std::int64_t>& dims, float value);
  std::string integers(const std::string& name, const std::vector<std::int64_t>& values);

  [[nodiscard]] std::string serialized() const;

 private:
  struct State;  // keeps onnx's and protobuf's headers out of here
  std::string constant(const std::string& name, const std::vector<std::int64_t>& dims,
                       const std::vector<float>& values);
  std::unique_ptr<State> state_;
  Random random_;
};

}  // namespace lynxbench::target
