#include "target/command/child.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/files.h"
#include "base/text.h"

namespace lynxbench::target {
namespace {

constexpr std::size_t kMostErrors = 2048;

// Both ends of a pipe, closed unless taken.
struct PipeEnds {
  int read = -1;
  int write = -1;

  PipeEnds() = default;
  PipeEnds(const PipeEnds&) = delete;
  PipeEnds& operator=(const PipeEnds&) = delete;
  ~PipeEnds() {
    if (read >= 0) close(read);
    if (write >= 0) close(write);
  }
  [[nodiscard]] bool open() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    read = ends[0];
    write = ends[1];
    return true;
  }
};

// Our end does not block; the child's, which is a description of its own, does.
int ours(int& end) {
  int taken = std::exchange(end, -1);
  fcntl(taken, F_SETFL, fcntl(taken, F_GETFL) | O_NONBLOCK);
  return taken;
}

struct SpawnSettings {
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};

  SpawnSettings(const PipeEnds& in, const PipeEnds& out, const PipeEnds& err) {
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in.read, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out.write, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err.write, STDERR_FILENO);
    posix_spawnattr_init(&attributes);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes, &signals);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
};

Error could_not_start(const std::string& program, int code) {
  bool full = code == EMFILE || code == ENFILE || code == EAGAIN || code == ENOMEM;
  return error(full ? ErrorCode::kExhausted : ErrorCode::kNotFound, "could not start \"{}\": {}", program,
               system_message(code));
}

// What a wait status says, and the last of stderr in one line.
std::string ending(int status, std::string_view errors) {
  std::string text = WIFEXITED(status) ? fmt::format("exit code {}", WEXITSTATUS(status))
                                       : fmt::format("ended by signal {} ({})", WTERMSIG(status), sigabbrev_np(WTERMSIG(status)));
  std::string line(trim(errors));
  std::replace_if(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return line.empty() ? text : text + ": " + line;
}

}  // namespace

NoPipeSignal::NoPipeSignal() {
  sigset_t pipe_signal;
  sigset_t before;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  was_blocked_ = sigismember(&before, SIGPIPE) == 1;
}

NoPipeSignal::~NoPipeSignal() {
  if (was_blocked_) return;
  sigset_t pipe_signal;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  constexpr timespec kAtOnce{};
  while (sigtimedwait(&pipe_signal, nullptr, &kAtOnce) == SIGPIPE) {
  }
  pthread_sigmask(SIG_UNBLOCK, &pipe_signal, nullptr);
}

Result<std::string> program_file(const std::string& word) {
  auto usable = [](const std::string& path) {
    std::error_code none;
    return access(path.c_str(), X_OK) == 0 && fs::is_regular_file(path, none);
  };
  if (word.find('/') != std::string::npos) {
    if (usable(word)) return word;
    return error(ErrorCode::kNotFound, "\"{}\" is no program that may be run", word);
  }
  const char* path = std::getenv("PATH");
  for (const std::string& folder : split(path == nullptr ? "/usr/bin:/bin" : path, ':')) {
    std::string file = (folder.empty() ? "." : folder) + "/" + word;
    if (usable(file)) return file;
  }
  return error(ErrorCode::kNotFound, "there is no program \"{}\" in $PATH", word);
}

Child::Child(net::Poller& poller, ChildOwner& owner) : poller_(poller), owner_(owner) {
  for (auto [end, which] : {std::pair{&stdin_, Which::kStdin}, {&stdout_, Which::kStdout},
                            {&stderr_, Which::kStderr}, {&process_, Which::kProcess}}) {
    end->child = this;
    end->which = which;
  }
}

Result<std::unique_ptr<Child>> Child::start(net::Poller& poller, const std::vector<std::string>& command,
                                            ChildOwner& owner) {
  CHECK(!command.empty());
  PipeEnds in, out, err;
  if (!in.open() || !out.open() || !err.open()) return could_not_start(command[0], errno);
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  std::unique_ptr<Child> child(new Child(poller, owner));
  SpawnSettings settings(in, out, err);
  int code = posix_spawnp(&child->pid_, words[0], &settings.actions, &settings.attributes, words.data(), environ);
  if (code != 0) {
    child->pid_ = -1;
    return could_not_start(command[0], code);
  }
  child->stdin_.fd = ours(in.write);
  child->stdout_.fd = ours(out.read);
  child->stderr_.fd = ours(err.read);
  child->process_.fd = static_cast<int>(syscall(SYS_pidfd_open, child->pid_, 0));
  if (child->process_.fd < 0) return could_not_start(command[0], errno);
  TRY_STATUS(child->watch(child->stdout_, EPOLLIN));
  TRY_STATUS(child->watch(child->stderr_, EPOLLIN));
  TRY_STATUS(child->watch(child->process_, EPOLLIN));
  return child;
}

