#include "loadgen/simulated_queue.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <queue>

#include "base/random.h"
#include "base/result.h"

namespace lynxbench::loadgen {
namespace {

struct Attempt {
  std::int64_t at_ns = 0;
  std::size_t request = 0;
  std::int64_t number = 1;
};

// By time; of equal times the earlier request first.
struct Later {
  bool operator()(const Attempt& a, const Attempt& b) const {
    return a.at_ns != b.at_ns ? a.at_ns > b.at_ns : a.request > b.request;
  }
};

// Arrivals and ends of service in the order of time.
class Simulation {
 public:
  Simulation(const Schedule& schedule, const SimulatedQueue& queue, std::uint64_t seed)
      : queue_(queue),
        random_(seed, "service times"),
        free_at_(std::greater<>{}, std::vector<std::int64_t>(static_cast<std::size_t>(queue.servers), 0)) {
    out_.records.reserve(schedule.requests.size());
    for (const ScheduledRequest& request : schedule.requests) {
      RequestRecord& record = out_.records.emplace_back();
      record.index = request.index;
      record.due_ns = request.due_ns;
      record.sent_ns = request.due_ns;
      record.input = request.input;
      record.status = RequestStatus::kFailed;
      record.done_ns = request.due_ns;
    }
  }

  Simulated run() {
    std::size_t next = 0;
    while (next < out_.records.size() || !again_.empty()) {
      bool first = again_.empty() ||
                   (next < out_.records.size() && out_.records[next].due_ns <= again_.top().at_ns);
      Attempt attempt;
      if (first) {
        attempt = {out_.records[next].due_ns, next, 1};
        ++next;
      } else {
        attempt = again_.top();
        again_.pop();
      }
      serve_until(attempt.at_ns);
      arrive(attempt);
    }
    serve_until(INT64_MAX);
    return std::move(out_);
  }

 private:
  using Free = std::priority_queue<std::int64_t, std::vector<std::int64_t>, std::greater<>>;

  void arrive(const Attempt& attempt) {
    RequestRecord& record = out_.records[attempt.request];
    if (record.status == RequestStatus::kOk && record.done_ns <= attempt.at_ns) return;  // answered meanwhile
    ++out_.attempts;
    bool full = queue_.capacity && static_cast<std::int64_t>(waiting_.size()) >= *queue_.capacity &&
                free_at_.top() > attempt.at_ns;
    if (full) {
      record.status = RequestStatus::kRejected;
      record.done_ns = attempt.at_ns;
      try_again(attempt, attempt.at_ns);
      return;
    }
    waiting_.push_back(attempt);
    if (queue_.retries.patience_ns > 0) try_again(attempt, attempt.at_ns + queue_.retries.patience_ns);
  }

  void try_again(const Attempt& attempt, std::int64_t at_ns) {
    if (attempt.number >= queue_.retries.most) return;
    again_.push({at_ns + queue_.retries.backoff_ns, attempt.request, attempt.number + 1});
  }

  // Begins the services that begin before `now_ns`.
  void serve_until(std::int64_t now_ns) {
    while (!waiting_.empty()) {
      std::int64_t begin_ns = std::max(waiting_.front().at_ns, free_at_.top());
      // At the very time of an arrival a server that is idle takes what is there first.
      if (begin_ns >= now_ns) return;
      std::int64_t done_ns = begin_ns + service_ns();
      free_at_.pop();
      free_at_.push(done_ns);
      for (std::int64_t i = 0; i < queue_.batch && !waiting_.empty(); ++i) {
        if (waiting_.front().at_ns > begin_ns) break;
        answer(waiting_.front(), done_ns);
        waiting_.pop_front();
      }
    }
  }

  void answer(const Attempt& attempt, std::int64_t done_ns) {
    RequestRecord& record = out_.records[attempt.request];
    if (record.status == RequestStatus::kOk) return;
    std::int64_t patience_ns = queue_.retries.patience_ns;
    if (patience_ns > 0 && done_ns > attempt.at_ns + patience_ns) {
      // Nobody waits for it any more; the next attempt, if there is one, decides.
      record.status = RequestStatus::kFailed;
      record.done_ns = attempt.at_ns + patience_ns;
      return;
    }
    record.status = RequestStatus::kOk;
    record.done_ns = done_ns;
    record.first_byte_ns = done_ns;
  }

  std::int64_t service_ns() {
    double speed = queue_.speed ? queue_.speed(static_cast<std::int64_t>(waiting_.size())) : 1;
    double mean_ns = 1e9 / (queue_.service_per_s * speed);
    double length_ns = queue_.service == Service::kConstant ? mean_ns : mean_ns * random_.exponential();
    return static_cast<std::int64_t>(std::floor(length_ns + 0.5));
  }

  const SimulatedQueue& queue_;
  Random random_;
  Free free_at_;  // when each server has nothing left to do
  std::deque<Attempt> waiting_;
  std::priority_queue<Attempt, std::vector<Attempt>, Later> again_;
  Simulated out_;
};

}  // namespace

Simulated simulate_all(const Schedule& schedule, const SimulatedQueue& queue, std::uint64_t seed) {
  CHECK(queue.servers > 0 && queue.service_per_s > 0 && queue.batch > 0 && queue.retries.most > 0);
  return Simulation(schedule, queue, seed).run();
}

std::vector<RequestRecord> simulate(const Schedule& schedule, const SimulatedQueue& queue,
                                    std::uint64_t seed) {
  return simulate_all(schedule, queue, seed).records;
}

}  // namespace lynxbench::loadgen
