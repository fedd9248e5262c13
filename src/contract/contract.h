// Contracts: text -> Contract, checked in full, and its canonical form and digest.
//
//   contract::Reading reading = contract::read(text, "contracts/quickstart.yaml");
//   if (!reading.problems.empty()) -> print each: "file:line:column: what; allowed: ..."
//   std::string digest = contract::digest(*reading.contract);   // 64 hex digits
//
// The digest is of the canonical form: comments, key order and spelling of units do not change it;
// any term does. docs/formats/contract.md and docs/contract.schema.json describe the file.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/contract.h"

namespace lynxbench::contract {

// One thing wrong with a contract, said so that a newcomer can mend it.
struct Problem {
  std::string file;
  std::size_t line = 0;    // from 1
  std::size_t column = 0;  // from 1
  std::string key;         // "load.search.resolution"; "" for the file as a whole
  std::string what;        // "is 0; a search with this resolution never ends"
  std::string allowed;     // "a ratio between 0.5% and 50%"

  [[nodiscard]] std::string text() const;  // "file:line:column: key: what; allowed: ..."
};

struct Reading {
  std::optional<Contract> contract;  // only when there is no problem
  std::vector<Problem> problems;     // all of them, by line
};

// Never throws, whatever `text` is.
[[nodiscard]] Reading read(std::string_view text, const std::string& file);

// All problems as one Error, for callers that need no list.
[[nodiscard]] Result<Contract> read_or_error(std::string_view text, const std::string& file);

[[nodiscard]] std::string canonical(const Contract& contract);
[[nodiscard]] std::string digest(const Contract& contract);

// The contract as YAML without comments, defaults written out: reads back as the same contract when
// it is one that read() could have returned.
[[nodiscard]] std::string to_yaml(const Contract& contract);

// A commented contract that passes read(), for `contract init`: of a target of this kind ("embedded",
// "openai-chat" ...; kInvalidArgument for what is none). Characters that a contract's name cannot
// have became hyphens.
[[nodiscard]] Result<std::string> initial(const std::string& name,
                                          const std::string& kind = "embedded");

// The published JSON Schema (draft 7), the same bytes as docs/contract.schema.json.
[[nodiscard]] std::string_view schema();

// The contract with one lever at another value: "target.runtime.threads" = "2". Keys are those of
// the YAML file joined by dots; an item of a list goes by its name, figure or [index]:
// "load.points.half.rate", "metrics.e2e.p95@half.at_most", "limitations[0]". Setting one of two
// keys that exclude each other (rate and of_capacity) removes the other. Fails with
// kInvalidArgument, suggesting the nearest key, or saying what is allowed.
[[nodiscard]] Result<Contract> with_lever(const Contract& contract, const std::string& key,
                                          const std::string& value);

}  // namespace lynxbench::contract
