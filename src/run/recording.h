// The bundle under way, shared by the run's thread and the load generator's journal. Keeps the first
// error: after it nothing more is written, and the run ends.
#pragma once

#include <mutex>
#include <optional>

#include "bundle/bundle.h"

namespace lynxbench::run {

// Threads: safe to call from several at once.
class Recording {
 public:
  explicit Recording(bundle::Writer writer) : writer_(std::move(writer)) {}

  // Calls `write` with the Writer, alone, unless an earlier one failed.
  template <typename Write>
  void with_writer(Write&& write) {
    std::lock_guard lock(mutex_);
    if (failure_) return;
    Status status = write(writer_);
    if (!status.ok()) failure_ = status.error();
  }

  [[nodiscard]] Status status() {
    std::lock_guard lock(mutex_);
    if (failure_) return *failure_;
    return ok_status();
  }

 private:
  std::mutex mutex_;
  bundle::Writer writer_;
  std::optional<Error> failure_;
};

}  // namespace lynxbench::run
