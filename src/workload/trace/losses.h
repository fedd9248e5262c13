// Counts what a reader could not use: one Loss for each kind, with the place of its first.
//
//   losses.add(Severity::kLoss, "line without a time", "line 17");
#pragma once

#include <string>
#include <string_view>

#include "model/timeline.h"

namespace lynxbench::workload::trace {

class LossCounter {
 public:
  void add(Severity severity, std::string_view what, const std::string& where) {
    for (Loss& loss : losses_) {
      if (loss.what != what) continue;
      ++loss.count;
      return;
    }
    losses_.push_back({severity, std::string(what), 1, where});
  }
  [[nodiscard]] const Losses& losses() const { return losses_; }

 private:
  Losses losses_;
};

}  // namespace lynxbench::workload::trace
