// What the workload's requests carry, independent of the protocol: a table from which each request
// takes the input that its schedule names (ScheduledRequest::input).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lynxbench {

struct Message {
  std::string role;  // "system", "user", "assistant"
  std::string text;
};

struct Input {
  std::vector<Message> messages;            // language models; a completion's prompt is one message
  std::optional<std::int64_t> prompt_tokens;  // as asked for: one per word; the server counts its own
  std::optional<std::int64_t> max_tokens;
  std::string body;                         // given as it is: HTTP's body, a command's line
  std::optional<std::string> expected;      // the right answer
  std::uint32_t session = 0;                // multi-turn: which conversation, and
  std::uint32_t turn = 0;                   // how many turns came before
};

// A moment at which a recorded request came, and which input it has.
struct TraceArrival {
  std::int64_t at_ns = 0;  // since the first one
  std::uint32_t input = 0;
};

struct Inputs {
  std::vector<Input> inputs;            // never empty for a target on the network
  std::vector<TraceArrival> arrivals;   // of a trace, by time; empty otherwise
  std::string digest;                   // SHA-256 of all that is sent: the same seed, the same digest
  std::vector<std::string> notes;       // what was left out of the file, counted
};

}  // namespace lynxbench
