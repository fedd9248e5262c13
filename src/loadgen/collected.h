// The records of a polled target's phase, kept until its end; meanwhile handed to a listener about
// twice a second, from a thread of its own: the sender never waits for it. Inside loadgen only.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "loadgen/journal.h"
#include "loadgen/loadgen.h"

namespace lynxbench::loadgen {

class Collected {
 public:
  // Room for `expected` records.
  Collected(Listener listener, std::size_t expected);
  ~Collected();
  Collected(const Collected&) = delete;
  Collected& operator=(const Collected&) = delete;

  // Of the sending thread.
  [[nodiscard]] TakeRecord taker();
  // The rest is handed over; the records by index.
  [[nodiscard]] Outcome finish(const StreamOutcome& stream);

 private:
  void take(RequestRecord&& record);
  void work();
  void end_thread();

  const Listener listener_;
  std::vector<RequestRecord> records_;
  std::vector<RequestRecord> pending_;  // for the listener; guarded by mutex_
  std::mutex mutex_;
  std::condition_variable ended_;
  bool ending_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace lynxbench::loadgen
