// Inputs of words drawn by the seed: prompts of drawn lengths, with shared heads and turns.
// Inside workload only.
#pragma once

#include <vector>

#include "base/result.h"
#include "model/contract.h"
#include "model/inputs.h"

namespace lynxbench::workload {

// InputSpec::distinct sessions of PromptSpec::turns inputs each, by session and then by turn. Session
// s is of prefix group s mod prefix_groups, whose members begin with the same system message.
//
// A turn asks with a message of a drawn length and wants an answer of a drawn length (max_tokens).
// Its request carries all messages that went before, with replies of the wanted length made up here:
// the server's own replies are not known beforehand, and would make the bytes differ between runs.
//
// Session s depends on the seed and s alone: more sessions leave the first ones as they were.
// kInvalidArgument for lengths or numbers that cannot be, and beyond kMostInputBytes of text.
[[nodiscard]] Result<std::vector<Input>> synthetic_inputs(const Workload& workload);

inline constexpr std::int64_t kMostInputBytes = std::int64_t{1} << 30;

}  // namespace lynxbench::workload
