// A process for each request.
#include <deque>

#include "target/command/command_requests.h"

namespace lynxbench::target {
namespace {

class PerRequestTarget;

// A request and its process.
class Run final : private ChildOwner {
 public:
  Run(PerRequestTarget& target, net::Poller& poller, const CommandSettings& settings);

  CommandRequest& request() { return request_; }
  void start();
  // Its process, if it has one, is the caller's.
  std::unique_ptr<Child> take_child() { return std::move(child_); }
  [[nodiscard]] bool running() const { return child_ != nullptr; }

 private:
  void child_output(Child& child, std::string_view bytes, Nanos at) override;
  void child_written(Child&, Nanos at) override { request_.written(at); }
  void child_ended(Child& child, Nanos at) override;

  PerRequestTarget& target_;
  net::Poller& poller_;
  const CommandSettings& settings_;
  CommandRequest request_;
  std::unique_ptr<Child> child_;
};

class PerRequestTarget final : public Target {
 public:
  PerRequestTarget(std::unique_ptr<net::Poller> poller, CommandSettings settings, std::vector<TargetFact> facts)
      : poller_(std::move(poller)), settings_(std::move(settings)), facts_(std::move(facts)) {}

  void submit(std::uint64_t index, std::uint32_t input, Answers& answers) override {
    NoPipeSignal no_signal;
    if (free_.empty()) {
      runs_.push_back(std::make_unique<Run>(*this, *poller_, settings_));
      free_.push_back(runs_.back().get());
    }
    Run* run = free_.back();
    free_.pop_back();
    run->request().begin(index, input, answers);
    waiting_.push_back(run);
    if (running_ >= most() && settings_.most_processes > 0) ++resources_.waited_for_connection;
    serve_waiting();
  }
  [[nodiscard]] std::uint32_t request_bytes(std::uint32_t input) const override {
    return static_cast<std::uint32_t>(settings_.bodies[input % settings_.bodies.size()].size());
  }

  [[nodiscard]] bool is_polled() const override { return true; }
  void poll(Nanos until) override {
    NoPipeSignal no_signal;
    answered_ = false;
    do {
      poller_->wait(until);
      children_.sweep();
      serve_waiting();
    } while (!answered_ && net::Poller::now() < until);
  }
  void abandon() override {
    waiting_.clear();
    free_.clear();
    for (const auto& run : runs_) {
      run->request().forget();
      if (std::unique_ptr<Child> child = run->take_child()) children_.bury(std::move(child));
      free_.push_back(run.get());
    }
    running_ = 0;
  }
  [[nodiscard]] ClientResources resources() const override { return resources_; }
  [[nodiscard]] std::vector<TargetFact> facts() const override { return facts_; }

  // Of a Run: its process was started (or could not be).
  void note_start(const Result<std::unique_ptr<Child>>& started) {
    if (started.ok()) {
      ++resources_.connections_opened;
      resources_.connections_most = std::max<std::uint64_t>(resources_.connections_most, ++running_);
      return;
    }
    ++resources_.connections_failed;
    if (started.error().code == ErrorCode::kExhausted) ++resources_.local_exhausted;
  }
  void note_read() {
    ++resources_.reads;
    ++resources_.reads_without_kernel_time;
  }
  // It has been answered.
  void over(Run& run) {
    answered_ = true;
    if (std::unique_ptr<Child> child = run.take_child()) {
      --running_;
      children_.bury(std::move(child));
    } else {
      std::erase(waiting_, &run);
    }
    free_.push_back(&run);
  }

 private:
  [[nodiscard]] std::size_t most() const {
    return settings_.most_processes == 0 ? SIZE_MAX : settings_.most_processes;
  }
  void serve_waiting() {
    while (!waiting_.empty() && running_ < most()) {
      Run* run = waiting_.front();
      waiting_.pop_front();
      run->start();
    }
  }

  std::unique_ptr<net::Poller> poller_;
  CommandSettings settings_;
  std::vector<TargetFact> facts_;
  Children children_;
  std::vector<std::unique_ptr<Run>> runs_;
  std::vector<Run*> free_;
  std::deque<Run*> waiting_;
  std::size_t running_ = 0;
  bool answered_ = false;
  ClientResources resources_;
};

Run::Run(PerRequestTarget& target, net::Poller& poller, const CommandSettings& settings)
    : target_(target), poller_(poller), settings_(settings), request_(poller, settings, [this] {
        request_.fail_late(net::Poller::now());
        target_.over(*this);
      }) {}

void Run::start() {
  Nanos before = net::Poller::now();
  Result<std::unique_ptr<Child>> child = Child::start(poller_, settings_.command, *this);
  target_.note_start(child);
  if (!child.ok()) {
    request_.fail_to_start(child.error(), net::Poller::now());
    return target_.over(*this);
  }
  child_ = std::move(*child);
  request_.started(before, net::Poller::now());
  child_->write(request_.body(), ChildInput::kEnd);
}

void Run::child_output(Child&, std::string_view bytes, Nanos at) {
  target_.note_read();
  if (request_.take(bytes, at)) return;
  request_.fail_too_large(at);
  target_.over(*this);
}

void Run::child_ended(Child& child, Nanos at) {
  if (child.succeeded()) request_.succeed(at);
  else request_.fail(Failure::kProcess, child.how(), at);
  target_.over(*this);
}

}  // namespace

std::unique_ptr<Target> make_per_request(std::unique_ptr<net::Poller> poller, CommandSettings settings,
                                         std::vector<TargetFact> facts) {
  return std::make_unique<PerRequestTarget>(std::move(poller), std::move(settings), std::move(facts));
}

}  // namespace lynxbench::target
