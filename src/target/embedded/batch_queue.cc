#include "target/embedded/batch_queue.h"

#include <algorithm>
#include <utility>

namespace lynxbench::target {

BatchQueue::BatchQueue(const ServingSpec& serving, const FaultSpec& faults, Clock& clock)
    : serving_(serving),
      faults_(faults),
      clock_(clock),
      full_(static_cast<std::size_t>(std::min(serving.max_batch, serving.queue_capacity))) {
  CHECK(serving.max_batch >= 1 && serving.queue_capacity >= 1);
}

bool BatchQueue::offer(WaitingRequest request) {
  std::condition_variable* wake = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || waiting_.size() >= static_cast<std::size_t>(serving_.queue_capacity))
      return false;
    request.accepted = clock_.now();
    waiting_.push_back(request);
    if (!gathering_) {
      wake = &work_;
    } else if (waiting_.size() >= full_) {
      wake = &company_;
    }
  }
  if (wake != nullptr) wake->notify_one();
  return true;
}

std::optional<Batch> BatchQueue::next() {
  Lock lock(mutex_);
  for (;;) {
    work_.wait(lock, [this] { return closed_ || (!gathering_ && !waiting_.empty()); });
    if (closed_) return std::nullopt;
    if (wait_out_stall(lock)) continue;
    const Nanos opened = clock_.now();
    gather(lock);
    if (closed_) return std::nullopt;
    // A stall that began meanwhile: the instance turns to the batch anew when it is over.
    if (!stalled(clock_.now())) return take(opened);
  }
}

void BatchQueue::begin_phase() {
  {
    const std::lock_guard lock(mutex_);
    phase_begin_ = clock_.now();
  }
  resume_.notify_all();
}

std::vector<WaitingRequest> BatchQueue::close() {
  std::vector<WaitingRequest> left;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    left.assign(waiting_.begin(), waiting_.end());
    waiting_.clear();
  }
  work_.notify_all();
  company_.notify_all();
  resume_.notify_all();
  return left;
}

bool BatchQueue::stalled(Nanos now) const {
  if (!phase_begin_ || faults_.stall_for == Nanos{0}) return false;
  const Nanos begin = *phase_begin_ + faults_.stall_after;
  return now >= begin && now < begin + faults_.stall_for;
}

bool BatchQueue::wait_out_stall(Lock& lock) {
  Nanos now = clock_.now();
  if (!stalled(now)) return false;
  while (!closed_ && stalled(now)) {
    resume_.wait_for(lock, *phase_begin_ + faults_.stall_after + faults_.stall_for - now);
    now = clock_.now();
  }
  return true;
}

void BatchQueue::gather(Lock& lock) {
  gathering_ = true;
  while (!closed_ && waiting_.size() < full_) {
    const Nanos left = waiting_.front().accepted + serving_.batch_timeout - clock_.now();
    if (left <= Nanos{0}) break;
    company_.wait_for(lock, left);
  }
  gathering_ = false;
}

Batch BatchQueue::take(Nanos opened) {
  const auto count = std::min(waiting_.size(), static_cast<std::size_t>(serving_.max_batch));
  CHECK(count > 0);  // whoever gathers is alone
  Batch batch{.id = next_id_++, .opened = opened, .closed = clock_.now(), .requests = {}};
  batch.requests.assign(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
  if (!waiting_.empty()) work_.notify_one();
  return batch;
}

}  // namespace lynxbench::target
