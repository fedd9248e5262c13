// Queues with known answers: who is served from when to when, from arrivals and service times alone.
// Driven by events, so the same code runs a server and a test in simulated time.
//
//   auto queue = make_discipline(spec);
//   if (!queue->arrive(id, at, service)) -> the queue is full
//   queue->advance(now, started);           // all that begin service up to `now`, by begin
//   std::optional<std::int64_t> next = queue->next();   // when advance() has work again
//
// Times are nanoseconds on any one clock. Begins are exact: a request that waited begins at the
// moment when its server became free, whenever advance() is called.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "stub/options.h"

namespace lynxbench::stub {

struct Started {
  std::uint64_t id = 0;
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
  std::uint32_t batch = 0;       // counted from 1; 0: no batches
  std::uint32_t batch_size = 1;
};

class Discipline {
 public:
  virtual ~Discipline() = default;
  // `service_ns`: how long it holds a server; not used by batches. False: rejected. A request that
  // finds a free server does not wait, so it is never rejected.
  [[nodiscard]] virtual bool arrive(std::uint64_t id, std::int64_t at, std::int64_t service_ns) = 0;
  // It waits no more, or gives back its server at `now` (a batch goes on).
  virtual void leave(std::uint64_t id, std::int64_t now) = 0;
  [[nodiscard]] virtual std::optional<std::int64_t> next() const = 0;
  virtual void advance(std::int64_t now, std::vector<Started>& started) = 0;
  [[nodiscard]] virtual std::size_t waiting() const = 0;
};

[[nodiscard]] std::unique_ptr<Discipline> make_discipline(const QueueSpec& spec);

}  // namespace lynxbench::stub
