// A scoring command: a program that judges answers where comparing texts is not enough (a parser, a
// checker, another model).
//
//   std::vector<double> scores = TRY(accuracy::scores({"python3", "judge.py"}, answers, {}));
//
// It is started once, gets a JSON line for each answer on standard input,
//   {"answer":"...","expected":"...","input":"..."}        expected: null where none is given
// then the end of its input, and prints a line with a number in 0..1 for each, in the same order. It
// may do so as they come or all at the end. Its failures are errors, never scores.
#pragma once

#include <atomic>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/inputs.h"

namespace lynxbench::workload::accuracy {

struct Answered {
  std::string input;  // what was asked: the texts of its messages joined by line ends, or its body
  std::optional<std::string> expected;
  std::string answer;
};
[[nodiscard]] Answered answered(const Input& input, std::string answer);

struct Limits {
  Nanos timeout{600'000'000'000};           // for all answers together; then the command is killed
  const std::atomic<bool>* stop = nullptr;  // set from outside: the same, as kInterrupted
};

// The line that the command gets, with its line end. Bytes that are no UTF-8 are replaced.
[[nodiscard]] std::string request_line(const Answered& answered);

// One score for each answer. kUnavailable when the command cannot be started, ends with another code
// than 0, or takes too long; kInvalidInput when it prints too few lines, too many, or one that is no
// number in 0..1. The message has the last line that it wrote to standard error.
//
// Threads: the calling thread alone; SIGPIPE is held back in it meanwhile. The command gets a process
// group of its own, which is killed whole.
[[nodiscard]] Result<std::vector<double>> scores(const std::vector<std::string>& command,
                                                 std::span<const Answered> answers,
                                                 const Limits& limits);

// Does the command start, and end well when there is nothing to score? One that takes more than two
// seconds for that is taken to be fine. To be asked before an hour of load that it is to score.
[[nodiscard]] Status try_command(const std::vector<std::string>& command);

}  // namespace lynxbench::workload::accuracy
