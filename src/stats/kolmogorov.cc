#include "stats/kolmogorov.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/random.h"

namespace lynxbench::stats {
namespace {

constexpr double kPi = 3.141592653589793;

// Kolmogorov's limit distribution, its upper tail.
double kolmogorov_tail(double lambda) {
  if (lambda < 0.2) return 1;  // 1 - 1e-13
  if (lambda < 1.18) {  // the theta function's other series: quick where the first is slow
    double y = portable_exp(-kPi * kPi / (8 * lambda * lambda));
    double y8 = y * y * y * y * y * y * y * y;
    double sum = y * (1 + y8 * (1 + y8 * y8 * (1 + y8 * y8 * y8)));
    return 1 - std::sqrt(2 * kPi) / lambda * sum;
  }
  double x = portable_exp(-2 * lambda * lambda);
  double x3 = x * x * x;
  return 2 * x * (1 - x3 * (1 - x3 * x * x * (1 - x3 * x3 * x)));
}

// log of the gamma function of x > 0: Stirling's series from 10 on, the recurrence below.
double log_gamma(double x) {
  double below = 1;
  while (x < 10) below *= x++;
  double w = 1 / (x * x);
  double series =
      (1.0 / 12 - w * (1.0 / 360 - w * (1.0 / 1260 - w * (1.0 / 1680 - w / 1188)))) / x;
  return (x - 0.5) * portable_log(x) - x + 0.5 * portable_log(2 * kPi) + series -
         portable_log(below);
}

double gamma_series(double shape, double x) {
  double term = 1 / shape, sum = term;
  for (double n = shape + 1; term > sum * 1e-15; ++n) {
    term *= x / n;
    sum += term;
  }
  return sum;
}

// Modified Lentz's method.
double gamma_fraction(double shape, double x) {
  constexpr double kTiny = 1e-300;
  double b = x + 1 - shape, c = 1 / kTiny, d = 1 / b, h = d;
  for (int i = 1; i < 10'000; ++i) {
    double a = -i * (i - shape);
    b += 2;
    d = a * d + b;
    if (std::abs(d) < kTiny) d = kTiny;
    c = b + a / c;
    if (std::abs(c) < kTiny) c = kTiny;
    d = 1 / d;
    double factor = c * d;
    h *= factor;
    if (std::abs(factor - 1) < 1e-15) break;
  }
  return h;
}

// The standard normal distribution, from the incomplete gamma function of shape 1/2.
double normal_below(double z) {
  double half = gamma_below(0.5, z * z / 2) / 2;
  return z < 0 ? 0.5 - half : 0.5 + half;
}

double cube_root(double x) { return x <= 0 ? 0 : portable_exp(portable_log(x) / 3); }

struct TablePoint {
  double statistic;
  double p;
};
constexpr std::array<TablePoint, 5> kExponential{
    {{0.926, 0.15}, {0.990, 0.10}, {1.094, 0.05}, {1.190, 0.025}, {1.308, 0.01}}};

}  // namespace

double kolmogorov_p(double distance, std::uint64_t count) {
  if (count == 0) return 1;
  double root = std::sqrt(static_cast<double>(count));
  return std::clamp(kolmogorov_tail((root + 0.12 + 0.11 / root) * distance), 0.0, 1.0);
}

double lilliefors_exponential_p(double distance, std::uint64_t count) {
  if (count == 0) return 1;
  double n = static_cast<double>(count), root = std::sqrt(n);
  double statistic = (distance - 0.2 / n) * (root + 0.26 + 0.5 / root);
  if (statistic <= 0) return 1;
  std::size_t after = 1;
  while (after + 1 < kExponential.size() && kExponential[after].statistic < statistic) ++after;
  const TablePoint &a = kExponential[after - 1], &b = kExponential[after];
  double from = a.statistic * a.statistic, to = b.statistic * b.statistic;
  double share = (statistic * statistic - from) / (to - from);
  double log_p = portable_log(a.p) + share * (portable_log(b.p) - portable_log(a.p));
  return std::min(1.0, portable_exp(log_p));
}

double gamma_below(double shape, double x) {
  if (x <= 0) return 0;
  if (shape > 10'000) {
    double variance = 1 / (9 * shape);
    return normal_below((cube_root(x / shape) - (1 - variance)) / std::sqrt(variance));
  }
  double log_front = shape * portable_log(x) - x - log_gamma(shape);
  double front = portable_exp(log_front);
  if (front == 0) return x < shape ? 0 : 1;
  double share = x < shape + 1 ? front * gamma_series(shape, x) : 1 - front * gamma_fraction(shape, x);
  return std::clamp(share, 0.0, 1.0);
}

}  // namespace lynxbench::stats
