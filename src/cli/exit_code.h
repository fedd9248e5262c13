// How lynxbench ends, for scripts. `lynxbench --help` prints this table.
#pragma once

#include "base/result.h"

namespace lynxbench::cli {

enum class ExitCode : int {
  kDone = 0,         // done, and every target met
  kNegative = 1,     // done; a target was missed or undecided, or the verdict is negative
  kUsage = 2,        // wrong usage, or a file that is not what it should be
  kExecutor = 3,     // the executor could not run the contract
  kInterrupted = 4,  // stopped; what was measured is kept and marked incomplete
  kMachine = 5,      // this machine failed us: disk full, no permission, our own bug
};

[[nodiscard]] ExitCode exit_code_of(const Error& error);

}  // namespace lynxbench::cli
