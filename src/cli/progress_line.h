// Progress on standard error: on a terminal one line that is drawn anew, elsewhere a line a step.
#pragma once

#include <string>

#include "run/progress.h"

namespace lynxbench::cli {

class ProgressLine final : public run::Progress {
 public:
  // kNotes: no steps.
  enum class Detail { kAll, kNotes };
  explicit ProgressLine(Detail detail);
  ~ProgressLine() override;  // ends the line
  void step(const std::string& what, double done, std::optional<Nanos> left) override;
  void note(const std::string& what) override;

 private:
  void clear();
  Detail detail_;
  bool terminal_;
  bool drawn_ = false;
};

}  // namespace lynxbench::cli
