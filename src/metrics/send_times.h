// Were the requests sent when they should have been? Fed one pair of times per request while the
// load goes on; keeps no request, so a load of any length is judged in constant memory.
//
//   SendTimes times({.load = {.arrival = Arrival::kPoisson, .rate_per_s = 200}, .duration = 10s},
//                   limits.schedule_lag_p99);
//   times.sent(due_ns, sent_ns);           // in the order of sending; some 50 ns
//   times.missed(due_ns);                  // fell due and was never sent
//   ArrivalTest test = times.arrivals();
//
// Where several threads share a load, each sending every n-th request, each has its own and they are
// merged in the end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/audit.h"
#include "model/contract.h"
#include "stats/log_histogram.h"

namespace lynxbench::metrics {

// The load that was asked for. `rate_per_s` is in force (LoadSpec::of_capacity was resolved).
struct AskedLoad {
  LoadSpec load;
  Nanos duration{0};
  Nanos skip{0};   // its beginning that does not count: a warm-up
  int threads = 1; // that share it: request k is sent by thread k mod threads
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
  [[nodiscard]] double mean_per_s() const { return mean_per_s_; }  // of what counts

 private:
  bool known_ = false;
  double mean_per_s_ = 10;
  double from_per_ns_ = 1e-8;
  double gain_per_ns2_ = 0;  // of a ramp
  double ramp_ns_ = 0;       // its length; later the rate stays
};

// Counts of something in windows of equal expected count: as wide as asked, and twice as wide as
// often as it takes for at most 8192 windows to do.
class WindowCounts {
 public:
  explicit WindowCounts(double width) : width_(width) {}
  void add(double expected_count);  // below 0: left out
  void merge(WindowCounts other);   // of the same width
  [[nodiscard]] double width() const { return width_; }
  // Variance over mean of the counts; the last window is not over and is left out. Nothing with
  // fewer than 20.
  [[nodiscard]] std::optional<double> fano() const;

 private:
  void widen();

  double width_;
  std::vector<std::uint64_t> counts_;
};

// Threads: one at a time.
class SendTimes {
 public:
  // Requests sent more than `late_after` after they were due are late. Times of all pairs count from
  // `begin_ns`, the start of the load, on the same clock. Requests due before AskedLoad::skip is over
  // may be given; they do not count.
  SendTimes(const AskedLoad& asked, Nanos late_after, std::int64_t begin_ns = 0);

  void sent(std::int64_t due_ns, std::int64_t sent_ns);
  void missed(std::int64_t due_ns);
  // What another thread sent of the same load.
  void merge(const SendTimes& other);

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
  [[nodiscard]] bool counts(std::int64_t due_ns) const {
    return due_ns - begin_ns_ >= asked_.skip.count();
  }
  // Requests from one end of a gap to the other.
  [[nodiscard]] double per_gap() const { return static_cast<double>(every_) * asked_.threads; }
  void gap(std::int64_t from_ns, std::int64_t to_ns);

  AskedLoad asked_;
  Nanos late_after_;
  std::int64_t begin_ns_;
  ExpectedCount expected_;
  double skipped_;           // expected count of what does not count
  std::uint64_t every_ = 1;  // of this thread's requests, the one that ends a gap
  WindowCounts sent_windows_, due_windows_;
  std::uint64_t sent_ = 0, missed_ = 0, late_ = 0;
  std::int64_t last_sent_ns_ = 0;      // since the start
  std::int64_t gap_from_ns_ = 0;       // since the start
  std::uint64_t since_gap_ = 0;        // requests sent since then
  double gap_sum_ = 0;                 // of the gaps, in expected counts per gap
  stats::LogHistogram lag_;            // ns
  // Gaps as expected counts per gap (so the mean is 1), in units of kUnit, shorter and longer by the
  // tolerance.
  stats::LogHistogram shorter_, longer_;
};

}  // namespace lynxbench::metrics
