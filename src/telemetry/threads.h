// What each thread of this process did with its time: on a core, or ready and without one.
//
//   ThreadWatch threads("/", now);
//   threads.look();                        // now and then, so that short-lived threads are seen
//   std::vector<ThreadCpu> cores = TRY(threads.finish(now));
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/files.h"
#include "base/result.h"
#include "model/audit.h"

namespace lynxbench::telemetry {

// "1234567 890 42": ns on a core, ns waiting for one, times scheduled (sched-stats). Nothing when it
// is not of that form.
struct SchedStat {
  std::uint64_t ran_ns = 0;
  std::uint64_t waited_ns = 0;
};
[[nodiscard]] std::optional<SchedStat> parse_sched_stat(std::string_view text);

// Reads proc/self/task below `root` ("/", or a recorded tree): schedstat, or where the kernel has
// none stat, which counts in clock ticks and does not tell waiting. Threads: one at a time.
class ThreadWatch {
 public:
  ThreadWatch(fs::path root, Nanos now);

  // Adds what passed since the last look. A thread that began and ended between two looks is missed.
  void look();
  // Looks once more; mean over the time since construction, the busiest first, those that neither
  // ran nor waited for 0.1 % of it left out. kUnavailable when no thread could ever be read.
  [[nodiscard]] Result<std::vector<ThreadCpu>> finish(Nanos now);

 private:
  struct Reading {
    std::string name;
    std::uint64_t ran_ns = 0;
    std::optional<std::uint64_t> waited_ns = std::nullopt;
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
