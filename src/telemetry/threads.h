// What each thread of this process did with its time: on a core, or ready and without one.
//
//   ThreadWatch threads("/", now);
//   threads.look();                        // now and then, so that short-lived threads are seen
//   std::vector<ThreadCpu> cores = TRY(threads.finish(now, senders));
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/files.h"
#include "base/result.h"
#include "base/thread_time.h"
#include "model/audit.h"

namespace lynxbench::telemetry {

// Reads proc/self/task below `root` ("/", or a recorded tree): schedstat, or where the kernel has
// none stat, which counts in clock ticks and does not tell waiting. Threads: one at a time.
class ThreadWatch {
 public:
  ThreadWatch(fs::path root, Nanos now);

  // Adds what passed since the last look. A thread that began and ended between two looks is missed.
  void look();
  // Looks once more; mean over the time since construction, the busiest first, those that neither
  // ran nor waited for 0.1 % of it left out. Threads that sent requests measured themselves: they are
  // called kLoadThread, and their means are over their own time. kUnavailable when no thread could
  // ever be read.
  [[nodiscard]] Result<std::vector<ThreadCpu>> finish(Nanos now, std::span<const SenderTime> senders);

 private:
  struct Reading {
    std::string name;
    ThreadTime time{};
  };
  struct Thread {
    Reading first;
    Reading last;
  };
  [[nodiscard]] static std::optional<Reading> read(const fs::path& task);

  fs::path folder_;
  Nanos begin_;
  bool begun_ = false;  // the first look was taken: threads that come later start from zero
  std::map<std::string, Thread> threads_;  // by id
  std::string problem_;
};

}  // namespace lynxbench::telemetry
