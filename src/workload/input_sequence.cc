#include <algorithm>

#include "base/random.h"
#include "base/result.h"
#include "workload/workload.h"

namespace lynxbench::workload {

struct InputSequence::State {
  // Of one session: its turns in order, and which is next.
  struct Session {
    std::vector<std::uint32_t> turns;
    std::size_t next = 0;
  };
  Random random;
  std::uint64_t distinct;
  std::vector<Session> sessions;  // empty: all are single turns
};

InputSequence::InputSequence(std::int64_t distinct_inputs, std::uint64_t seed)
    : state_(std::make_unique<State>(
          State{Random(seed, "inputs"), static_cast<std::uint64_t>(distinct_inputs), {}})) {
  CHECK(distinct_inputs > 0 && distinct_inputs <= std::int64_t{1} << 32);
}

InputSequence::InputSequence(std::span<const Input> inputs, std::uint64_t seed)
    : InputSequence(static_cast<std::int64_t>(inputs.size()), seed) {
  if (std::none_of(inputs.begin(), inputs.end(), [](const Input& input) { return input.turn > 0; })) return;
  std::vector<std::uint32_t> order(inputs.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint32_t>(i);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::pair(inputs[a].session, inputs[a].turn) < std::pair(inputs[b].session, inputs[b].turn);
  });
  std::vector<State::Session>& sessions = state_->sessions;
  for (std::size_t i = 0; i < order.size(); ++i) {
    bool is_new = i == 0 || inputs[order[i]].session != inputs[order[i - 1]].session;
    if (is_new) sessions.emplace_back();
    sessions.back().turns.push_back(order[i]);
  }
}

InputSequence::~InputSequence() = default;
InputSequence::InputSequence(InputSequence&&) noexcept = default;

std::uint32_t InputSequence::next() {
  if (state_->sessions.empty()) {
    return static_cast<std::uint32_t>(state_->random.below(state_->distinct));
  }
  State::Session& session = state_->sessions[state_->random.below(state_->sessions.size())];
  std::uint32_t input = session.turns[session.next];
  session.next = (session.next + 1) % session.turns.size();
  return input;
}

std::uint64_t InputSequence::distinct() const { return state_->distinct; }

InputSequence input_sequence(const Workload& workload, const Inputs& inputs, std::uint64_t seed) {
  if (inputs.inputs.empty()) return InputSequence(workload.input.distinct, seed);
  return InputSequence(inputs.inputs, seed);
}

}  // namespace lynxbench::workload
