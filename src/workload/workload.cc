#include "workload/workload.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "base/digest.h"
#include "base/random.h"
#include "base/result.h"

namespace lynxbench::workload {
namespace {

constexpr double kNanosPerSecond = 1e9;

void append_little_endian(std::string& bytes, std::uint64_t value, int width) {
  for (int i = 0; i < width; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
}

std::string digest_of(const std::vector<ScheduledRequest>& requests) {
  constexpr std::size_t kPiece = 48 * 1024;
  Sha256 digest;
  std::string bytes;
  for (const ScheduledRequest& request : requests) {
    append_little_endian(bytes, static_cast<std::uint64_t>(request.due_ns), 8);
    append_little_endian(bytes, request.input, 4);
    if (bytes.size() < kPiece) continue;
    digest.add(bytes);
    bytes.clear();
  }
  digest.add(bytes);
  return digest.finish();
}

// Room for what a Poisson process will hardly ever exceed, so that the vector is not moved and its
// memory not taken twice.
std::size_t room_for(double expected) {
  return static_cast<std::size_t>(expected + 6 * std::sqrt(expected)) + 16;
}

// Arrival times in ns, one after another. Constant ones are multiplied, not summed: the millionth
// is as exact as the first.
class ArrivalTimes {
 public:
  ArrivalTimes(Arrival arrival, double rate_per_s, std::uint64_t seed)
      : arrival_(arrival),
        gap_ns_(kNanosPerSecond / rate_per_s),
        rate_per_s_(rate_per_s),
        random_(seed, "arrivals") {}

  std::int64_t next() {
    if (arrival_ == Arrival::kConstant) {
      double at_ns = static_cast<double>(count_++) * kNanosPerSecond / rate_per_s_;
      return static_cast<std::int64_t>(at_ns + 0.5);
    }
    at_ns_ += random_.exponential() * gap_ns_;
    return static_cast<std::int64_t>(at_ns_);
  }

 private:
  Arrival arrival_;
  double gap_ns_;
  double rate_per_s_;
  Random random_;
  std::int64_t count_ = 0;
  double at_ns_ = 0;
};

}  // namespace

struct InputSequence::State {
  Random random;
  std::uint64_t distinct;
};

InputSequence::InputSequence(std::int64_t distinct_inputs, std::uint64_t seed)
    : state_(std::make_unique<State>(
          State{Random(seed, "inputs"), static_cast<std::uint64_t>(distinct_inputs)})) {
  CHECK(distinct_inputs > 0 && distinct_inputs <= std::int64_t{1} << 32);
}

InputSequence::~InputSequence() = default;
InputSequence::InputSequence(InputSequence&&) noexcept = default;

std::uint32_t InputSequence::next() {
  return static_cast<std::uint32_t>(state_->random.below(state_->distinct));
}

Schedule open_schedule(Arrival arrival, double rate_per_s, Nanos duration,
                       std::int64_t distinct_inputs, std::uint64_t seed) {
  CHECK(std::isfinite(rate_per_s) && rate_per_s > 0);
  ArrivalTimes arrivals(arrival, rate_per_s, seed);
  InputSequence inputs(distinct_inputs, seed);
  double seconds =
      static_cast<double>(std::max<std::int64_t>(duration.count(), 0)) / kNanosPerSecond;
  Schedule schedule;
  schedule.requests.reserve(room_for(rate_per_s * seconds));
  for (std::int64_t due = arrivals.next(); due < duration.count(); due = arrivals.next()) {
    schedule.requests.push_back(
        {.index = schedule.requests.size(), .due_ns = due, .input = inputs.next()});
  }
  schedule.digest = digest_of(schedule.requests);
  return schedule;
}

}  // namespace lynxbench::workload
