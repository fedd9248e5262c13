#include "attribution/device/device_budget.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <unordered_map>

#include "attribution/device/device_figures.h"
#include "attribution/device/host_sweep.h"
#include "attribution/device/interval_set.h"

namespace lynxbench::attribution {
namespace {

constexpr std::size_t kCulpritsShown = 100;
// Threads asked when the launching thread shows nothing.
constexpr std::size_t kThreadsAsked = 8;

using Times = std::array<std::int64_t, kDeviceTimeCount>;

std::size_t index_of(DeviceTime time) { return static_cast<std::size_t>(time); }

enum class Part : std::uint8_t { kLeading, kSpan, kTrailing };

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

  [[nodiscard]] std::uint64_t different_gaps() const {
    std::vector<std::uint32_t> sorted = gaps;
    std::sort(sorted.begin(), sorted.end());
    return static_cast<std::uint64_t>(std::unique(sorted.begin(), sorted.end()) - sorted.begin());
  }
};

bool waits_for_device(std::string_view call) {
  return call.find("Synchronize") != std::string_view::npos;
}

// What a thread in such a row is: which class the device's idle time goes to.
DeviceTime idle_in(const Timeline& timeline, const HostMoment& moment) {
  if (moment.in_data_loader) return DeviceTime::kIdleDataLoader;
  switch (timeline.host.work[moment.row]) {
    case HostWork::kOperator: return DeviceTime::kIdleOperator;
    case HostWork::kPython: return DeviceTime::kIdlePython;
    case HostWork::kSystemCall: return DeviceTime::kIdleSystemCall;
    case HostWork::kCall:
      return waits_for_device(timeline.names[timeline.host.name[moment.row]])
                 ? DeviceTime::kIdleSynchronisation
                 : DeviceTime::kIdleCall;
    case HostWork::kAnnotation:
    case HostWork::kOverhead:
    case HostWork::kOther: return DeviceTime::kIdleProgram;
  }
  return DeviceTime::kIdleProgram;
}

// The threads of a timeline, to be asked what they were in.
struct HostThreads {
  explicit HostThreads(const Timeline& timeline)
      : rows(rows_of_threads(timeline)), data_loader(data_loader_names(timeline)) {
    for (std::uint32_t thread = 0; thread < rows.size(); ++thread) {
      if (rows[thread].second != rows[thread].first) busiest.push_back(thread);
    }
    std::stable_sort(busiest.begin(), busiest.end(), [this](std::uint32_t a, std::uint32_t b) {
      return rows[a].second - rows[a].first > rows[b].second - rows[b].first;
    });
  }
  std::vector<std::pair<std::uint32_t, std::uint32_t>> rows;
  std::vector<bool> data_loader;
  std::vector<std::uint32_t> busiest;
};

// Takes the pieces of a device's time, in no order. A long trace has very many: who only adds them up
// keeps none.
class PieceSink {
 public:
  virtual ~PieceSink() = default;
  virtual void take(const BudgetPiece& piece) = 0;
};

// Adds them up, in the span and in the whole window.
class PieceSums final : public PieceSink {
 public:
  explicit PieceSums(const DeviceFigures& figures)
      : begin_ns_(figures.begin_ns), end_ns_(figures.end_ns) {}
  void take(const BudgetPiece& piece) override {
    const std::int64_t ns = piece.end_ns - piece.begin_ns;
    wall_[index_of(piece.time)] += ns;
    const bool in_span = piece.begin_ns >= begin_ns_ && piece.end_ns <= end_ns_;
    if (in_span) span_[index_of(piece.time)] += ns;
  }
  [[nodiscard]] const Times& span() const { return span_; }
  [[nodiscard]] const Times& wall() const { return wall_; }

 private:
  std::int64_t begin_ns_;
  std::int64_t end_ns_;
  Times span_{};
  Times wall_{};
};

// Keeps them.
class PieceList final : public PieceSink {
 public:
  explicit PieceList(const DeviceFigures&) {}
  void take(const BudgetPiece& piece) override { pieces_.push_back(piece); }
  std::vector<BudgetPiece> in_order() {
    std::sort(pieces_.begin(), pieces_.end(), [](const BudgetPiece& a, const BudgetPiece& b) {
      return a.begin_ns < b.begin_ns;
    });
    return std::move(pieces_);
  }

