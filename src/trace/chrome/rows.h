// Turns events of a Chrome trace into rows of a Timeline, by category: the PyTorch profiler's of every
// year, and what other tools write.
//
//   Batch batch;
//   EventRows rows(batch);
//   rows.add(event, byte);       // 0 or 1 row; what cannot be used is counted in batch.losses
//
// Threads: one at a time for each batch; batches of the parts of a file are put together by append().
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/trace.h"
#include "trace/chrome/event.h"
#include "trace/loss_count.h"

namespace lynxbench::trace::chrome {

// A beginning or an end that stands alone ("B", "E"): they are matched when all have been read.
struct Mark {
  std::int64_t at_ns = 0;
  std::uint32_t thread = 0;
  NameId name = 0;
  bool begins = false;
};

// One sample of a counter; they become series when all have been read.
struct CounterSample {
  NameId name = 0;
  NameId labels = 0;
  std::int64_t at_ns = 0;
  double value = 0;
  std::int64_t device = -1;  // -1: not a device's
};

// 104 days: what lasts longer is a fault of the file.
inline constexpr std::int64_t kLongestEventNs = std::int64_t{1} << 53;

struct Batch {
  Timeline timeline;
  std::vector<Mark> marks;
  Column<CounterSample> counters;
  std::uint64_t device_annotations = 0;  // repeats on the device's side of what the host shows
  std::uint64_t flows = 0;               // arrows; links come from the correlation
  bool pytorch = false;                  // has categories that the PyTorch profiler alone writes
  LossCount losses;
};

class EventRows {
 public:
  explicit EventRows(Batch& batch) : batch_(batch), timeline_(batch.timeline) {}

  void add(const Event& event, std::uint64_t byte);

 private:
  struct Times {
    std::int64_t begin_ns;
    std::int64_t end_ns;
  };
  [[nodiscard]] std::optional<Times> times_of(const Event& event, std::uint64_t byte);
  void add_complete(const Event& event, std::uint64_t byte);
  void add_device(const Event& event, const Times& times, DeviceWork work);
  void add_host(const Event& event, const Times& times, HostWork work);
  void add_accelerator(const Event& event, const Times& times);
  void add_wait(const Event& event, const Times& times);
  void add_mark(const Event& event, std::uint64_t byte);
  void add_metadata(const Event& event);
  void add_counter(const Event& event, std::uint64_t byte);
  void add_instant(const Event& event, std::uint64_t byte);
  [[nodiscard]] std::uint32_t kernel_facts(const Event& event);
  [[nodiscard]] std::uint32_t copy_facts(const Event& event);
  [[nodiscard]] std::uint32_t lane_of(const Event& event);
  [[nodiscard]] std::int64_t device_of(const Event& event) const;
  std::uint32_t recorded_on(const Event& event);
  [[nodiscard]] std::uint32_t thread_of(const Event& event);
  [[nodiscard]] NameId intern(std::string_view text);

  Batch& batch_;
  Timeline& timeline_;
  std::string last_process_;  // of the thread that came last, as spelled
  std::string last_thread_;
  std::uint32_t last_thread_row_ = kNoRow;
};

// Puts the rows of `part`, which come after those of `whole` in the file, behind them.
void append(Batch& whole, const Batch& part);

}  // namespace lynxbench::trace::chrome
