// Processes that go on: a line in, a line out.
#include <algorithm>
#include <deque>

#include "target/command/command_requests.h"

namespace lynxbench::target {
namespace {

class PipeTarget;

// A process, and the requests that it has not answered.
class Worker final : private ChildOwner {
 public:
  Worker(PipeTarget& target, net::Poller& poller, const CommandSettings& settings)
      : target_(target), poller_(poller), settings_(settings) {}

  [[nodiscard]] Status start();
  void submit(CommandRequest& request);
  [[nodiscard]] std::size_t pending() const { return pending_.size(); }
  [[nodiscard]] bool has(const CommandRequest& request) const {
    return std::find(pending_.begin(), pending_.end(), &request) != pending_.end();
  }
  // Ends the process, and fails all that it had.
  void fail_all(Failure failure, const std::string& detail);
  // Ends the process if it has requests; they are forgotten.
  void abandon();
  // `request`, which it has, is late.
  void late(CommandRequest& request);

 private:
  void child_output(Child& child, std::string_view bytes, Nanos at) override;
  void child_written(Child& child, Nanos at) override;
  void child_ended(Child& child, Nanos at) override;
  void take_piece(std::string_view bytes, Nanos at);
  void write_next();
  void drop_child();

  PipeTarget& target_;
  net::Poller& poller_;
  const CommandSettings& settings_;
  std::unique_ptr<Child> child_;
  std::deque<CommandRequest*> pending_;  // in the order of their lines
  std::size_t unwritten_ = 0;            // the last so many of them
  bool writing_ = false;
  bool in_write_next_ = false;
};

class PipeTarget final : public Target {
 public:
  PipeTarget(std::unique_ptr<net::Poller> poller, CommandSettings settings, std::vector<TargetFact> facts)
      : poller_(std::move(poller)), settings_(std::move(settings)), facts_(std::move(facts)) {}

  [[nodiscard]] Status start() {
    std::size_t count = std::max<std::size_t>(settings_.most_processes, 1);
    for (std::size_t i = 0; i < count; ++i) {
      workers_.push_back(std::make_unique<Worker>(*this, *poller_, settings_));
      TRY_STATUS(workers_.back()->start());
    }
    resources_.connections_most = count;
    return ok_status();
  }

  void submit(std::uint64_t index, std::uint32_t input, Answers& answers) override {
    NoPipeSignal no_signal;
    if (free_.empty()) {
      std::size_t place = requests_.size();
      requests_.push_back(std::make_unique<CommandRequest>(*poller_, settings_, [this, place] { late(*requests_[place]); }));
      free_.push_back(requests_.back().get());
    }
    CommandRequest* request = free_.back();
    free_.pop_back();
    request->begin(index, input, answers);
    auto least = std::min_element(workers_.begin(), workers_.end(),
                                  [](const auto& a, const auto& b) { return a->pending() < b->pending(); });
    (*least)->submit(*request);
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
    } while (!answered_ && net::Poller::now() < until);
  }
  void abandon() override {
    for (const auto& worker : workers_) worker->abandon();
    free_.clear();
    for (const auto& request : requests_) {
      request->forget();
      free_.push_back(request.get());
    }
  }
  [[nodiscard]] ClientResources resources() const override { return resources_; }
  [[nodiscard]] std::vector<TargetFact> facts() const override { return facts_; }

  void over(CommandRequest& request) {
    answered_ = true;
    free_.push_back(&request);
  }
  void bury(std::unique_ptr<Child> child) { children_.bury(std::move(child)); }
  ClientResources& count() { return resources_; }

 private:
  void late(CommandRequest& request) {
    for (const auto& worker : workers_) {
      if (worker->has(request)) return worker->late(request);
    }
  }

