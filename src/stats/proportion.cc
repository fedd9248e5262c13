#include "stats/proportion.h"

#include <algorithm>
#include <cmath>

#include "base/result.h"

namespace lynxbench::stats {
namespace {

constexpr double kHuge = 1e250;

struct Bracket {
  double holds = 0;
  double fails = 0;
};

// Walks from `from` towards `end` in doubling steps until `holds` is false or the end is reached.
template <typename Predicate>
Bracket bracket(const Predicate& holds, double from, double end, double step) {
  Bracket found{from, from};
  while (found.fails != end) {
    found.fails =
        end > from ? std::min(end, found.fails + step) : std::max(end, found.fails - step);
    if (!holds(found.fails)) break;
    found.holds = found.fails;
    step *= 2;
  }
  return found;
}

// Where `holds` turns false, the bracket halved until it is not worth halving.
template <typename Predicate>
double turning_point(const Predicate& holds, Bracket found) {
  if (found.holds == found.fails) return found.fails;
  for (int i = 0; i < 40; ++i) {
    double middle = (found.holds + found.fails) / 2;
    (holds(middle) ? found.holds : found.fails) = middle;
  }
  return found.fails;
}

}  // namespace

double clumped_probability(double clumps, double clump_size, double count) {
  CHECK(clumps >= 0 && clump_size >= 1);
  if (count < 0) return 0;
  double stay = 1 - 1 / clump_size;
  double last = std::floor(count);
  // Terms relative to P(X = 0). With s(n) = sum over k of k stay^(k-1) term(n-k), Panjer's
  // recursion for geometric sizes is term(n) = clumps (1 - stay) s(n) / n, and s follows from sums
  // that only grow. Nothing is subtracted, so nothing is lost.
  double term = 1, below = 1, total = 1, plain = 0, weighted = 0;
  for (double n = 1;; ++n) {
    plain = term + stay * plain;
    weighted = plain + stay * weighted;
    term = clumps * (1 - stay) / n * weighted;
    total += term;
    if (n <= last) below += term;
    bool past_mode = n > clumps * clump_size && n > last;
    if (past_mode && term <= total * 1e-15) return below / total;
    if (total > kHuge) {
      for (double* part : {&term, &below, &total, &plain, &weighted}) *part /= kHuge;
    }
  }
}

Range clustered_proportion(double trials, double count, double inflation, double tail) {
  if (!(trials > 0)) return {};
  CHECK(inflation >= 1 && count >= 0 && tail > 0 && tail < 1);
  double clump_size = (inflation + 1) / 2;
  auto at_most = [&](double p, double limit) {
    return clumped_probability(p * trials / clump_size, clump_size, limit);
  };
  auto high_enough = [&](double p) { return at_most(p, count) > tail; };
  double first = std::ceil(count) - 1;  // `count` or more: not `first` or fewer
  auto low_enough = [&](double p) { return 1 - at_most(p, first) > tail; };
  double seen = std::min(1.0, count / trials);
  double step = (std::sqrt(count * inflation) + inflation) / trials;
  Range range;
  range.high = turning_point(high_enough, bracket(high_enough, seen, 1, step));
  range.low = count > 0 ? turning_point(low_enough, bracket(low_enough, seen, 0, step)) : 0;
  return range;
}

}  // namespace lynxbench::stats
