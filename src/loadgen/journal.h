// Hands the answered requests of a Flight to a listener while the phase goes on, about twice a
// second, from a thread of its own: neither the sender nor an answer ever waits for it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "loadgen/flight.h"

namespace lynxbench::loadgen {

using Listener = std::function<void(std::span<const RequestRecord>)>;

// `flight` must outlive it. Without a listener it does nothing and has no thread.
class Journal {
 public:
  Journal(const Flight& flight, Listener listener);
  ~Journal() { finish(); }
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Hands over what is left and ends the thread.
  void finish();

 private:
  void work();
  // Hands over what was answered since the last pass.
  void pass();
  void hand_over();

  const Flight& flight_;
  const Listener listener_;
  std::uint64_t next_ = 0;              // requests before it were passed or are waiting
  std::vector<std::uint64_t> waiting_;  // passed while they had no answer
  std::vector<RequestRecord> piece_;    // to be handed over
  std::mutex mutex_;
  std::condition_variable ended_;
  bool ending_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace lynxbench::loadgen