 private:
  std::vector<BudgetPiece> pieces_;
};

// The idle time of one device, piece by piece.
class IdleAccount {
 public:
  IdleAccount(const Timeline& timeline, const HostThreads& threads, const IntervalSet* requests,
              PieceSink& sink)
      : timeline_(timeline), threads_(threads), requests_(requests), sink_(sink) {}

  void add(DeviceTime time, std::int64_t begin_ns, std::int64_t end_ns) {
    if (begin_ns < end_ns) sink_.take({begin_ns, end_ns, time, 0, kNoRow});
  }
  void add_late(std::uint32_t thread, Part part, std::int64_t begin_ns, std::int64_t end_ns) {
    if (begin_ns >= end_ns) return;
    const std::uint32_t gap = gaps_++;
    std::vector<LatePiece>& late = late_[thread];
    if (requests_ == nullptr) return late.push_back({begin_ns, end_ns, part, gap});
    const IntervalSet whole{{begin_ns, end_ns}};
    for (const Moment& one : difference(whole, *requests_)) {
      add(DeviceTime::kIdleNoRequest, one.begin_ns, one.end_ns);
    }
    for (const Moment& one : intersection(whole, *requests_)) {
      late.push_back({one.begin_ns, one.end_ns, part, gap});
    }
  }
  // Asks the threads about all late pieces.
  void resolve() {
    for (auto& [thread, pieces] : late_) {
      std::vector<LatePiece> open = ask(thread, pieces, Asked::kLaunching);
      std::size_t asked = 0;
      for (std::uint32_t other : threads_.busiest) {
        if (open.empty() || asked == kThreadsAsked) break;
        if (other == thread || !same_process(other, thread)) continue;
        ++asked;
        open = ask(other, open, Asked::kOther);
      }
      for (const LatePiece& piece : open) {
        add(DeviceTime::kIdleHostUnseen, piece.begin_ns, piece.end_ns);
      }
    }
  }
  void move_culprits(DeviceFigures& figures) const;

 private:
  enum class Asked : std::uint8_t { kLaunching, kOther };

  [[nodiscard]] bool same_process(std::uint32_t a, std::uint32_t b) const {
    return timeline_.threads[a].process == timeline_.threads[b].process;
  }

  // Takes out of `pieces` (in order, disjoint) what the thread was in, and returns the rest.
  std::vector<LatePiece> ask(std::uint32_t thread, const std::vector<LatePiece>& pieces,
                             Asked asked) {
    std::vector<LatePiece> rest;
    const auto [first, last] = threads_.rows[thread];
    HostSweep sweep(timeline_, first, last, threads_.data_loader);
    std::optional<HostMoment> moment = sweep.next();
    for (const LatePiece& piece : pieces) {
      std::int64_t at = piece.begin_ns;
      while (moment && moment->end_ns <= at) moment = sweep.next();
      while (at < piece.end_ns && moment && moment->begin_ns < piece.end_ns) {
        if (moment->begin_ns > at) {
          rest.push_back({at, moment->begin_ns, piece.part, piece.gap});
        }
        const std::int64_t begin = std::max(at, moment->begin_ns);
        const std::int64_t end = std::min(piece.end_ns, moment->end_ns);
        blame(*moment, {begin, end, piece.part, piece.gap}, asked, rest);
        at = end;
        if (moment->end_ns <= at) moment = sweep.next();
      }
      if (at < piece.end_ns) rest.push_back({at, piece.end_ns, piece.part, piece.gap});
    }
    return rest;
  }

