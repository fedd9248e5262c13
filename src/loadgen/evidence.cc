#include "loadgen/evidence.h"

#include <algorithm>
#include <cmath>

#include "stats/proportion.h"

namespace lynxbench::loadgen {
namespace {

constexpr double kTailToAgree = 0.2;

// The share over the limit, of `times` as many requests like these.
stats::Range pooled(double requests, double over, double effective, double times, double tail) {
  if (!(effective > 0)) return {};
  double inflation = std::max(1.0, requests / effective);
  // Whole requests: the ratios that `over` is summed from were divided.
  double count = std::floor(over + 0.5);
  return stats::clustered_proportion(times * requests, times * count, inflation, tail);
}

}  // namespace

void Evidence::add(const SearchStep& step) {
  ++looks_;
  passed_ += step.verdict == PointVerdict::kPass ? 1 : 0;
  failed_ += step.verdict == PointVerdict::kFail ? 1 : 0;
  terms_.resize(std::max(terms_.size(), step.terms.size()));
  for (std::size_t i = 0; i < step.terms.size(); ++i) {
    const SearchTerm& term = step.terms[i];
    terms_[i].allowed = 1 - term.quantile;
    terms_[i].requests += static_cast<double>(term.requests);
    terms_[i].over += term.over_ratio * static_cast<double>(term.requests);
    terms_[i].effective += term.effective_samples;
  }
}

PointVerdict Evidence::verdict() const {
  if (looks_ == 0 || (passed_ > 0 && failed_ > 0)) return PointVerdict::kInconclusive;
  if (passed_ == looks_) return PointVerdict::kPass;
  if (failed_ == looks_) return PointVerdict::kFail;
  if (failed_ == 0 && together_pass(1, stats::kTailFor95)) return PointVerdict::kPass;
  if (passed_ == 0 && together_fail(stats::kTailFor95)) return PointVerdict::kFail;
  return PointVerdict::kInconclusive;
}

bool Evidence::may_pass(std::size_t looks_in_all) const {
  return failed_ == 0 && together_pass(static_cast<double>(looks_in_all) / static_cast<double>(looks_),
                                       stats::kTailFor95);
}

bool Evidence::agrees_with(PointVerdict wanted) const {
  if (wanted == PointVerdict::kPass) {
    return failed_ == 0 && (passed_ == looks_ || together_pass(1, kTailToAgree));
  }
  return passed_ == 0 && (failed_ == looks_ || together_fail(kTailToAgree));
}

bool Evidence::leans_to_pass() const {
  return failed_ == 0 && std::all_of(terms_.begin(), terms_.end(), [](const Term& term) {
           return term.over <= term.allowed * term.requests;
         });
}

bool Evidence::any_over() const {
  return std::any_of(terms_.begin(), terms_.end(), [](const Term& term) { return term.over > 0; });
}

bool Evidence::together_pass(double times, double tail) const {
  return !terms_.empty() && std::all_of(terms_.begin(), terms_.end(), [&](const Term& term) {
    return pooled(term.requests, term.over, term.effective, times, tail).high <= term.allowed;
  });
}

// Several terms share the tail, so that they do not add up their errors.
bool Evidence::together_fail(double tail) const {
  double each = tail / static_cast<double>(std::max<std::size_t>(1, terms_.size()));
  return std::any_of(terms_.begin(), terms_.end(), [&](const Term& term) {
    return pooled(term.requests, term.over, term.effective, 1, each).low > term.allowed;
  });
}

}  // namespace lynxbench::loadgen
