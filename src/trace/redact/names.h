// What becomes of a name in a redacted trace.
//
//   Names names(options);
//   names.of(NameOf::kOperator, "aten::mm")                       -> "aten::mm"
//   names.of(NameOf::kPython, "/home/ann/x/train.py(12): step")   -> "train.py(12): step"
//   names.of(NameOf::kAnnotation, "ann's try 3")                  -> "name-kfbaogekli"
//
// Different names stay different, and a name becomes the same wherever it occurs, so that tables by name
// have the same rows. What attribution looks for in a name (a data loader, a wait, communication, the
// number of a step) is still in its replacement. Threads: one at a time.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "trace/redact/redact.h"

namespace lynxbench::trace::redact {

enum class NameOf : std::uint8_t {
  kDeviceWork,  // kernels, copies and sets
  kCall,        // of a device's runtime or driver
  kOperator,    // of a framework
  kPython,
  kNode,        // of a model: a layer, an operator's place in a graph
  kInstruction, // of a compiled program (HLO), and the compiler's own functions
  kAnnotation,  // what a program named, and everything of unknown origin
};

class Names {
 public:
  explicit Names(const Options& options) : options_(options) {}

  // Valid while *this lives.
  const std::string& of(NameOf kind, std::string_view name);
  // Letters only: for words in the place of ids.
  [[nodiscard]] std::string digest(std::string_view text) const;
  // The same as a negative number.
  [[nodiscard]] std::int64_t digest_number(std::string_view text) const;

  // Different names that were replaced or shortened, by kind.
  [[nodiscard]] const std::map<std::string, std::uint64_t>& changed() const { return changed_; }

 private:
  struct Pool {
    std::unordered_map<std::string, std::string> known;
    std::unordered_set<std::string> used;
  };
  [[nodiscard]] std::string choose(NameOf kind, std::string_view name) const;
  [[nodiscard]] std::string replaced(std::string_view name) const;
  [[nodiscard]] std::string scrubbed(std::string_view name) const;
  [[nodiscard]] std::string python(std::string_view name) const;
  [[nodiscard]] std::string node(std::string_view name) const;
  void count(NameOf kind);

  Options options_;
  Pool device_;  // device work and host have tables of their own
  Pool host_;
  std::map<std::string, std::uint64_t> changed_;
};

// Whether a piece of text has the form of a path, an address of a machine or a person, or a secret.
[[nodiscard]] bool looks_private(std::string_view text);

}  // namespace lynxbench::trace::redact
