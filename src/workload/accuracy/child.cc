#include "workload/accuracy/child.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <thread>

#include "base/files.h"
#include "base/text.h"

extern char** environ;

namespace lynxbench::workload::accuracy {
namespace {

constexpr std::size_t kErrorTail = 4096;
constexpr std::size_t kErrorShown = 200;

void close_end(int& fd) {
  if (fd >= 0) ::close(fd);
  fd = -1;
}

// Two ends of a pipe; what is not taken is closed.
struct Pipe {
  int read = -1, write = -1;
  Pipe() {
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return;
    read = ends[0];
    write = ends[1];
  }
  ~Pipe() {
    close_end(read);
    close_end(write);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  [[nodiscard]] bool ok() const { return read >= 0; }
};

int take(int& fd) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  return std::exchange(fd, -1);
}

// The command with these as its streams, in a process group of its own, with ordinary signals.
int spawn(const std::vector<std::string>& command, const Pipe& in, const Pipe& out, const Pipe& err, int& pid) {
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in.read, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out.write, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, err.write, STDERR_FILENO);
  ::posix_spawnattr_init(&attributes);
  sigset_t none, defaults;
  sigemptyset(&none);
  sigemptyset(&defaults);
  for (int signal : {SIGPIPE, SIGXFSZ, SIGINT, SIGTERM}) sigaddset(&defaults, signal);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  int problem = ::posix_spawnp(&pid, words[0], &actions, &attributes, words.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  return problem;
}

// False: the end.
bool append_some(int fd, std::string& text) {
  std::array<char, 1 << 16> buffer;
  ssize_t n = ::read(fd, buffer.data(), buffer.size());
  if (n > 0) text.append(buffer.data(), static_cast<std::size_t>(n));
  return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

Nanos now() { return std::chrono::steady_clock::now().time_since_epoch(); }

std::optional<std::string> ending_of(int status) {
  if (WIFSIGNALED(status)) return fmt::format("was ended by signal {}", WTERMSIG(status));
  if (WEXITSTATUS(status) != 0) return fmt::format("ended with code {}", WEXITSTATUS(status));
  return std::nullopt;
}

}  // namespace

Child::PipeSignal::PipeSignal() {
  sigset_t pending, pipe;
  sigpending(&pending);
  pending_before_ = sigismember(&pending, SIGPIPE) == 1;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe, &before_);
}

Child::PipeSignal::~PipeSignal() {
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  timespec none{};
  if (!pending_before_) {
    while (::sigtimedwait(&pipe, nullptr, &none) == SIGPIPE) {
    }
  }
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

Result<std::unique_ptr<Child>> Child::start(const std::vector<std::string>& command) {
  Pipe in, out, err;
  if (!in.ok() || !out.ok() || !err.ok()) return error(ErrorCode::kExhausted, "no pipes for a command: {}", system_message(errno));
  std::unique_ptr<Child> child(new Child());
  int problem = spawn(command, in, out, err, child->pid_);
  if (problem != 0) {
    child->pid_ = -1;
    return error(ErrorCode::kUnavailable, "cannot start \"{}\": {}", command[0], system_message(problem));
  }
  child->input_ = take(in.write);
  child->output_ = take(out.read);
  child->errors_ = take(err.read);
  return child;
}

Child::~Child() {
  close_input();
  close_end(output_);
  close_end(errors_);
  if (pid_ < 0) return;
  ::kill(-pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void Child::close_input() { close_end(input_); }

Status Child::exchange(std::string& input, std::string& output, Nanos timeout) {
  short can_write = input.empty() ? short{0} : short{POLLOUT};
  std::array<pollfd, 3> waits{{{input_, can_write, 0}, {output_, POLLIN, 0}, {errors_, POLLIN, 0}}};
  int ms = static_cast<int>(std::max<std::int64_t>(1, timeout.count() / 1'000'000));
  int ready = ::poll(waits.data(), waits.size(), ms);
  if (ready < 0 && errno != EINTR) return error(ErrorCode::kInternal, "poll: {}", system_message(errno));
  if (ready <= 0) return ok_status();
  if (waits[0].revents != 0) {
    ssize_t n = ::write(input_, input.data(), input.size());
    if (n > 0) input.erase(0, static_cast<std::size_t>(n));
    // It closed its input: what it prints decides.
    if (n < 0 && errno != EAGAIN && errno != EINTR) {
      input.clear();
      close_input();
    }
  }
  if (waits[1].revents != 0 && !append_some(output_, output)) close_end(output_);
  if (waits[2].revents != 0) read_errors();
  return ok_status();
}

void Child::read_errors() {
  if (!append_some(errors_, error_text_)) close_end(errors_);
  if (error_text_.size() > 2 * kErrorTail) error_text_.erase(0, error_text_.size() - kErrorTail);
}

std::optional<std::string> Child::wait(Nanos until) {
  close_input();
  while (true) {
    int status = 0;
    int ended = ::waitpid(pid_, &status, WNOHANG);
    while (errors_ >= 0) {
      pollfd one{errors_, POLLIN, 0};
      if (::poll(&one, 1, 0) <= 0) break;
      read_errors();
    }
    if (ended == pid_) {
      pid_ = -1;
      return ending_of(status);
    }
    if (now() >= until) return "closed its output and did not end in time";
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

std::string Child::last_error_line() const {
  std::string_view text = trim(error_text_);
  std::size_t begin = text.rfind('\n');
  if (begin != std::string_view::npos) text = text.substr(begin + 1);
  return std::string(trim(text).substr(0, kErrorShown));
}

}  // namespace lynxbench::workload::accuracy
