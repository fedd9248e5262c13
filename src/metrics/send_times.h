// Were the requests sent when they should have been? Fed one pair of times per request while the
// load goes on; keeps no request, so a load of any length is judged in constant memory.
//
//   SendTimes times({.load = {.arrival = Arrival::kPoisson, .rate_per_s = 200}, .duration = 10s},
//                   limits.schedule_lag_p99);
//   times.sent(due_ns, sent_ns);           // in the order of sending; some 50 ns
//   times.missed(due_ns);                  // fell due and was never sent
//   ArrivalTest test = times.arrivals();
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "model/audit.h"
#include "model/contract.h"
#include "stats/log_histogram.h"

namespace lynxbench::metrics {

// The load that was asked for. `rate_per_s` is in force (LoadSpec::of_capacity was resolved).
struct AskedLoad {
  LoadSpec load;
  Nanos duration{0};
};

// "Poisson at 100/s", "ramp from 10/s to 50/s in 20s", "closed loop, 8 at a time"
[[nodiscard]] std::string asked_text(const AskedLoad& asked);

// The times of a process of which expected counts are known: Poisson, gamma, constant, a ramp. Time
// is looked at through the expected number of arrivals since the start (time rescaling: Brown et
// al., "The time-rescaling theorem ...", Neural Computation 14, 2002), so a ramp is as even as the
// others.
class ExpectedCount {
 public:
  explicit ExpectedCount(const AskedLoad& asked);
  // False for a trace, a closed loop, or no rate: counts are then of an arbitrary 10/s.
  [[nodiscard]] bool known() const { return known_; }
  // Expected arrivals until `at_ns` after the start of the load.
  [[nodiscard]] double until(std::int64_t at_ns) const;
  [[nodiscard]] double per_ns(std::int64_t at_ns) const;  // the rate then
  [[nodiscard]] double mean_per_s() const { return mean_per_s_; }

 private:
  bool known_ = false;
  double mean_per_s_ = 10;
  double from_per_ns_ = 1e-8;
  double gain_per_ns2_ = 0;  // of a ramp
  double ramp_ns_ = 0;       // its length; later the rate stays
};

// Variance over mean of the counts of something in windows of equal expected count.
class WindowCounts {
 public:
  explicit WindowCounts(double width) : width_(width) {}
  void add(double expected_count);  // in order; earlier ones count for the window that is open
  // Of the windows that are over; nothing with fewer than 20.
  [[nodiscard]] std::optional<double> fano() const;

 private:
  double width_;
  std::uint64_t window_ = 0;  // that is open
  double open_ = 0;           // its count
  double sum_ = 0, squares_ = 0;
};

// Threads: one at a time.
class SendTimes {
 public:
  // Requests sent more than `late_after` after they were due are late. Times of all pairs count from
  // `begin_ns`, the start of the load, on the same clock.
  SendTimes(const AskedLoad& asked, Nanos late_after, std::int64_t begin_ns = 0);

  void sent(std::int64_t due_ns, std::int64_t sent_ns);
  void missed(std::int64_t due_ns);

  [[nodiscard]] const AskedLoad& asked() const { return asked_; }
  [[nodiscard]] std::uint64_t due() const { return sent_ + missed_; }
  [[nodiscard]] std::uint64_t sent_count() const { return sent_; }
  [[nodiscard]] std::uint64_t missed_count() const { return missed_; }
  [[nodiscard]] std::uint64_t late_count() const { return late_; }
  [[nodiscard]] const stats::LogHistogram& lag() const { return lag_; }
  // Requests sent, over the time in which they were: from the start to the end of the load, or to
  // the last one when that was later.
  [[nodiscard]] double sent_per_s() const;
  // Mean over the load; of a trace, what fell due. Nothing in a closed loop.
  [[nodiscard]] std::optional<double> asked_per_s() const;
  [[nodiscard]] ArrivalTest arrivals() const;

 private:
  void gap(std::int64_t from_ns, std::int64_t to_ns);

  AskedLoad asked_;
  Nanos late_after_;
  std::int64_t begin_ns_;
  ExpectedCount expected_;
  std::uint64_t every_ = 1;
  WindowCounts sent_windows_, due_windows_;
  std::uint64_t sent_ = 0, missed_ = 0, late_ = 0;
  std::int64_t first_sent_ns_ = 0, last_sent_ns_ = 0;  // since the start
  std::int64_t gap_from_ns_ = 0;       // since the start
  std::uint64_t since_gap_ = 0;        // requests sent since then
  stats::LogHistogram lag_;            // ns
  // Gaps as expected counts, in units of kUnit, shorter and longer by the tolerance.
  stats::LogHistogram shorter_, longer_;
};

}  // namespace lynxbench::metrics
