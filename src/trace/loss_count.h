// Counts what a reader could not use: one Loss per kind, with the place of its first.
//
//   LossCount losses;
//   losses.add(Severity::kLoss, "event without a duration", 10234);
//   timeline.losses = losses.take();   // in the order in which the kinds were met
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "model/timeline.h"

namespace lynxbench::trace {

class LossCount {
 public:
  // `byte` counts from the start of the text, from 0.
  void add(Severity severity, std::string_view what, std::size_t byte);
  // For what has no place, or `count` of a kind at once; nothing when `count` is 0.
  void add_all(Severity severity, std::string_view what, std::uint64_t count, std::string where);
  void append(const Losses& others);
  [[nodiscard]] bool empty() const { return losses_.empty(); }
  [[nodiscard]] Losses take();

 private:
  Losses losses_;
};

}  // namespace lynxbench::trace
