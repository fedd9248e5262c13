#include "metrics/send_times.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/result.h"
#include "base/units.h"
#include "stats/kolmogorov.h"

namespace lynxbench::metrics {
namespace {

constexpr double kUnit = 1 << 20;         // of a gap
constexpr Nanos kTolerance{100'000};      // gaps that differ by less count as the same
constexpr double kLeastGap_s = 1e-3;      // mean of the gaps that are tested
constexpr double kWindow_s = 10e-3;       // least length, and least expected count, of a window
constexpr double kWindowCount = 10;
constexpr std::uint64_t kLeastGaps = 20;
constexpr std::size_t kLeastWindows = 20;
constexpr std::size_t kMostWindows = 8192;

double window_width(const ExpectedCount& expected) {
  return std::max(kWindowCount, expected.mean_per_s() * kWindow_s);
}

// Gaps of a renewal process are gamma-distributed with this shape (1: exponential).
double shape_of(const LoadSpec& load) {
  return load.arrival == Arrival::kGamma ? 1 / (load.gap_cv * load.gap_cv) : 1;
}

// The distance of the gaps from a distribution with mean 1, in both directions: how far too
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
  double counted_ns = ramp_ns_ - static_cast<double>(asked.skip.count());
  if (counted_ns > 0) {
    mean_per_s_ = (until(asked.duration.count()) - until(asked.skip.count())) / (counted_ns / 1e9);
  }
}

double ExpectedCount::until(std::int64_t at_ns) const {
  double at = static_cast<double>(at_ns), in_ramp = std::min(at, ramp_ns_);
  return from_per_ns_ * at + gain_per_ns2_ * in_ramp * (at - in_ramp / 2);
}

double ExpectedCount::per_ns(std::int64_t at_ns) const {
  return from_per_ns_ + gain_per_ns2_ * std::min(static_cast<double>(at_ns), ramp_ns_);
}

void WindowCounts::add(double expected_count) {
  if (expected_count < 0) return;
  while (expected_count / width_ >= static_cast<double>(kMostWindows)) widen();
  auto index = static_cast<std::size_t>(expected_count / width_);
  if (index >= counts_.size()) counts_.resize(index + 1);
  ++counts_[index];
}

void WindowCounts::widen() {
  width_ *= 2;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    std::uint64_t count = std::exchange(counts_[i], 0);
    counts_[i / 2] += count;
  }
  counts_.resize((counts_.size() + 1) / 2);
}

void WindowCounts::merge(WindowCounts other) {
  while (width_ < other.width_) widen();
  while (other.width_ < width_) other.widen();
  counts_.resize(std::max(counts_.size(), other.counts_.size()));
  for (std::size_t i = 0; i < other.counts_.size(); ++i) counts_[i] += other.counts_[i];
}

std::optional<double> WindowCounts::fano() const {
  if (counts_.size() <= kLeastWindows) return std::nullopt;
  double windows = static_cast<double>(counts_.size() - 1), sum = 0, squares = 0;
  for (std::size_t i = 0; i + 1 < counts_.size(); ++i) {
    double count = static_cast<double>(counts_[i]);
    sum += count;
    squares += count * count;
  }
  if (sum <= 0) return std::nullopt;
  double mean = sum / windows;
  return std::max(0.0, squares - windows * mean * mean) / (windows - 1) / mean;
}

SendTimes::SendTimes(const AskedLoad& asked, Nanos late_after, std::int64_t begin_ns)
    : asked_(asked),
      late_after_(late_after),
      begin_ns_(begin_ns),
      expected_(asked),
      skipped_(expected_.until(asked.skip.count())),
      sent_windows_(window_width(expected_)),
      due_windows_(window_width(expected_)) {
  CHECK(asked.threads >= 1);
  bool thinned = expected_.known() && asked.load.arrival != Arrival::kConstant;
  if (!thinned) return;
  double requests = std::ceil(expected_.mean_per_s() * kLeastGap_s / asked.threads);
  every_ = static_cast<std::uint64_t>(std::max(1.0, requests));
}

void SendTimes::sent(std::int64_t due_ns, std::int64_t sent_ns) {
  if (!counts(due_ns)) return;
  std::int64_t lag = sent_ns - due_ns;
  lag_.add(lag);
  late_ += lag > late_after_.count() ? 1 : 0;
  std::int64_t at = sent_ns - begin_ns_;
  sent_windows_.add(expected_.until(at) - skipped_);
  due_windows_.add(expected_.until(due_ns - begin_ns_) - skipped_);
  if (sent_ == 0) gap_from_ns_ = at;
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
  if (!counts(due_ns)) return;
  ++missed_;
  due_windows_.add(expected_.until(due_ns - begin_ns_) - skipped_);
}

void SendTimes::gap(std::int64_t from_ns, std::int64_t to_ns) {
  double length = (expected_.until(to_ns) - expected_.until(from_ns)) / per_gap();
  double slack = static_cast<double>(kTolerance.count()) * expected_.per_ns(from_ns) / per_gap();
  gap_sum_ += length;
  shorter_.add(static_cast<std::int64_t>((length - slack) * kUnit));
  longer_.add(static_cast<std::int64_t>((length + slack) * kUnit));
}

void SendTimes::merge(const SendTimes& other) {
  sent_windows_.merge(other.sent_windows_);
  due_windows_.merge(other.due_windows_);
  sent_ += other.sent_;
  missed_ += other.missed_;
  late_ += other.late_;
  last_sent_ns_ = std::max(last_sent_ns_, other.last_sent_ns_);
  gap_sum_ += other.gap_sum_;
  lag_.merge(other.lag_);
  shorter_.merge(other.shorter_);
  longer_.merge(other.longer_);
}

double SendTimes::sent_per_s() const {
  std::int64_t length_ns = std::max(asked_.duration.count(), last_sent_ns_) - asked_.skip.count();
  return length_ns > 0 ? static_cast<double>(sent_) / (static_cast<double>(length_ns) / 1e9) : 0;
}

std::optional<double> SendTimes::asked_per_s() const {
  if (asked_.load.loop == Loop::kClosed) return std::nullopt;
  if (expected_.known()) return expected_.mean_per_s();
  Nanos length = asked_.duration - asked_.skip;
  if (length <= Nanos{0}) return std::nullopt;
  return static_cast<double>(due()) / (static_cast<double>(length.count()) / 1e9);
}

ArrivalTest SendTimes::arrivals() const {
  const LoadSpec& load = asked_.load;
  ArrivalTest test;
  test.asked = asked_text(asked_);
  test.every = every_ * static_cast<std::uint64_t>(asked_.threads);
  test.gaps = shorter_.count();
  test.tolerance_ns = kTolerance.count();
  test.window_s = sent_windows_.width() / expected_.mean_per_s();
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
    // A step at 1, on which an edge of the buckets falls.
    test.ks = distance(shorter_, longer_, [](double gap) { return gap <= 1 ? 0.0 : 1.0; });
    test.missing = "a constant rate leaves nothing to chance, so there is no p-value";
  } else if (own_rate) {
    double mean = gap_sum_ / static_cast<double>(test.gaps), shape = per_gap();
    test.ks = distance(shorter_, longer_,
                       [&](double gap) { return stats::gamma_below(shape, shape * gap / mean); });
    test.p_value = stats::lilliefors_exponential_p(*test.ks, test.gaps);
  } else {
    double shape = shape_of(load) * per_gap();
    test.ks = distance(shorter_, longer_,
                       [&](double gap) { return stats::gamma_below(shape, shape * gap); });
    test.p_value = stats::kolmogorov_p(*test.ks, test.gaps);
  }
  return test;
}

}  // namespace lynxbench::metrics
