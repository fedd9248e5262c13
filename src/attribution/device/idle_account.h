// The idle time of one device, piece by piece, each with its class: what the host was in, or why nobody was
// late.
//
//   IdleAccount idle(timeline, threads, {.requests = &presence, .queued = &waiting}, sink);
//   idle.add(DeviceTime::kIdleLaunch, 60, 70);
//   idle.add_late(thread_of_the_launch, Part::kSpan, 20, 60);
//   idle.resolve();                       // gives the sink what was late
//
// Late time belongs to the first of these that applies: no request was there; what the launching thread was
// in; where that shows nothing, what others of its process were in; requests that waited in a queue; nobody.
// A thread that only waits for another one, or for a message, explains nothing where requests are known to
// have waited. docs/methodology.md says why in this order.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "attribution/device/host_sweep.h"
#include "attribution/device/interval_set.h"
#include "model/device_pieces.h"
#include "model/trace.h"
#include "model/trace_figures.h"

namespace lynxbench::attribution {

// The threads of a timeline, to be asked what they were in.
struct HostThreads {
  explicit HostThreads(const Timeline& timeline);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> rows;
  std::vector<bool> data_loader;    // by name
  std::vector<bool> waiting_names;  // waits for another thread or a message, where a row has the name
  std::vector<std::uint32_t> busiest;
};

// Takes the pieces of a device's time, in no order. A long trace has very many: who only adds them up
// keeps none.
class PieceSink {
 public:
  virtual ~PieceSink() = default;
  virtual void take(const BudgetPiece& piece) = 0;
};

// Where in a device's time a stretch is.
enum class Part : std::uint8_t { kLeading, kSpan, kTrailing };

// What other files say of requests, on the timeline's clock. Null: nothing is known.
struct RequestMoments {
  const IntervalSet* there = nullptr;   // at least one was there
  const IntervalSet* queued = nullptr;  // at least one waited in a queue; elsewhere nothing is known
};

class IdleAccount {
 public:
  // All must outlive it.
  IdleAccount(const Timeline& timeline, const HostThreads& threads, RequestMoments requests,
              PieceSink& sink)
      : timeline_(timeline), threads_(threads), requests_(requests), sink_(sink) {}

  void add(DeviceTime time, std::int64_t begin_ns, std::int64_t end_ns) {
    if (begin_ns < end_ns) sink_.take({begin_ns, end_ns, time, 0, kNoRow});
  }
  // Time for which the host was late, `thread` being the one that launched in the end. In order of time.
  void add_late(std::uint32_t thread, Part part, std::int64_t begin_ns, std::int64_t end_ns);
  // Asks the threads about all late pieces. Called once, after the last.
  void resolve();
  void move_culprits(DeviceFigures& figures) const;

 private:
  enum class Asked : std::uint8_t { kLaunching, kOther };

  // A stretch of idle time for which the host was late.
  struct LatePiece {
    std::int64_t begin_ns;
    std::int64_t end_ns;
    Part part;
    std::uint32_t gap;  // which, of the device's
  };
  struct CulpritSum {
    std::int64_t ns = 0;
    std::vector<std::uint32_t> gaps;  // one that several threads were asked about may be there again
    [[nodiscard]] std::uint64_t different_gaps() const;
  };

  [[nodiscard]] bool same_process(std::uint32_t a, std::uint32_t b) const {
    return timeline_.threads[a].process == timeline_.threads[b].process;
  }
  // Takes out of `pieces` (in order, disjoint) what the thread was in, and returns the rest.
  std::vector<LatePiece> ask(std::uint32_t thread, const std::vector<LatePiece>& pieces,
                             Asked asked);
  // Gives the piece to what the thread was in, or puts it into `rest`.
  void judge(const HostMoment& moment, const LatePiece& piece, Asked asked,
             std::vector<LatePiece>& rest);
  void blame(const HostMoment& moment, const LatePiece& piece);
  // Time that nothing on the host explains.
  void add_unseen(const LatePiece& piece);

  const Timeline& timeline_;
  const HostThreads& threads_;
  RequestMoments requests_;
  PieceSink& sink_;
  std::map<std::uint32_t, std::vector<LatePiece>> late_;  // by thread, in order of time
  std::unordered_map<std::uint64_t, CulpritSum> culprits_;
  std::uint32_t gaps_ = 0;
};

}  // namespace lynxbench::attribution
