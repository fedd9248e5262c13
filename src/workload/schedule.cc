#include <algorithm>
#include <array>
#include <cmath>

#include "base/digest.h"
#include "workload/arrivals.h"
#include "workload/workload.h"

namespace lynxbench::workload {
namespace {

// SHA-256 of (due, input) pairs, 8 and 4 bytes, little-endian.
class PairDigest {
 public:
  void add(std::int64_t due_ns, std::uint32_t input) {
    if (size_ + 12 > bytes_.size()) flush();
    put(static_cast<std::uint64_t>(due_ns), 8);
    put(input, 4);
  }
  [[nodiscard]] std::string finish() {
    flush();
    return digest_.finish();
  }

 private:
  void put(std::uint64_t value, int width) {
    for (int i = 0; i < width; ++i) bytes_[size_++] = static_cast<char>(value >> (8 * i) & 0xff);
  }
  void flush() {
    digest_.add({bytes_.data(), size_});
    size_ = 0;
  }
  Sha256 digest_;
  std::array<char, 12 * 1024> bytes_;
  std::size_t size_ = 0;
};

// Room for what a Poisson process will hardly ever exceed, so that the vector is not moved and its
// memory not taken twice.
std::size_t room_for(double expected) {
  return static_cast<std::size_t>(expected + 6 * std::sqrt(expected)) + 16;
}

}  // namespace

struct ScheduleStream::State {
  std::unique_ptr<Arrivals> arrivals;
  bool names_inputs;
  InputSequence inputs;
  Nanos duration;
  PairDigest digest{};
  std::optional<std::string> finished{};
  std::uint64_t count = 0;
  bool ended = false;
};

ScheduleStream::ScheduleStream(std::unique_ptr<State> state) : state_(std::move(state)) {}
ScheduleStream::~ScheduleStream() = default;
ScheduleStream::ScheduleStream(ScheduleStream&&) noexcept = default;

Result<ScheduleStream> ScheduleStream::open(const LoadSpec& load, Nanos duration,
                                            InputSequence inputs,
                                            std::span<const TraceArrival> recorded,
                                            std::uint64_t seed) {
  std::unique_ptr<Arrivals> arrivals = TRY(open_arrivals(load, duration, recorded, seed));
  bool names_inputs = arrivals->names_inputs();
  if (names_inputs) {
    for (const TraceArrival& arrival : recorded) {
      if (arrival.input < inputs.distinct()) continue;
      return error(ErrorCode::kInvalidArgument, "the trace names input {}, and there are {}",
                   arrival.input, inputs.distinct());
    }
  }
  return ScheduleStream(std::make_unique<State>(
      State{std::move(arrivals), names_inputs, std::move(inputs), duration}));
}

std::optional<ScheduledRequest> ScheduleStream::next() {
  State& state = *state_;
  if (state.ended) return std::nullopt;
  std::optional<TraceArrival> arrival = state.arrivals->next();
  if (!arrival || arrival->at_ns >= state.duration.count()) {
    state.ended = true;
    return std::nullopt;
  }
  ScheduledRequest request{.index = state.count++, .due_ns = arrival->at_ns, .input = arrival->input};
  if (!state.names_inputs) request.input = state.inputs.next();
  state.digest.add(request.due_ns, request.input);
  return request;
}

std::string ScheduleStream::digest() {
  state_->ended = true;
  if (!state_->finished) state_->finished = state_->digest.finish();
  return *state_->finished;
}

std::vector<std::string> ScheduleStream::notes() const { return state_->arrivals->notes(); }

Result<ScheduleStream> open_stream(const LoadSpec& load, Nanos duration, const Workload& workload,
                                   const Inputs& inputs, std::uint64_t seed) {
  return ScheduleStream::open(load, duration, input_sequence(workload, inputs, seed),
                              inputs.arrivals, seed);
}

Schedule collected(ScheduleStream stream) {
  Schedule schedule;
  while (std::optional<ScheduledRequest> request = stream.next()) schedule.requests.push_back(*request);
  schedule.digest = stream.digest();
  return schedule;
}

Schedule open_schedule(Arrival arrival, double rate_per_s, Nanos duration,
                       std::int64_t distinct_inputs, std::uint64_t seed) {
  CHECK(arrival == Arrival::kConstant || arrival == Arrival::kPoisson);
  CHECK(rate_per_s > 0 && rate_per_s <= kMostRatePerS);
  LoadSpec load;
  load.arrival = arrival;
  load.rate_per_s = rate_per_s;
  ScheduleStream stream =
      ScheduleStream::open(load, duration, InputSequence(distinct_inputs, seed), {}, seed).value();
  double seconds = static_cast<double>(std::max<std::int64_t>(duration.count(), 0)) / 1e9;
  Schedule schedule;
  schedule.requests.reserve(room_for(rate_per_s * seconds));
  while (std::optional<ScheduledRequest> request = stream.next()) schedule.requests.push_back(*request);
  schedule.digest = stream.digest();
  return schedule;
}

}  // namespace lynxbench::workload
