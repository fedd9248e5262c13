#include "stub/discipline.h"

#include <algorithm>
#include <deque>

namespace lynxbench::stub {
namespace {

struct Waiting {
  std::uint64_t id = 0;
  std::int64_t at_ns = 0;
  std::int64_t service_ns = 0;
};

class Infinite final : public Discipline {
 public:
  bool arrive(std::uint64_t id, std::int64_t at, std::int64_t service_ns) override {
    waiting_.push_back({id, at, service_ns});
    return true;
  }
  void leave(std::uint64_t id, std::int64_t) override {
    std::erase_if(waiting_, [&](const Waiting& one) { return one.id == id; });
  }
  std::optional<std::int64_t> next() const override {
    if (waiting_.empty()) return std::nullopt;
    return waiting_.front().at_ns;
  }
  void advance(std::int64_t, std::vector<Started>& started) override {
    for (const Waiting& one : waiting_) started.push_back({one.id, one.at_ns, one.at_ns + one.service_ns});
    waiting_.clear();
  }
  std::size_t waiting() const override { return 0; }

 private:
  std::vector<Waiting> waiting_;  // those of this moment
};

// What the disciplines with servers share: who waits, and when each server becomes free.
class Queue : public Discipline {
 public:
  explicit Queue(const QueueSpec& spec)
      : spec_(spec), servers_(static_cast<std::size_t>(spec.servers)) {}

  bool arrive(std::uint64_t id, std::int64_t at, std::int64_t service_ns) override {
    bool room = !spec_.limit || waiting_.size() < static_cast<std::size_t>(*spec_.limit);
    if (!room && !begins_at_once(at)) return false;
    waiting_.push_back({id, at, service_ns});
    return true;
  }
  std::size_t waiting() const override { return waiting_.size(); }

 protected:
  struct Server {
    std::int64_t free_ns = INT64_MIN;
    std::uint64_t id = 0;
  };
  virtual bool begins_at_once(std::int64_t at) const = 0;

  bool leave_queue(std::uint64_t id) {
    return std::erase_if(waiting_, [&](const Waiting& one) { return one.id == id; }) > 0;
  }
  Server& earliest() { return *std::min_element(servers_.begin(), servers_.end(), sooner); }
  const Server& earliest() const { return *std::min_element(servers_.begin(), servers_.end(), sooner); }

  static bool sooner(const Server& a, const Server& b) { return a.free_ns < b.free_ns; }

  const QueueSpec spec_;
  std::vector<Server> servers_;
  std::deque<Waiting> waiting_;
};

class Servers final : public Queue {
 public:
  using Queue::Queue;

  void leave(std::uint64_t id, std::int64_t now) override {
    if (leave_queue(id)) return;
    for (Server& server : servers_) {
      if (server.id == id && server.free_ns > now) server.free_ns = now;
    }
  }
  std::optional<std::int64_t> next() const override {
    if (waiting_.empty()) return std::nullopt;
    return std::max(waiting_.front().at_ns, earliest().free_ns);
  }
  void advance(std::int64_t now, std::vector<Started>& started) override {
    while (!waiting_.empty()) {
      const Waiting first = waiting_.front();
      Server& server = earliest();
      std::int64_t begin = std::max(first.at_ns, server.free_ns);
      if (begin > now) return;
      server = {begin + first.service_ns, first.id};
      started.push_back({first.id, begin, server.free_ns});
      waiting_.pop_front();
    }
  }

 private:
  bool begins_at_once(std::int64_t at) const override { return waiting_.empty() && earliest().free_ns <= at; }
};

class Batches final : public Queue {
 public:
  using Queue::Queue;

  void leave(std::uint64_t id, std::int64_t) override { (void)leave_queue(id); }

  std::optional<std::int64_t> next() const override {
    if (waiting_.empty()) return std::nullopt;
    return std::max(ready_ns(), earliest().free_ns);
  }
  void advance(std::int64_t now, std::vector<Started>& started) override {
    while (!waiting_.empty()) {
      Server& server = earliest();
      std::int64_t begin = std::max(ready_ns(), server.free_ns);
      if (begin > now) return;
      std::size_t size = 0;
      while (size < most() && size < waiting_.size() && waiting_[size].at_ns <= begin) ++size;
      ++batch_;
      server = {begin + length_ns(size), waiting_.front().id};
      for (std::size_t i = 0; i < size; ++i) {
        started.push_back({waiting_[i].id, begin, server.free_ns, batch_, static_cast<std::uint32_t>(size)});
      }
      waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(size));
    }
  }

 private:
  bool begins_at_once(std::int64_t at) const override {
    bool completes = waiting_.size() + 1 >= most() || spec_.batch_timeout_ns == 0;
    return completes && earliest().free_ns <= at;
  }
  std::size_t most() const { return static_cast<std::size_t>(spec_.batch); }
  std::int64_t length_ns(std::size_t size) const {
    return static_cast<std::int64_t>(spec_.batch_fixed_ns + spec_.batch_per_item_ns * static_cast<double>(size));
  }
  // When the first batch is complete: full, or the first of it waited long enough.
  std::int64_t ready_ns() const {
    std::int64_t timed_out = waiting_.front().at_ns + spec_.batch_timeout_ns;
    return waiting_.size() < most() ? timed_out : std::max(waiting_.front().at_ns, std::min(timed_out, waiting_[most() - 1].at_ns));
  }

  std::uint32_t batch_ = 0;
};

}  // namespace

std::unique_ptr<Discipline> make_discipline(const QueueSpec& spec) {
  switch (spec.kind) {
    case QueueSpec::Kind::kInfinite: return std::make_unique<Infinite>();
    case QueueSpec::Kind::kServers: return std::make_unique<Servers>(spec);
    case QueueSpec::Kind::kBatch: return std::make_unique<Batches>(spec);
  }
  return nullptr;
}

}  // namespace lynxbench::stub
