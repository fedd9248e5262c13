// What both senders share. Inside loadgen only.
#pragma once

#include <array>

#include "base/thread_time.h"
#include "loadgen/loadgen.h"

namespace lynxbench::loadgen {

// How long a sleeping sender may take to notice `stop`, and how long it drains then.
inline constexpr Nanos kStopLook{50'000'000};
inline constexpr Nanos kStoppedDrain{1'000'000'000};

// While this lives the calling thread is called kLoadThread, and its timers are precise: the kernel
// may delay them by the thread's slack, 50 us if nobody asks, now 1 ns.
class SendingThread {
 public:
  explicit SendingThread(Clock& clock);
  ~SendingThread();
  SendingThread(const SendingThread&) = delete;
  SendingThread& operator=(const SendingThread&) = delete;

  // Since construction.
  [[nodiscard]] SenderTime time() const;

 private:
  Clock& clock_;
  Nanos begin_;
  ThreadTime before_;
  int slack_before_;
  std::array<char, 16> name_before_{};
};

// kInvalidArgument where an option is no number of requests or time.
[[nodiscard]] Status check(const Options& options);
// kInvalidArgument if `concurrency` is not in 1 .. max_in_flight or `duration` not > 0.
[[nodiscard]] Status check(std::int64_t concurrency, Nanos duration, const Options& options);

}  // namespace lynxbench::loadgen
