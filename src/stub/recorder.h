// Keeps the truth without disturbing the server: in memory, and beyond a limit written by a thread of
// the lowest priority. Totals are kept of everything. Inside stub only.
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "stub/truth.h"

namespace lynxbench::stub {

// Counts of times from 0 to 2^63 ns in steps of at most 1/128.
class TimeHistogram {
 public:
  void add(std::int64_t ns);
  [[nodiscard]] Quantiles quantiles() const;

 private:
  static constexpr int kSteps = 128;
  std::array<std::uint64_t, 58 * kSteps> counts_{};
  std::uint64_t n_ = 0;
  std::int64_t most_ = 0;
};

// Threads: of the server's thread; finish() when that has ended.
class Recorder {
 public:
  // `file` may be "": the truth stays in memory, up to `memory` bytes.
  [[nodiscard]] static Result<std::unique_ptr<Recorder>> make(bool keep, const std::string& file, std::int64_t memory);
  ~Recorder();

  [[nodiscard]] bool keeps() const { return keep_; }
  void opened_connection() { ++totals_.connections; }
  void wrote(std::int64_t late_ns) { write_error_.add(late_ns); }
  void gap(std::int64_t itl_ns) { itl_.add(itl_ns); }
  // The times are of an ok request alone.
  void count(Outcome outcome, bool kernel_time, std::optional<std::int64_t> ttft_ns, std::int64_t e2e_ns);
  void keep(RequestTruth&& request);

  [[nodiscard]] const Totals& counts() const { return totals_; }  // without quantiles
  // Writes what is left. The requests that are still in memory are then in the truth.
  [[nodiscard]] Result<Truth> finish();

 private:
  Recorder() = default;
  void hand_over();
  void write_blocks();
  void write(const std::vector<RequestTruth>& block);

  bool keep_ = true;
  std::int64_t memory_ = 0;
  std::int64_t used_ = 0;
  std::vector<RequestTruth> requests_;
  Totals totals_;
  TimeHistogram ttft_, itl_, e2e_, write_error_;

  std::FILE* file_ = nullptr;
  std::string file_name_;
  std::thread writer_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::vector<RequestTruth>> blocks_;  // guarded by mutex_
  bool ending_ = false;                            // guarded by mutex_
  std::string problem_;                            // guarded by mutex_
  bool moved_ = false;  // some requests are in the file alone
};

}  // namespace lynxbench::stub