Child::~Child() {
  if (pid_ > 0 && state_ != State::kEnded) {
    ::kill(-pid_, SIGKILL);
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
  }
  for (End* end : {&stdin_, &stdout_, &stderr_, &process_}) close_end(*end);
}

Status Child::watch(End& end, std::uint32_t events) { return poller_.add(end.fd, events, end); }

void Child::close_end(End& end) {
  if (end.fd < 0) return;
  if (end.which != Which::kStdin || stdin_watched_) poller_.remove(end.fd, end);
  close(end.fd);
  end.fd = -1;
}

void Child::write(std::string_view bytes, ChildInput end) {
  to_write_ = bytes;
  after_ = end;
  write_more();
}

void Child::write_more() {
  while (!to_write_.empty() && stdin_.fd >= 0) {
    ssize_t count = ::write(stdin_.fd, to_write_.data(), to_write_.size());
    if (count >= 0) {
      to_write_.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      if (!stdin_watched_) stdin_watched_ = watch(stdin_, EPOLLOUT).ok();
      if (stdin_watched_) return;
      break;
    } else if (errno != EINTR) {
      break;  // it reads no more, which is its own affair
    }
  }
  bool broken = !to_write_.empty();
  to_write_ = {};
  if (stdin_watched_) {
    poller_.remove(stdin_.fd, stdin_);
    stdin_watched_ = false;
  }
  if (after_ == ChildInput::kEnd || broken) close_end(stdin_);
  owner_.child_written(*this, net::Poller::now());
}

void Child::kill() {
  if (state_ != State::kRunning) return;
  state_ = State::kKilled;
  ::kill(-pid_, SIGKILL);
  for (End* end : {&stdin_, &stdout_, &stderr_}) close_end(*end);
}

void Child::ready(Which which, std::uint32_t /*events*/) {
  switch (which) {
    case Which::kStdin:
      return write_more();
    case Which::kStdout:
      return read_output();
    case Which::kStderr:
      return read_errors();
    case Which::kProcess:
      break;
  }
  // What it wrote before its end is in the pipes. Who else holds them open is not waited for.
  if (state_ == State::kRunning) read_output();
  if (state_ == State::kRunning) read_errors();
  collect();
}

void Child::read_output() {
  std::vector<char>& buffer = poller_.read_buffer();
  while (stdout_.fd >= 0) {
    ssize_t count = ::read(stdout_.fd, buffer.data(), buffer.size());
    if (count > 0) {
      Nanos now = net::Poller::now();
      poller_.saw_time(now);
      owner_.child_output(*this, std::string_view(buffer.data(), static_cast<std::size_t>(count)), now);
      if (static_cast<std::size_t>(count) < buffer.size()) return;
    } else if (count == 0) {
      close_end(stdout_);
    } else if (errno != EINTR) {
      return;
    }
  }
}

void Child::read_errors() {
  std::vector<char>& buffer = poller_.read_buffer();
  while (stderr_.fd >= 0) {
    ssize_t count = ::read(stderr_.fd, buffer.data(), buffer.size());
    if (count > 0) {
      errors_.append(buffer.data(), static_cast<std::size_t>(count));
      if (errors_.size() > kMostErrors) errors_.erase(0, errors_.size() - kMostErrors);
    } else if (count == 0) {
      close_end(stderr_);
    } else if (errno != EINTR) {
      return;
    }
  }
}

void Child::collect() {
  siginfo_t about{};
  if (waitid(P_PID, static_cast<id_t>(pid_), &about, WEXITED | WNOHANG | WNOWAIT) == 0 && about.si_pid == 0) return;
  ::kill(-pid_, SIGKILL);  // what it started and left behind; its group exists as long as it is not collected
  int status = 0;
  pid_t got = waitpid(pid_, &status, WNOHANG);
  bool tell = state_ == State::kRunning;
  state_ = State::kEnded;
  if (got == pid_) {
    succeeded_ = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    how_ = ending(status, errors_);
  } else {
    how_ = "its end was collected by somebody else";
  }
  for (End* end : {&stdin_, &stdout_, &stderr_, &process_}) close_end(*end);
  if (tell) owner_.child_ended(*this, net::Poller::now());
}

}  // namespace lynxbench::target
