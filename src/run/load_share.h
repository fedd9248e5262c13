// One load thread's share of a load: its target, its requests, its tally. Inside run only.
#pragma once

#include <atomic>
#include <memory>

#include "loadgen/loadgen.h"
#include "metrics/client_view.h"
#include "metrics/send_times.h"
#include "metrics/tally.h"
#include "run/load.h"
#include "run/load_record.h"
#include "run/scoring.h"
#include "workload/workload.h"

namespace lynxbench::run {

// What a progress line shows; written by the load thread alone.
struct alignas(64) LiveCounts {
  std::atomic<std::uint64_t> sent{0};
  std::atomic<std::uint64_t> over{0};
  std::atomic<std::uint64_t> failed{0};
};

// What all shares of a load have in common.
struct LoadPlan {
  const LoadJob& job;
  const LoadContext& context;
  LoadSpec load;
  Nanos epoch{0};
  Nanos begin{0};   // on the clock
  Nanos length{0};  // warm-up and window
  std::uint64_t seed = 0;
  int threads = 1;
  LoadRecorder* recorder = nullptr;
  bool keep_records = false;  // a look of the search is judged by its records
};

class LoadShare {
 public:
  LoadShare(int number, std::unique_ptr<target::Target> target) : number_(number), target_(std::move(target)) {}

  // In the thread that sends.
  [[nodiscard]] Status run(const LoadPlan& plan);

  [[nodiscard]] const LiveCounts& live() const { return live_; }
  [[nodiscard]] target::Target& target() { return *target_; }
  [[nodiscard]] const loadgen::StreamOutcome& outcome() const { return outcome_; }
  [[nodiscard]] metrics::Tally& tally() { return *tally_; }
  [[nodiscard]] metrics::SendTimes& send_times() { return *send_times_; }
  // Of the window, for the command that scores them.
  [[nodiscard]] KeptAnswers& answers() { return answers_; }
  // In the order in which they were over; only with LoadPlan::keep_records.
  [[nodiscard]] std::vector<RequestRecord>& records() { return records_; }
  // Of all its requests, the warm-up's as well.
  [[nodiscard]] const ClientView& client_view() const { return client_view_.view(); }
  // For people, of a trace.
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

 private:
  [[nodiscard]] Status run_open(const LoadPlan& plan, const loadgen::Options& options);
  [[nodiscard]] Status run_closed(const LoadPlan& plan, const loadgen::Options& options);
  void take(const LoadPlan& plan, RequestRecord&& record);

  int number_;
  std::unique_ptr<target::Target> target_;
  LiveCounts live_;
  std::unique_ptr<metrics::Tally> tally_;
  std::unique_ptr<metrics::SendTimes> send_times_;
  metrics::ClientViewTally client_view_;
  loadgen::StreamOutcome outcome_;
  KeptAnswers answers_;
  std::vector<RequestRecord> records_;
  std::vector<std::string> notes_;
};

}  // namespace lynxbench::run