  // Another thread's waiting in the system says nothing about who was late.
  void blame(const HostMoment& moment, const LatePiece& piece, Asked asked,
             std::vector<LatePiece>& rest) {
    if (asked == Asked::kOther && timeline_.host.work[moment.row] == HostWork::kSystemCall) {
      rest.push_back(piece);
      return;
    }
    const DeviceTime time = idle_in(timeline_, moment);
    const NameId name = timeline_.host.name[moment.row];
    sink_.take({piece.begin_ns, piece.end_ns, time, name, timeline_.host.thread[moment.row]});
    if (piece.part != Part::kSpan) return;
    CulpritSum& sum = culprits_[(static_cast<std::uint64_t>(time) << 32) | name];
    sum.ns += piece.end_ns - piece.begin_ns;
    if (sum.gaps.empty() || sum.gaps.back() != piece.gap) sum.gaps.push_back(piece.gap);
  }

  const Timeline& timeline_;
  const HostThreads& threads_;
  const IntervalSet* requests_;
  PieceSink& sink_;
  std::map<std::uint32_t, std::vector<LatePiece>> late_;  // by thread, in order of time
  std::unordered_map<std::uint64_t, CulpritSum> culprits_;
  std::uint32_t gaps_ = 0;
};

void IdleAccount::move_culprits(DeviceFigures& figures) const {
  std::vector<Culprit> all;
  for (const auto& [key, sum] : culprits_) {
    all.push_back({static_cast<DeviceTime>(key >> 32),
                   std::string(timeline_.names[static_cast<NameId>(key)]), sum.ns,
                   sum.different_gaps()});
  }
  std::sort(all.begin(), all.end(), [](const Culprit& a, const Culprit& b) {
    return std::tie(b.ns, a.time, a.name) < std::tie(a.ns, b.time, b.name);
  });
  for (std::size_t i = kCulpritsShown; i < all.size(); ++i) {
    ++figures.culprits_left_out;
    figures.culprits_left_out_ns += all[i].ns;
  }
  if (all.size() > kCulpritsShown) all.resize(kCulpritsShown);
  figures.culprits = std::move(all);
}

DeviceTime copy_time(const Timeline& timeline, std::size_t row) {
  const std::uint32_t facts = timeline.device.facts[row];
  if (timeline.device.work[row] != DeviceWork::kCopy || facts == kNoRow) {
    return DeviceTime::kCopyOther;
  }
  const CopyFacts& copy = timeline.copies[facts];
  const auto is = [&](MemoryKind kind) { return copy.source == kind || copy.destination == kind; };
  if (is(MemoryKind::kPageable)) return DeviceTime::kCopyPageable;
  if (is(MemoryKind::kPinned)) return DeviceTime::kCopyPinned;
  return DeviceTime::kCopyOther;
}

// Whether the times of launches can be set beside those of the work.
enum class Launches : std::uint8_t { kKnown, kOnAnotherClock };

// The work of one device: a set of moments for each class, and its gaps.
class BudgetSum {
 public:
  BudgetSum(const Timeline& timeline, const HostThreads& threads, const IntervalSet* requests,
            Window window, Launches launches, PieceSink& sink)
      : timeline_(timeline), window_(window), launches_(launches), sink_(sink),
        idle_(timeline, threads, requests, sink), covered_to_(window.begin_ns) {}

  // `wait_ns`: of a collective, how long it waited for another rank.
  void add_row(std::size_t row, DeviceTime time, std::int64_t wait_ns) {
    const std::int64_t begin = timeline_.device.begin_ns[row];
    const std::int64_t end = timeline_.device.end_ns[row];
    if (last_row_ == kNoRow || begin > covered_to_) add_gap(row, begin);
    if (wait_ns == 0) {
      add(working_[index_of(time)], begin, end);
    } else {
      const std::int64_t all_there = begin + std::min(wait_ns, end - begin);
      add(working_[index_of(DeviceTime::kRankWait)], begin, all_there);
      after_waits_.push_back({all_there, end});
    }
    if (last_row_ == kNoRow || end >= covered_to_) last_row_ = static_cast<std::uint32_t>(row);
    covered_to_ = std::max(covered_to_, end);
  }

  // Gives the sink what it does not have yet of the window. Called once, after the last row.
  void close() {
    add_trailing();
    idle_.resolve();
    add_transfers();
    IntervalSet covered;
    for (std::size_t i = 0; i < index_of(DeviceTime::kIdleOperator); ++i) {
      for (const Moment& one : difference(working_[i], covered)) {
        sink_.take({one.begin_ns, one.end_ns, static_cast<DeviceTime>(i), 0, kNoRow});
      }
      covered = unite(covered, working_[i]);
    }
  }

