// A running command with pipes to its three streams. Inside workload::accuracy only.
//
//   auto child = TRY(Child::start({"python3", "judge.py"}));
//   TRY_STATUS(child->exchange(to_write, read_so_far, 100ms));   // until output_ended()
//   std::optional<std::string> problem = child->wait(until);
#pragma once

#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace lynxbench::workload::accuracy {

class Child {
 public:
  // kUnavailable, naming the command, when it cannot be started.
  [[nodiscard]] static Result<std::unique_ptr<Child>> start(const std::vector<std::string>& command);
  // Kills its process group, if it has not ended by itself.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Waits at most `timeout` until something can be done; takes what was written off the front of
  // `input`, appends what was read to `output`. A command that does not read its input is no error.
  [[nodiscard]] Status exchange(std::string& input, std::string& output, Nanos timeout);
  void close_input();
  [[nodiscard]] bool output_ended() const { return output_ < 0; }

  // Waits for its end; what is wrong with it, or with its not ending until then.
  [[nodiscard]] std::optional<std::string> wait(Nanos until);
  // Of what it wrote to standard error, shortened.
  [[nodiscard]] std::string last_error_line() const;

 private:
  // Holds SIGPIPE back in this thread: a command that ends early must not end us.
  class PipeSignal {
   public:
    PipeSignal();
    ~PipeSignal();
    PipeSignal(const PipeSignal&) = delete;
    PipeSignal& operator=(const PipeSignal&) = delete;

   private:
    sigset_t before_{};
    bool pending_before_ = false;
  };

  Child() = default;
  void read_errors();

  PipeSignal held_;
  int pid_ = -1;
  int input_ = -1, output_ = -1, errors_ = -1;  // our ends
  std::string error_text_;  // its last bytes
};

}  // namespace lynxbench::workload::accuracy
