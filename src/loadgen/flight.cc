#include "loadgen/flight.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <thread>
#include <utility>

#include "base/result.h"
#include "loadgen/record.h"

namespace lynxbench::loadgen {
namespace {

constexpr std::size_t kFirstChunkWithoutSchedule = 1024;

}  // namespace

Flight::Flight(std::size_t first_chunk_size, Nanos epoch)
    : first_chunk_size_(first_chunk_size), epoch_ns_(epoch.count()) {}

Flight::Owner Flight::of_schedule(const Schedule& schedule, Nanos epoch) {
  const std::vector<ScheduledRequest>& requests = schedule.requests;
  Owner flight(new Flight(std::max<std::size_t>(requests.size(), 1), epoch));
  flight->add_chunk(0);
  for (const ScheduledRequest& request : requests) {
    RequestRecord& record = flight->record(flight->append(request.input));
    record.index = request.index;
    record.due_ns = request.due_ns;  // since the begin, until it is sent or given up
  }
  return flight;
}

Flight::Owner Flight::without_schedule(Nanos epoch) {
  return Owner(new Flight(kFirstChunkWithoutSchedule, epoch));
}

void Flight::let_go() {
  if (holders_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

Flight::Place Flight::place_of(std::uint64_t index) const {
  if (index < first_chunk_size_) return {0, index};
  // Chunk k begins at first * (2^k - 1) and has first * 2^k slots.
  std::size_t chunk = std::bit_width(index / first_chunk_size_ + 1) - 1;
  return {chunk, index - first_chunk_size_ * ((std::uint64_t{1} << chunk) - 1)};
}

void Flight::add_chunk(std::size_t chunk) {
  std::size_t size = first_chunk_size_ << chunk;
  chunks_.at(chunk).records.reserve(size);
  chunks_[chunk].states = std::make_unique<std::atomic<SlotState>[]>(size);
}

RequestRecord& Flight::record(std::uint64_t index) const {
  Place place = place_of(index);
  return chunks_[place.chunk].records.data()[place.offset];
}

std::atomic<Flight::SlotState>& Flight::state(std::uint64_t index) const {
  Place place = place_of(index);
  return chunks_[place.chunk].states[place.offset];
}

std::uint64_t Flight::append(std::uint32_t input) {
  Place place = place_of(slots_);
  if (!chunks_.at(place.chunk).states) add_chunk(place.chunk);
  RequestRecord& slot = chunks_[place.chunk].records.emplace_back();
  slot.index = slots_;
  slot.input = input;
  return slots_++;
}

void Flight::mark_sent(std::uint64_t index, Nanos due, Nanos at, std::uint32_t request_bytes) {
  RequestRecord& slot = record(index);
  slot.due_ns = due.count() - epoch_ns_;
  slot.sent_ns = at.count() - epoch_ns_;
  slot.request_bytes = request_bytes;
  slot.status = RequestStatus::kUnfinished;
  holders_.fetch_add(1, std::memory_order_relaxed);
  state(index).store(SlotState::kSent, std::memory_order_release);
  sent_.store(index + 1, std::memory_order_release);
}

void Flight::answered(const target::Answer& answer) {
  CHECK(answer.index < sent());
  std::atomic<SlotState>& slot_state = state(answer.index);
  SlotState expected = SlotState::kSent;
  if (slot_state.compare_exchange_strong(expected, SlotState::kBeingAnswered,
                                         std::memory_order_acquire)) {
    fill(record(answer.index), answer, epoch_ns_);
    slot_state.store(SlotState::kAnswered, std::memory_order_release);
  } else {
    CHECK(expected == SlotState::kGivenUp);  // else it was answered twice
  }
  // Sequentially consistent with wait_for_answers: either it sees this count, or this sees that it
  // waits for it.
  if (answered_.fetch_add(1) + 1 == awaited_.load()) {
    bell_.fetch_add(1);
    wake(bell_);
  }
  let_go();
}

void Flight::wait_for_answers(std::uint64_t count, Nanos until, Clock& clock) {
  std::uint32_t seen = bell_.load();
  awaited_.store(count);
  if (answered_.load() < count) clock.wait(bell_, seen, until);
}

bool Flight::is_answered(std::uint64_t index) const {
  return state(index).load(std::memory_order_acquire) == SlotState::kAnswered;
}

void Flight::give_up(Nanos begin) {
  for (std::uint64_t index = 0, end = sent(); index < end; ++index) {
    std::atomic<SlotState>& slot_state = state(index);
    SlotState seen = SlotState::kSent;
    if (slot_state.compare_exchange_strong(seen, SlotState::kGivenUp, std::memory_order_acquire)) {
      continue;
    }
    // Its answer is being written at this moment: a few instructions.
    while (!is_answered(index)) std::this_thread::yield();
  }
  for (std::uint64_t index = sent(); index < slots_; ++index) {
    record(index).due_ns += begin.count() - epoch_ns_;
  }
}

std::vector<RequestRecord> Flight::take_records() {
  // The only chunk of a schedule is handed over as it is.
  std::vector<RequestRecord> records = std::move(chunks_[0].records);
  records.reserve(slots_);
  for (std::size_t chunk = 1; chunk < chunks_.size() && chunks_[chunk].states; ++chunk) {
    std::vector<RequestRecord> more = std::move(chunks_[chunk].records);
    records.insert(records.end(), std::move_iterator(more.begin()), std::move_iterator(more.end()));
  }
  return records;
}

}  // namespace lynxbench::loadgen
