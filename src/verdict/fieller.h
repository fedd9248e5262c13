// The ratio of two independent means with an interval, from a few repeated sessions on each side.
//
//   RatioInterval r = *ratio_interval(candidate_sessions, baseline_sessions);
//   // r.low <= candidate / baseline <= r.high, with 90 % confidence
//
// Only + - * / and sqrt on doubles, in a fixed order. Pure functions: any thread.
//
// Sources: E. C. Fieller, "Some problems in interval estimation", J. R. Stat. Soc. B 16 (1954);
// degrees of freedom for unequal variances (Welch, Satterthwaite) with the estimated ratio put in:
// G. Dilba et al., "Simultaneous confidence sets and confidence intervals for multiple ratios",
// J. Stat. Plan. Inference 136 (2006). Its two ends are two one-sided tests of 5 % each: D. J.
// Schuirmann, J. Pharmacokinet. Biopharm. 15 (1987).
#pragma once

#include <optional>
#include <span>

namespace lynxbench::verdict {

struct Sessions {
  double mean = 0;
  double variance_of_mean = 0;  // of the sessions, divided by their number
  double count = 0;
};

// Of at least 2 values.
[[nodiscard]] Sessions summed_up(std::span<const double> values);

struct RatioInterval {
  double ratio = 0;  // of the means
  double low = 0;    // of the 90 % interval
  double high = 0;
  double degrees = 0;  // of freedom; 0 when neither side varies, and low = ratio = high
};

// Both means must be positive. Nothing when the interval has no end: the baseline's mean cannot be
// told from 0.
[[nodiscard]] std::optional<RatioInterval> ratio_interval(const Sessions& candidate,
                                                          const Sessions& baseline);

// How many sessions a side would make the interval decide with 80 % probability, if the ratio and
// the spread stay as they are; nothing when more than 1000.
[[nodiscard]] std::optional<int> sessions_needed(const Sessions& candidate,
                                                 const Sessions& baseline, double within);

}  // namespace lynxbench::verdict
