// An export on its way into a Timeline: what the parts of the reader share. Each part takes the
// tables that are its own.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "model/trace.h"
#include "trace/loss_count.h"
#include "trace/nsys/database.h"
#include "trace/nsys/names.h"

namespace lynxbench::trace::nsys {

// In a serialised id the process stands above the thread, 24 bits each (above them: host and VM).
[[nodiscard]] constexpr std::int64_t process_of(std::int64_t global_id) {
  return (global_id >> 24) & 0xFFFFFF;
}
[[nodiscard]] constexpr std::int64_t thread_of(std::int64_t global_id) {
  return global_id & 0xFFFFFF;
}

struct Span {
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
};

class Import {
 public:
  explicit Import(const Database& from);

  const Database& database;
  LossCount losses;
  Timeline timeline;
  StringIds strings;

  // The times in the columns 0 and 1 of a row; nothing, and a loss, when they cannot be used.
  [[nodiscard]] std::optional<Span> span_of(const Scan& row);
  [[nodiscard]] std::optional<std::int64_t> time_in(const Scan& row, int column) const;
  // The latest end of anything so far.
  [[nodiscard]] std::int64_t latest_ns() const { return latest_ns_; }

  // By process and correlation id; `global_id` may be missing, and so may the correlation.
  [[nodiscard]] LinkKey key_of(const Scan& row, int global_id, int correlation) const;
  [[nodiscard]] std::uint32_t thread_row(std::int64_t global_tid);
  // The row of a thread that some event ran on.
  [[nodiscard]] std::optional<std::uint32_t> known_thread(std::int64_t global_tid) const;
  // The GPU that a process calls device `ordinal`.
  [[nodiscard]] std::int64_t gpu_of(std::int64_t process, std::int64_t ordinal) const;
  void set_gpu(std::int64_t process, std::int64_t ordinal, std::int64_t gpu);
  [[nodiscard]] std::uint32_t lane_row(std::int64_t process, std::int64_t ordinal,
                                       std::int64_t stream);

  // Contexts by number, which a process may have on several devices: where its work ran.
  void note_context(std::int64_t process, std::int64_t context, std::int64_t ordinal);
  // `otherwise` of a context that did no work.
  [[nodiscard]] std::int64_t device_of_context(std::int64_t process, std::int64_t context,
                                               std::int64_t otherwise) const;

  // Whether launches and work both say which process they belong to.
  [[nodiscard]] bool links_by_process() const { return links_by_process_; }

 private:
  struct LastLane {
    std::int64_t process = 0, ordinal = 0, stream = 0;
    std::uint32_t row = kNoRow;
  };
  std::int64_t latest_ns_ = 0;
  bool links_by_process_ = true;
  std::unordered_map<std::int64_t, std::uint32_t> thread_rows_;
  std::int64_t last_thread_ = 0;
  std::uint32_t last_thread_row_ = kNoRow;
  std::array<LastLane, 16> last_lanes_{};
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> gpus_;
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> devices_of_contexts_;
  std::pair<std::int64_t, std::int64_t> last_context_{-1, -1};
};

// about.cc: who wrote it, on which clock, on which GPUs; what the profiler itself says went wrong.
void read_about(Import& import);
void read_diagnostics(Import& import);
// device_work.cc
void read_device_work(Import& import);
// host_work.cc: after the device's work, since open ranges end with the last event.
void read_host_work(Import& import);
// metrics.cc
void read_metrics(Import& import);

}  // namespace lynxbench::trace::nsys