  void fill(const PieceSums& sums, DeviceFigures& figures) const {
    fill(figures.span, sums.span(), figures.begin_ns, figures.span_ns, figures);
    fill(figures.wall, sums.wall(), window_.begin_ns, window_.end_ns - window_.begin_ns, figures);
    idle_.move_culprits(figures);
  }

 private:
  [[nodiscard]] std::uint32_t call_of(std::size_t row) const {
    return launches_ == Launches::kKnown ? timeline_.device.call[row] : kNoRow;
  }

  void add_gap(std::size_t row, std::int64_t gap_end) {
    const Part part = last_row_ == kNoRow ? Part::kLeading : Part::kSpan;
    const std::int64_t gap_begin = covered_to_;
    if (gap_end <= gap_begin) return;
    const std::uint32_t call = call_of(row);
    if (call == kNoRow) return idle_.add(DeviceTime::kIdleUnknown, gap_begin, gap_end);
    const std::uint32_t host_row = timeline_.calls.host_row[call];
    const std::int64_t launch = timeline_.host.begin_ns[host_row];
    if (launch <= gap_begin) {
      const bool one_launch = last_row_ != kNoRow && timeline_.device.call[last_row_] == call;
      return idle_.add(one_launch ? DeviceTime::kIdleGraph : DeviceTime::kIdleQueued, gap_begin,
                       gap_end);
    }
    const std::int64_t late_until = std::min(launch, gap_end);
    idle_.add_late(timeline_.host.thread[host_row], part, gap_begin, late_until);
    idle_.add(DeviceTime::kIdleLaunch, late_until, gap_end);
  }

  // What collectives did once every rank was there.
  void add_transfers() {
    std::sort(after_waits_.begin(), after_waits_.end(),
              [](const Moment& a, const Moment& b) { return a.begin_ns < b.begin_ns; });
    IntervalSet transfers;
    for (const Moment& one : after_waits_) add(transfers, one.begin_ns, one.end_ns);
    IntervalSet& communication = working_[index_of(DeviceTime::kCommunication)];
    communication = unite(communication, transfers);
  }

  // After the last work: the thread that launched it is asked what it went on with.
  void add_trailing() {
    if (covered_to_ >= window_.end_ns) return;
    const std::uint32_t call = last_row_ == kNoRow ? kNoRow : call_of(last_row_);
    if (call == kNoRow) {
      idle_.add(DeviceTime::kIdleUnknown, covered_to_, window_.end_ns);
    } else {
      idle_.add_late(timeline_.host.thread[timeline_.calls.host_row[call]], Part::kTrailing,
                     covered_to_, window_.end_ns);
    }
  }

  static void fill(DeviceBudget& budget, const Times& times, std::int64_t begin_ns,
                   std::int64_t whole_ns, const DeviceFigures& figures) {
    budget.begin_ns = begin_ns;
    budget.whole_ns = whole_ns;
    budget.hidden_communication_ns = figures.overlap_ns;
    budget.hidden_copy_ns = figures.copy_ns - figures.exposed_copy_ns;
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < times.size(); ++i) {
      if (times[i] != 0) budget.parts.push_back({static_cast<DeviceTime>(i), times[i]});
      sum += times[i];
    }
    CHECK(sum == whole_ns);
  }

  const Timeline& timeline_;
  Window window_;
  Launches launches_;
  PieceSink& sink_;
  IdleAccount idle_;
  std::int64_t covered_to_;
  std::uint32_t last_row_ = kNoRow;  // whose end is covered_to_
  std::array<IntervalSet, kDeviceTimeCount> working_;
  std::vector<Moment> after_waits_;
};