  std::unique_ptr<net::Poller> poller_;
  CommandSettings settings_;
  std::vector<TargetFact> facts_;
  Children children_;
  std::vector<std::unique_ptr<CommandRequest>> requests_;
  std::vector<CommandRequest*> free_;
  std::vector<std::unique_ptr<Worker>> workers_;
  bool answered_ = false;
  ClientResources resources_;
};

Status Worker::start() {
  child_ = TRY(Child::start(poller_, settings_.command, *this));
  writing_ = false;
  unwritten_ = 0;
  ++target_.count().connections_opened;
  return ok_status();
}

void Worker::submit(CommandRequest& request) {
  Nanos before = net::Poller::now();
  if (child_ == nullptr) {
    Status started = start();
    if (!started.ok()) {
      ++target_.count().connections_failed;
      request.fail_to_start(started.error(), net::Poller::now());
      return target_.over(request);
    }
    request.started(before, net::Poller::now());
  } else {
    ++target_.count().requests_on_used;
  }
  pending_.push_back(&request);
  ++unwritten_;
  if (!writing_) write_next();
}

// Writes the lines that are left, one after another: their bytes are the settings', and not copied.
void Worker::write_next() {
  if (std::exchange(in_write_next_, true)) return;
  while (unwritten_ > 0 && !writing_ && child_ != nullptr) {
    writing_ = true;
    child_->write(pending_[pending_.size() - unwritten_]->body(), ChildInput::kMore);
  }
  in_write_next_ = false;
}

void Worker::child_written(Child&, Nanos at) {
  writing_ = false;
  if (unwritten_ == 0) return;
  pending_[pending_.size() - unwritten_]->written(at);
  --unwritten_;
  write_next();  // unless this is called from there
}

void Worker::child_output(Child&, std::string_view bytes, Nanos at) {
  ++target_.count().reads;
  ++target_.count().reads_without_kernel_time;
  while (!bytes.empty() && child_ != nullptr) {
    std::size_t end = bytes.find('\n');
    // The first request may still be being written: then its answer may have begun, but not ended.
    bool first_is_written = pending_.size() > unwritten_;
    bool begun = first_is_written || (writing_ && !pending_.empty());
    if (!begun || (end != std::string_view::npos && !first_is_written)) {
      return fail_all(Failure::kMalformed, "it wrote a line that nobody asked for");
    }
    CommandRequest& request = *pending_.front();
    if (!request.take(bytes.substr(0, end), at)) {
      pending_.pop_front();
      request.fail_too_large(at);
      target_.over(request);
      return fail_all(Failure::kClosed, "the process was ended: an answer before was too large");
    }
    if (end == std::string_view::npos) return;
    bytes.remove_prefix(end + 1);
    pending_.pop_front();
    request.succeed(at);
    target_.over(request);
  }
}

void Worker::child_ended(Child& child, Nanos /*at*/) { fail_all(Failure::kProcess, "the process ended: " + child.how()); }

void Worker::late(CommandRequest& request) {
  std::erase(pending_, &request);
  request.fail_late(net::Poller::now());
  target_.over(request);
  fail_all(Failure::kClosed, "the process was ended: an answer before was late");
}

void Worker::drop_child() {
  if (child_ != nullptr) target_.bury(std::move(child_));
  child_ = nullptr;
  unwritten_ = 0;
  writing_ = false;
}

void Worker::fail_all(Failure failure, const std::string& detail) {
  drop_child();
  std::deque<CommandRequest*> failed = std::exchange(pending_, {});
  Nanos now = net::Poller::now();
  for (CommandRequest* request : failed) {
    request->fail(failure, detail, now);
    target_.over(*request);
  }
}

void Worker::abandon() {
  if (pending_.empty()) return;
  drop_child();
  pending_.clear();
}

}  // namespace

Result<std::unique_ptr<Target>> make_pipe(std::unique_ptr<net::Poller> poller, CommandSettings settings,
                                          std::vector<TargetFact> facts) {
  auto target = std::make_unique<PipeTarget>(std::move(poller), std::move(settings), std::move(facts));
  TRY_STATUS(target->start());
  return std::unique_ptr<Target>(std::move(target));
}

}  // namespace lynxbench::target
