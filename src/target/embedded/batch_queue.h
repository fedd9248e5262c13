// A bounded queue from which instances take batches: a dynamic batcher.
//
//   BatchQueue queue(serving, faults, clock);
//   if (!queue.offer(request)) ...            // full
//   while (auto batch = queue.next()) ...     // in each instance's thread
//
// A free instance opens a batch when a request waits. It closes the batch at once when max_batch
// requests wait, else when the oldest of them has waited batch_timeout since it was accepted; it
// takes the oldest first. One instance at a time gathers: the others leave the requests to it, so
// that batches fill. These are the semantics of Triton's dynamic batcher (max_queue_delay without
// preferred sizes). Requests that are being gathered still count as waiting.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "model/contract.h"
#include "target/target.h"

namespace lynxbench::target {

struct WaitingRequest {
  std::uint64_t index = 0;
  std::uint32_t input = 0;
  Answers* answers = nullptr;
  Nanos accepted{0};  // set by offer()
};

struct Batch {
  std::uint64_t id = 0;  // 0, 1, 2 ... in the order of closing
  Nanos opened{0};       // the instance turned to it
  Nanos closed{0};
  std::vector<WaitingRequest> requests;  // oldest first; 1 to max_batch

  // When the instance turned to `request`: those that came while the batch was open did not queue.
  [[nodiscard]] Nanos opened_for(const WaitingRequest& request) const {
    return request.accepted > opened ? request.accepted : opened;
  }
};

// Threads: all members from any. Waits happen in real time, so `clock` must run as fast as that.
class BatchQueue {
 public:
  // `serving` must have been checked: counts of at least 1.
  BatchQueue(const ServingSpec& serving, const FaultSpec& faults, Clock& clock);

  // Queues the request; false when `queue_capacity` requests wait already, or after close().
  [[nodiscard]] bool offer(WaitingRequest request);

  // Waits for the next batch; nothing after close(). During a stall no batch is opened or closed.
  [[nodiscard]] std::optional<Batch> next();

  // The declared stall is counted from now.
  void begin_phase();

  // Ends every wait. Returns the requests that no instance had taken.
  [[nodiscard]] std::vector<WaitingRequest> close();

 private:
  using Lock = std::unique_lock<std::mutex>;
  [[nodiscard]] bool stalled(Nanos now) const;
  // Returns whether there was something to wait for.
  [[nodiscard]] bool wait_out_stall(Lock& lock);
  void gather(Lock& lock);
  [[nodiscard]] Batch take(Nanos opened);

  const ServingSpec serving_;
  const FaultSpec faults_;
  Clock& clock_;
  // A batch with so many cannot grow: max_batch, or all that may wait.
  const std::size_t full_;

  std::mutex mutex_;
  std::condition_variable work_;     // for idle instances
  std::condition_variable company_;  // for the one that gathers
  std::condition_variable resume_;   // for those in a stall
  std::deque<WaitingRequest> waiting_;
  std::optional<Nanos> phase_begin_;
  std::uint64_t next_id_ = 0;
  bool gathering_ = false;
  bool closed_ = false;
};

}  // namespace lynxbench::target
