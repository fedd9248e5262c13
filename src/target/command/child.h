// A program that was started, with pipes to its stdin, stdout and stderr, in a Poller's thread.
//
//   std::unique_ptr<Child> child = TRY(Child::start(poller, {"wc", "-c"}, owner));
//   child->write("hello", ChildInput::kEnd);
//   while (!child->ended()) poller.wait(until);    // owner.child_output(), then owner.child_ended()
//
// It has a process group of its own, and when it ends, so does what is left of that. Its end is
// collected at once, so it is never left as a zombie: not by kill(), and not by the destructor, which
// kills it and waits.
// Pipes have no times of receipt: times are those at which the bytes were read. Inside command only.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "net/poller.h"

namespace lynxbench::target {

class Child;

// Called from Poller::wait() and from Child::write(). Must not destroy the child.
class ChildOwner {
 public:
  virtual void child_output(Child& child, std::string_view bytes, Nanos at) = 0;
  // All that was given to write() is in the pipe, or can get there no more.
  virtual void child_written(Child& /*child*/, Nanos /*at*/) {}
  // It has ended, and all its output has been handed over. Nothing is called any more.
  virtual void child_ended(Child& child, Nanos at) = 0;

 protected:
  ~ChildOwner() = default;
};

enum class ChildInput { kMore, kEnd };  // kEnd: its stdin is closed behind that

class Child {
 public:
  // `command`: the program, looked for in $PATH, and its arguments; not empty. kNotFound where there is
  // no such program, kExhausted where this machine has no descriptor, process or memory left.
  [[nodiscard]] static Result<std::unique_ptr<Child>> start(net::Poller& poller, const std::vector<std::string>& command,
                                                            ChildOwner& owner);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // The bytes must live until child_written(). Not to be called again before that.
  void write(std::string_view bytes, ChildInput end);
  // Ends it and what it started, at once; the owner is not called any more.
  void kill();
  [[nodiscard]] bool ended() const { return state_ == State::kEnded; }

  // Once it has ended: whether by exit(0), and how for people: "exit code 3: no such model".
  [[nodiscard]] bool succeeded() const { return succeeded_; }
  [[nodiscard]] const std::string& how() const { return how_; }

 private:
  enum class State { kRunning, kKilled, kEnded };
  enum class Which { kStdin, kStdout, kStderr, kProcess };
  struct End final : net::Handler {
    Child* child = nullptr;
    Which which = Which::kStdin;
    int fd = -1;
    void ready(std::uint32_t events) override { child->ready(which, events); }
  };

  Child(net::Poller& poller, ChildOwner& owner);
  [[nodiscard]] Status watch(End& end, std::uint32_t events);
  void close_end(End& end);
  void ready(Which which, std::uint32_t events);
  void write_more();
  void read_output();
  void read_errors();
  void collect();

  net::Poller& poller_;
  ChildOwner& owner_;
  State state_ = State::kRunning;
  pid_t pid_ = -1;
  End stdin_, stdout_, stderr_, process_;
  bool stdin_watched_ = false;
  std::string_view to_write_;
  ChildInput after_ = ChildInput::kMore;
  std::string errors_;  // the last of its stderr
  bool succeeded_ = false;
  std::string how_;
};

// While it lives, writing into a pipe that nobody reads is an error of write() and not the end of this
// process: SIGPIPE is held back from the calling thread.
class NoPipeSignal {
 public:
  NoPipeSignal();
  ~NoPipeSignal();
  NoPipeSignal(const NoPipeSignal&) = delete;
  NoPipeSignal& operator=(const NoPipeSignal&) = delete;

 private:
  bool was_blocked_ = false;
};

// The file that a command's first word names: itself, or found in $PATH. kNotFound.
[[nodiscard]] Result<std::string> program_file(const std::string& word);

}  // namespace lynxbench::target
