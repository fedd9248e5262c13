#include "run/stub_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/text.h"

extern char** environ;

namespace lynxbench::run {
namespace {

constexpr int kPatienceMs = 10'000;

}  // namespace

Result<StubProcess> StubProcess::start(const fs::path& program, const std::vector<std::string>& options, const fs::path& folder) {
  StubProcess made;
  made.folder_ = folder;
  std::vector<std::string> words{program.string(), "stub", "--port", "0", "--tls-port", "0",
                                 "--truth", (folder / "truth.jsonl").string(), "--print-ca", made.certificate_file().string()};
  words.insert(words.end(), options.begin(), options.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return error(ErrorCode::kExhausted, "no pipe: {}", system_message(errno));
  made.output_ = ends[0];
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  int problem = ::posix_spawn(&made.process_, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (problem != 0) {
    made.process_ = -1;
    return error(ErrorCode::kUnavailable, "cannot start {}: {}", program.string(), system_message(problem));
  }
  TRY_STATUS(made.read_greeting());
  return made;
}

// "listening on http://127.0.0.1:1 https://127.0.0.1:2; capacity ..."
Status StubProcess::read_greeting() {
  std::string line;
  while (line.find('\n') == std::string::npos) {
    pollfd ready{output_, POLLIN, 0};
    char buffer[512];
    ssize_t got = ::poll(&ready, 1, kPatienceMs) == 1 ? ::read(output_, buffer, sizeof buffer) : 0;
    if (got <= 0) return error(ErrorCode::kUnavailable, "the stub did not start (what it said is above)");
    line.append(buffer, static_cast<std::size_t>(got));
  }
  for (std::string word : split(line.substr(0, line.find('\n')), ' ')) {
    if (word.ends_with(';')) word.pop_back();
    if (word.starts_with("http://")) url_ = word;
    if (word.starts_with("https://")) tls_url_ = word;
  }
  if (url_.empty() || tls_url_.empty()) return error(ErrorCode::kUnavailable, "the stub says \"{}\"", line);
  return ok_status();
}

StubProcess::StubProcess(StubProcess&& other) noexcept { *this = std::move(other); }

StubProcess& StubProcess::operator=(StubProcess&& other) noexcept {
  std::swap(process_, other.process_);
  std::swap(output_, other.output_);
  std::swap(folder_, other.folder_);
  std::swap(url_, other.url_);
  std::swap(tls_url_, other.tls_url_);
  return *this;
}

StubProcess::~StubProcess() { kill(); }

void StubProcess::kill() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  if (output_ >= 0) ::close(output_);
  process_ = output_ = -1;
}

Result<stub::Truth> StubProcess::stop() {
  CHECK(process_ > 0);
  ::kill(process_, SIGTERM);
  int status = 0;
  ::waitpid(process_, &status, 0);
  process_ = -1;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return error(ErrorCode::kUnavailable, "the stub failed");
  return stub::read_truth(folder_ / "truth.jsonl");
}

}  // namespace lynxbench::run
