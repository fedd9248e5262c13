#include "loadgen/collected.h"

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

namespace lynxbench::loadgen {
namespace {

constexpr std::chrono::milliseconds kPeriod{500};
constexpr std::size_t kPiece = 4096;

bool is_over(const RequestRecord& record) {
  return record.status != RequestStatus::kUnfinished && record.status != RequestStatus::kUnsent;
}

}  // namespace

Collected::Collected(Listener listener, std::size_t expected) : listener_(std::move(listener)) {
  records_.reserve(expected);
  if (listener_) thread_ = std::thread([this] { work(); });
}

Collected::~Collected() { end_thread(); }

TakeRecord Collected::taker() {
  return [this](RequestRecord&& record) { take(std::move(record)); };
}

void Collected::take(RequestRecord&& record) {
  if (listener_ && is_over(record)) {
    std::lock_guard lock(mutex_);
    pending_.push_back(record);
  }
  records_.push_back(std::move(record));
}

Outcome Collected::finish(const StreamOutcome& stream) {
  end_thread();
  std::sort(records_.begin(), records_.end(),
            [](const RequestRecord& a, const RequestRecord& b) { return a.index < b.index; });
  return {.records = std::move(records_),
          .begin_ns = stream.begin_ns,
          .end_ns = stream.end_ns,
          .complete = stream.complete,
          .wake_ups = stream.wake_ups,
          .waited_for_room = stream.waited_for_room,
          .sender = stream.sender};
}

void Collected::work() {
  std::unique_lock lock(mutex_);
  for (bool last = false; !last;) {
    last = ended_.wait_for(lock, kPeriod, [this] { return ending_; });
    std::vector<RequestRecord> taken = std::exchange(pending_, {});
    lock.unlock();
    for (std::size_t at = 0; at < taken.size(); at += kPiece) {
      listener_(std::span(taken).subspan(at, std::min(kPiece, taken.size() - at)));
    }
    lock.lock();
  }
}

void Collected::end_thread() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  ended_.notify_one();
  thread_.join();
}

}  // namespace lynxbench::loadgen
