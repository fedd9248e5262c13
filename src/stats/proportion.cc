#include "stats/proportion.h"

#include <algorithm>
#include <cmath>
#include <vector>

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

// The probabilities of 0, 1, 2 ... events of clumps, relative to that of none. With s(n) = sum over
// k of k stay^(k-1) term(n-k), Panjer's recursion for geometric sizes is
// term(n) = clumps (1 - stay) s(n) / n, and s follows from sums that only grow. Nothing is
// subtracted, so nothing is lost.
class ClumpedTerms {
 public:
  ClumpedTerms(double clumps, double clump_size)
      : clumps_(clumps), mean_(clumps * clump_size), stay_(1 - 1 / clump_size) {
    CHECK(clumps >= 0 && clump_size >= 1);
  }

  // The term of the next count, from 1.
  double next() {
    ++count_;
    plain_ = term_ + stay_ * plain_;
    weighted_ = plain_ + stay_ * weighted_;
    term_ = clumps_ * (1 - stay_) / count_ * weighted_;
    total_ += term_;
    return term_;
  }
  // Past the mode, and what is still to come does not matter.
  [[nodiscard]] bool end() const { return count_ > mean_ && term_ <= total_ * 1e-15; }
  [[nodiscard]] double count() const { return count_; }
  [[nodiscard]] double total() const { return total_; }
  // Divides all numbers by kHuge before they overflow; true when it did.
  bool scale_down() {
    if (total_ <= kHuge) return false;
    for (double* part : {&term_, &total_, &plain_, &weighted_}) *part /= kHuge;
    return true;
  }

 private:
  double clumps_;
  double mean_;
  double stay_;
  double count_ = 0;
  double term_ = 1;
  double total_ = 1;
  double plain_ = 0;
  double weighted_ = 0;
};

}  // namespace

double clumped_probability(double clumps, double clump_size, double count) {
  if (count < 0) return 0;
  double last = std::floor(count), below = 1;
  ClumpedTerms terms(clumps, clump_size);
  while (true) {
    double term = terms.next();
    if (terms.count() <= last) below += term;
    if (terms.end() && terms.count() > last) return below / terms.total();
    if (terms.scale_down()) below /= kHuge;
  }
}

RejectedCounts rejected_counts(double trials, double p, double inflation, double tail) {
  CHECK(trials > 0 && inflation >= 1 && tail > 0 && tail < 0.5);
  double clump_size = (inflation + 1) / 2;
  ClumpedTerms terms(p * trials / clump_size, clump_size);
  std::vector<double> all{1};
  while (!terms.end()) {
    all.push_back(terms.next());
    if (!terms.scale_down()) continue;
    for (double& term : all) term /= kHuge;
  }
  RejectedCounts counts;
  double below = 0;
  for (std::size_t count = 0; count < all.size(); ++count) {
    counts.high = count;
    if (1 - below / terms.total() <= tail) return counts;
    below += all[count];
    if (below / terms.total() <= tail) counts.low = count;
  }
  counts.high = all.size();
  return counts;
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