DeviceTime time_of(const Timeline& timeline, const DeviceClasses& classes,
                   std::span<const KernelBound> bounds, std::size_t row) {
  switch (classes.of[row]) {
    case DeviceClass::kCommunication: return DeviceTime::kCommunication;
    case DeviceClass::kCopy: return copy_time(timeline, row);
    case DeviceClass::kCompute: break;
  }
  const KernelBound bound = bounds.empty() ? KernelBound::kUnknown : bounds[row];
  return bound == KernelBound::kCompute  ? DeviceTime::kComputeBound
         : bound == KernelBound::kMemory ? DeviceTime::kMemoryBound
                                         : DeviceTime::kComputeUnknown;
}

}  // namespace

Window window_of(const Timeline& timeline) {
  Window window{std::numeric_limits<std::int64_t>::max(),
                std::numeric_limits<std::int64_t>::min()};
  const auto add = [&](std::int64_t begin_ns, std::int64_t end_ns) {
    window.begin_ns = std::min(window.begin_ns, begin_ns);
    window.end_ns = std::max(window.end_ns, end_ns);
  };
  const auto add_table = [&](const auto& table) {
    for (std::size_t row = 0; row < table.size(); ++row) {
      add(table.begin_ns[row], table.end_ns[row]);
    }
  };
  add_table(timeline.host);
  add_table(timeline.device);
  for (const TraceSpan& span : timeline.spans) add(span.begin_ns, span.end_ns);
  for (const TracedRequest& request : timeline.requests) {
    if (request.begin_ns && request.end_ns) add(*request.begin_ns, *request.end_ns);
  }
  return window.begin_ns > window.end_ns ? Window{} : window;
}

namespace {

// A device's time on its way into a sink.
template <typename Sink>
struct Account {
  Account(const Timeline& timeline, const HostThreads& threads, const BudgetEvidence& evidence,
          Window window, const DeviceFigures& figures)
      : sink(figures),
        sum(timeline, threads, evidence.requests, window,
            clocks_disagree(figures) ? Launches::kOnAnotherClock : Launches::kKnown, sink) {}
  Account(const Account&) = delete;
  Account& operator=(const Account&) = delete;

  Sink sink;
  BudgetSum sum;
};

// By device, closed.
template <typename Sink>
std::map<std::int64_t, Account<Sink>> accounts_of(const Timeline& timeline,
                                                  const DeviceClasses& classes,
                                                  const BudgetEvidence& evidence,
                                                  const HostThreads& threads,
                                                  const std::vector<DeviceFigures>& devices) {
  const Window window = window_of(timeline);
  std::map<std::int64_t, Account<Sink>> accounts;
  for (const DeviceFigures& figures : devices) {
    accounts.try_emplace(figures.device, timeline, threads, evidence, window, figures);
  }
  for (std::size_t row = 0; row < timeline.device.size(); ++row) {
    const std::int64_t id = timeline.lanes[timeline.device.lane[row]].device;
    const std::int64_t wait =
        evidence.rank_waits_ns.empty() ? 0 : evidence.rank_waits_ns[row];
    accounts.at(id).sum.add_row(row, time_of(timeline, classes, evidence.bounds, row), wait);
  }
  for (auto& [id, account] : accounts) account.sum.close();
  return accounts;
}

}  // namespace

void fill_budgets(const Timeline& timeline, const DeviceClasses& classes,
                  const BudgetEvidence& evidence, std::vector<DeviceFigures>& devices) {
  const HostThreads threads(timeline);
  const auto accounts = accounts_of<PieceSums>(timeline, classes, evidence, threads, devices);
  for (DeviceFigures& figures : devices) {
    const Account<PieceSums>& account = accounts.at(figures.device);
    account.sum.fill(account.sink, figures);
  }
}

std::vector<DevicePieces> budget_pieces(const Timeline& timeline, const DeviceClasses& classes,
                                        const BudgetEvidence& evidence,
                                        const std::vector<DeviceFigures>& devices) {
  const HostThreads threads(timeline);
  auto accounts = accounts_of<PieceList>(timeline, classes, evidence, threads, devices);
  std::vector<DevicePieces> all;
  for (const DeviceFigures& figures : devices) {
    all.push_back({figures.device, figures.name, accounts.at(figures.device).sink.in_order()});
  }
  return all;
}

}  // namespace lynxbench::attribution
