#include "loadgen/journal.h"

#include <chrono>
#include <utility>

namespace lynxbench::loadgen {
namespace {

constexpr std::chrono::milliseconds kPeriod{500};
constexpr std::size_t kPiece = 4096;

}  // namespace

Journal::Journal(const Flight& flight, Listener listener)
    : flight_(flight), listener_(std::move(listener)) {
  if (listener_) thread_ = std::thread([this] { work(); });
}

void Journal::finish() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  ended_.notify_one();
  thread_.join();
}

void Journal::work() {
  // Real time whatever the clock of the run: a journal must not move a simulated one.
  std::unique_lock lock(mutex_);
  while (!ended_.wait_for(lock, kPeriod, [this] { return ending_; })) {
    lock.unlock();
    pass();
    lock.lock();
  }
  lock.unlock();
  pass();
}

void Journal::pass() {
  std::vector<std::uint64_t> still_waiting;
  auto look_at = [&](std::uint64_t index) {
    if (!flight_.is_answered(index)) {
      still_waiting.push_back(index);
      return;
    }
    piece_.push_back(flight_.record(index));
    if (piece_.size() == kPiece) hand_over();
  };
  for (std::uint64_t index : waiting_) look_at(index);
  for (std::uint64_t end = flight_.sent(); next_ < end; ++next_) look_at(next_);
  if (!piece_.empty()) hand_over();
  waiting_ = std::move(still_waiting);
}

void Journal::hand_over() {
  listener_(piece_);
  piece_.clear();
}

}  // namespace lynxbench::loadgen
