// How many floating-point operations a second ONNX Runtime's matrix product reaches here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "target/embedded/ort/session.h"

namespace lynxbench::target {

struct MatmulRates {
  std::vector<double> flops_per_s;  // a repeat each
  std::string method;
};

// The product of two square fp32 matrices, one of them a constant as a model's weights are, with 2
// n^3 operations. n is doubled from 256 until a product takes 20 ms (or is 4096), so it takes 20 to
// 160 ms; a repeat is the mean over the products that begin within 0.15 s, after one that warms up.
[[nodiscard]] Result<MatmulRates> measure_matmul(const ort::Environment& environment,
                                                 std::int64_t threads, int repeats, Clock& clock);

}  // namespace lynxbench::target
