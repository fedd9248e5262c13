// What both modes of the command target share: a request that is out, and what it becomes. Inside
// command only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/contract.h"
#include "model/inputs.h"
#include "net/poller.h"
#include "target/command/child.h"
#include "target/target.h"

namespace lynxbench::target {

struct CommandSettings {
  std::vector<std::string> command;
  Nanos timeout{0};
  std::uint64_t most_answer_bytes = 0;
  std::size_t most_processes = 0;  // 0: no limit
  ScoreMethod score = ScoreMethod::kNone;
  std::vector<std::string> bodies;  // of each input, with its line end in pipe mode
  std::vector<std::optional<std::string>> expected;
};

class CommandRequest {
 public:
  // `late` is called when its time is out.
  CommandRequest(net::Poller& poller, const CommandSettings& settings, std::function<void()> late)
      : settings_(settings), timeout_(poller, std::move(late)) {}

  void begin(std::uint64_t index, std::uint32_t input, Answers& answers);
  void forget();
  [[nodiscard]] bool is_out() const { return answers_ != nullptr; }

  void started(Nanos since, Nanos now);  // a process was started for it
  void written(Nanos at) { exchange_.written_ns = at.count(); }
  // A piece of its answer. False: that is more than is wanted.
  [[nodiscard]] bool take(std::string_view bytes, Nanos at);
  void succeed(Nanos at);
  void fail(Failure failure, std::string detail, Nanos at);
  void fail_late(Nanos at);
  void fail_too_large(Nanos at);
  void fail_to_start(const Error& problem, Nanos at);
  [[nodiscard]] std::string_view body() const { return settings_.bodies[input_ % settings_.bodies.size()]; }

 private:
  void answer(RequestStatus status, Nanos at);
  [[nodiscard]] const std::optional<std::string>& expected() const {
    return settings_.expected[input_ % settings_.expected.size()];
  }

  const CommandSettings& settings_;
  net::Timer timeout_;
  Answers* answers_ = nullptr;  // while it is out
  std::uint64_t index_ = 0;
  std::uint32_t input_ = 0;
  Exchange exchange_;
  std::uint64_t bytes_ = 0;
  Nanos first_byte_{0};
  std::string text_;  // of the answer, where one is expected
};

// Processes, and those that were killed and have not ended yet.
class Children {
 public:
  // Kills it; it is destroyed once it has ended.
  void bury(std::unique_ptr<Child> child) {
    child->kill();
    buried_.push_back(std::move(child));
  }
  // Not from within a call of ChildOwner.
  void sweep() {
    std::erase_if(buried_, [](const std::unique_ptr<Child>& child) { return child->ended(); });
  }

 private:
  std::vector<std::unique_ptr<Child>> buried_;
};

[[nodiscard]] std::unique_ptr<Target> make_per_request(std::unique_ptr<net::Poller> poller, CommandSettings settings,
                                                       std::vector<TargetFact> facts);
// Starts the processes. Fails as Child::start().
[[nodiscard]] Result<std::unique_ptr<Target>> make_pipe(std::unique_ptr<net::Poller> poller, CommandSettings settings,
                                                        std::vector<TargetFact> facts);

}  // namespace lynxbench::target
