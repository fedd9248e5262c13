#include "metrics/send_times.h"

#include <algorithm>
#include <cmath>

#include "base/units.h"
#include "stats/kolmogorov.h"

namespace lynxbench::metrics {
namespace {

constexpr double kUnit = 1 << 20;         // of an expected count
constexpr Nanos kTolerance{100'000};      // gaps that differ by less count as the same
constexpr double kLeastGap_s = 1e-3;      // mean of the gaps that are tested
constexpr double kWindow_s = 10e-3;       // least length, and least expected count, of a window
constexpr double kWindowCount = 10;
constexpr std::uint64_t kLeastGaps = 20;
constexpr std::uint64_t kLeastWindows = 20;

double window_width(const ExpectedCount& expected) {
  return std::max(kWindowCount, expected.mean_per_s() * kWindow_s);
}

// Gaps of a renewal process are gamma-distributed with this shape (1: exponential).
double shape_of(const LoadSpec& load) {
  return load.arrival == Arrival::kGamma ? 1 / (load.gap_cv * load.gap_cv) : 1;
}

// The distance of the gaps from a distribution of expected counts, in both directions: how far too
// many are short even when all are taken as longer, how far too few are when all are taken as
// shorter.
template <typename Below>
double distance(const stats::LogHistogram& shorter, const stats::LogHistogram& longer,
                const Below& below) {
  double n = static_cast<double>(shorter.count()), most = 0;
  std::uint64_t so_far = 0;
  for (const auto& bucket : longer.buckets()) {
    so_far += bucket.count;
    most = std::max(most, static_cast<double>(so_far) / n -
                              below(static_cast<double>(bucket.high + 1) / kUnit));
  }
  so_far = 0;
  for (const auto& bucket : shorter.buckets()) {
    most = std::max(most, below(static_cast<double>(bucket.low) / kUnit) -
                              static_cast<double>(so_far) / n);
    so_far += bucket.count;
  }
  return most;
}

}  // namespace

std::string asked_text(const AskedLoad& asked) {
  const LoadSpec& load = asked.load;
  if (load.loop == Loop::kClosed) {
    return fmt::format("closed loop, {} at a time", load.concurrency);
  }
  std::string at = load.rate_per_s ? "at " + rate_text(*load.rate_per_s) : "at its own rate";
  switch (load.arrival) {
    case Arrival::kConstant:
      return "constant " + at;
    case Arrival::kPoisson:
      return "Poisson " + at;
    case Arrival::kGamma:
      return fmt::format("gamma {} with gaps of coefficient of variation {}", at,
                         number_text(load.gap_cv));
    case Arrival::kRamp:
      return fmt::format("Poisson, ramp from {} to {} in {}", rate_text(load.rate_per_s.value_or(0)),
                         rate_text(load.ramp_to_per_s), exact_duration(asked.duration));
    case Arrival::kTrace:
      return "the times of a trace";
  }
  return {};
}

ExpectedCount::ExpectedCount(const AskedLoad& asked) {
  const LoadSpec& load = asked.load;
  bool has_rate = load.rate_per_s && *load.rate_per_s > 0;
  if (load.loop == Loop::kClosed || load.arrival == Arrival::kTrace || !has_rate) return;
  known_ = true;
  mean_per_s_ = *load.rate_per_s;
  from_per_ns_ = *load.rate_per_s / 1e9;
  if (load.arrival != Arrival::kRamp || asked.duration <= Nanos{0}) return;
  ramp_ns_ = static_cast<double>(asked.duration.count());
  gain_per_ns2_ = (load.ramp_to_per_s / 1e9 - from_per_ns_) / ramp_ns_;
  mean_per_s_ = (*load.rate_per_s + load.ramp_to_per_s) / 2;
}

double ExpectedCount::until(std::int64_t at_ns) const {
  double at = static_cast<double>(at_ns), in_ramp = std::min(at, ramp_ns_);
  return from_per_ns_ * at + gain_per_ns2_ * in_ramp * (at - in_ramp / 2);
}

double ExpectedCount::per_ns(std::int64_t at_ns) const {
  return from_per_ns_ + gain_per_ns2_ * std::min(static_cast<double>(at_ns), ramp_ns_);
}

void WindowCounts::add(double expected_count) {
  double index = std::floor(expected_count / width_);
  if (index > static_cast<double>(window_)) {
    sum_ += open_;
    squares_ += open_ * open_;
    open_ = 0;
    window_ = static_cast<std::uint64_t>(index);  // those between were empty
  }
  ++open_;
}

std::optional<double> WindowCounts::fano() const {
  if (window_ < kLeastWindows || sum_ <= 0) return std::nullopt;
  double windows = static_cast<double>(window_), mean = sum_ / windows;
  double variance = (squares_ - windows * mean * mean) / (windows - 1);
  return std::max(0.0, variance) / mean;
}

SendTimes::SendTimes(const AskedLoad& asked, Nanos late_after, std::int64_t begin_ns)
    : asked_(asked),
      late_after_(late_after),
      begin_ns_(begin_ns),
      expected_(asked),
      sent_windows_(window_width(expected_)),
      due_windows_(window_width(expected_)) {
  bool thinned = expected_.known() && asked.load.arrival != Arrival::kConstant;
  if (thinned) {
    every_ = static_cast<std::uint64_t>(std::max(1.0, std::ceil(expected_.mean_per_s() * kLeastGap_s)));
  }
}

void SendTimes::sent(std::int64_t due_ns, std::int64_t sent_ns) {
  std::int64_t lag = sent_ns - due_ns;
  lag_.add(lag);
  late_ += lag > late_after_.count() ? 1 : 0;
  std::int64_t at = sent_ns - begin_ns_;
  sent_windows_.add(expected_.until(at));
  due_windows_.add(expected_.until(due_ns - begin_ns_));
  if (sent_ == 0) first_sent_ns_ = gap_from_ns_ = at;
  if (since_gap_ == every_) {
    gap(gap_from_ns_, at);
    gap_from_ns_ = at;
    since_gap_ = 0;
  }
  ++since_gap_;
  ++sent_;
  last_sent_ns_ = at;
}

void SendTimes::missed(std::int64_t due_ns) {
  ++missed_;
  due_windows_.add(expected_.until(due_ns - begin_ns_));
}

void SendTimes::gap(std::int64_t from_ns, std::int64_t to_ns) {
  double count = expected_.until(to_ns) - expected_.until(from_ns);
  double slack = static_cast<double>(kTolerance.count()) * expected_.per_ns(from_ns);
  shorter_.add(static_cast<std::int64_t>((count - slack) * kUnit));
  longer_.add(static_cast<std::int64_t>((count + slack) * kUnit));
}

double SendTimes::sent_per_s() const {
  std::int64_t length_ns = std::max(asked_.duration.count(), last_sent_ns_);
  return length_ns > 0 ? static_cast<double>(sent_) / (static_cast<double>(length_ns) / 1e9) : 0;
}

std::optional<double> SendTimes::asked_per_s() const {
  if (asked_.load.loop == Loop::kClosed) return std::nullopt;
  if (expected_.known()) return expected_.mean_per_s();
  if (asked_.duration <= Nanos{0}) return std::nullopt;
  return static_cast<double>(due()) / (static_cast<double>(asked_.duration.count()) / 1e9);
}

ArrivalTest SendTimes::arrivals() const {
  const LoadSpec& load = asked_.load;
  ArrivalTest test;
  test.asked = asked_text(asked_);
  test.every = every_;
  test.gaps = shorter_.count();
  test.tolerance_ns = kTolerance.count();
  test.window_s = window_width(expected_) / expected_.mean_per_s();
  if (load.loop == Loop::kClosed) {
    test.missing = "a closed loop asks for no times: each request goes out when one is answered";
    return test;
  }
  test.fano = sent_windows_.fano();
  test.fano_due = due_windows_.fano();
  bool own_rate = !expected_.known() && load.arrival == Arrival::kPoisson;
  if (!expected_.known() && !own_rate) {
    test.missing = "the gaps asked for follow no known distribution";
  } else if (test.gaps < kLeastGaps) {
    test.missing = fmt::format("{} gaps are too few, {} are needed", test.gaps, kLeastGaps);
  } else if (load.arrival == Arrival::kConstant) {
    // A step at 1: the buckets' edges fall on it.
    test.ks = distance(shorter_, longer_, [](double count) { return count <= 1 ? 0.0 : 1.0; });
    test.missing = "a constant rate leaves nothing to chance, so there is no p-value";
  } else if (own_rate) {
    double gaps = static_cast<double>(test.gaps);
    double mean = (expected_.until(gap_from_ns_) - expected_.until(first_sent_ns_)) / gaps;
    test.ks = distance(shorter_, longer_,
                       [&](double count) { return stats::gamma_below(1, count / mean); });
    test.p_value = stats::lilliefors_exponential_p(*test.ks, test.gaps);
  } else {
    double shape = shape_of(load), gap_shape = shape * static_cast<double>(every_);
    test.ks = distance(shorter_, longer_, [&](double count) {
      return stats::gamma_below(gap_shape, shape * count);
    });
    test.p_value = stats::kolmogorov_p(*test.ks, test.gaps);
  }
  return test;
}

}  // namespace lynxbench::metrics
