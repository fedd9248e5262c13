#include "workload/gamma.h"

#include <cmath>

#include "base/result.h"

namespace lynxbench::workload {

double normal(Random& random) {
  while (true) {
    double x = 2 * random.uniform() - 1, y = 2 * random.uniform() - 1;
    double square = x * x + y * y;
    if (square > 0 && square < 1) return x * std::sqrt(-2 * portable_log(square) / square);
  }
}

GammaDraw::GammaDraw(double shape) : shape_(shape) {
  CHECK(std::isfinite(shape) && shape > 0);
  d_ = (shape < 1 ? shape + 1 : shape) - 1.0 / 3;
  c_ = 1 / std::sqrt(9 * d_);
}

double GammaDraw::next(Random& random) const {
  while (true) {
    double x = normal(random), root = 1 + c_ * x;
    if (root <= 0) continue;
    double v = root * root * root, u = 1 - random.uniform(), square = x * x;
    bool taken = u < 1 - 0.0331 * square * square ||
                 portable_log(u) < 0.5 * square + d_ * (1 - v + portable_log(v));
    if (!taken) continue;
    if (shape_ >= 1) return d_ * v / shape_;
    return d_ * v / shape_ * portable_exp(portable_log(1 - random.uniform()) / shape_);
  }
}

}  // namespace lynxbench::workload
