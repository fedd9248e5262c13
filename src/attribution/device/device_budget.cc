#include "attribution/device/device_budget.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>

#include "attribution/device/copy_rows.h"
#include "attribution/device/device_figures.h"
#include "attribution/device/idle_account.h"
#include "attribution/device/interval_set.h"

namespace lynxbench::attribution {
namespace {

using Times = std::array<std::int64_t, kDeviceTimeCount>;

std::size_t index_of(DeviceTime time) { return static_cast<std::size_t>(time); }

// Adds pieces up, in the span and in the whole window; and what of the span's requests waited in a queue.
class PieceSums final : public PieceSink {
 public:
  PieceSums(const DeviceFigures& figures, const RequestQueue* queue)
      : begin_ns_(figures.begin_ns), end_ns_(figures.end_ns), queue_(queue) {}
  void take(const BudgetPiece& piece) override {
    const std::int64_t ns = piece.end_ns - piece.begin_ns;
    wall_[index_of(piece.time)] += ns;
    const bool in_span = piece.begin_ns >= begin_ns_ && piece.end_ns <= end_ns_;
    if (!in_span) return;
    span_[index_of(piece.time)] += ns;
    if (queue_ != nullptr && is_idle(piece.time)) add_queued(piece);
  }
  [[nodiscard]] const Times& span() const { return span_; }
  [[nodiscard]] const Times& wall() const { return wall_; }
  [[nodiscard]] std::optional<RequestQueueFigure> queue() const {
    if (queue_ == nullptr) return std::nullopt;
    RequestQueueFigure figure;
    figure.waiting_ns = queued_within(*queue_, begin_ns_, end_ns_).ns;
    figure.idle_ns = idle_queued_ns_;
    figure.queued_ns = queued_.ns;
    if (queued_.ns != 0) figure.mean = queued_.request_ns / static_cast<double>(queued_.ns);
    figure.most = queued_.most;
    figure.sources = queue_->sources;
    return figure;
  }

 private:
  void add_queued(const BudgetPiece& piece) {
    const QueuedTime time = queued_within(*queue_, piece.begin_ns, piece.end_ns);
    idle_queued_ns_ += time.ns;
    if (piece.time != DeviceTime::kIdleRequestsQueued) return;
    queued_.ns += time.ns;
    queued_.request_ns += time.request_ns;
    queued_.most = std::max(queued_.most, time.most);
  }

  std::int64_t begin_ns_;
  std::int64_t end_ns_;
  const RequestQueue* queue_;
  Times span_{};
  Times wall_{};
  std::int64_t idle_queued_ns_ = 0;
  QueuedTime queued_;  // in kIdleRequestsQueued
};

// Keeps them.
class PieceList final : public PieceSink {
 public:
  PieceList(const DeviceFigures&, const RequestQueue*) {}
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

DeviceTime copy_time(const Timeline& timeline, std::size_t row) {
  const std::uint32_t facts = timeline.device.facts[row];
  if (timeline.device.work[row] != DeviceWork::kCopy || facts == kNoRow) {
    return DeviceTime::kCopyOther;
  }
  switch (memory_of(timeline.copies[facts])) {
    case CopyMemory::kPageable: return DeviceTime::kCopyPageable;
    case CopyMemory::kPinned: return DeviceTime::kCopyPinned;
    case CopyMemory::kUnknown: return DeviceTime::kCopyOther;
  }
  return DeviceTime::kCopyOther;
}

// Whether the times of launches can be set beside those of the work.
enum class Launches : std::uint8_t { kKnown, kOnAnotherClock };

// The work of one device: a set of moments for each class, and its gaps.
class BudgetSum {
 public:
  BudgetSum(const Timeline& timeline, const HostThreads& threads, RequestMoments requests,
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
      if (i == index_of(DeviceTime::kCopyPageable)) add_hidden_copies(covered);
      for (const Moment& one : difference(working_[i], covered)) {
        sink_.take({one.begin_ns, one.end_ns, static_cast<DeviceTime>(i), 0, kNoRow});
      }
      covered = unite(covered, working_[i]);
    }
  }

  void fill(const PieceSums& sums, DeviceFigures& figures) const {
    figures.request_queue = sums.queue();
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

  // `working`: when it computed or communicated.
  void add_hidden_copies(const IntervalSet& working) {
    const auto of = [&](DeviceTime time) {
      return intersection(working_[index_of(time)], working);
    };
    const IntervalSet pageable = of(DeviceTime::kCopyPageable);
    const IntervalSet pinned = of(DeviceTime::kCopyPinned);
    hidden_copies_.pageable_ns = length(pageable);
    hidden_copies_.pinned_ns = length(difference(pinned, pageable));
    hidden_copies_.other_ns =
        length(difference(of(DeviceTime::kCopyOther), unite(pageable, pinned)));
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

  void fill(DeviceBudget& budget, const Times& times, std::int64_t begin_ns,
            std::int64_t whole_ns, const DeviceFigures& figures) const {
    budget.begin_ns = begin_ns;
    budget.whole_ns = whole_ns;
    budget.hidden_communication_ns = figures.overlap_ns;
    budget.hidden_copies = hidden_copies_;
    CHECK(hidden_copies_.sum_ns() == figures.copy_ns - figures.exposed_copy_ns);
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
  HiddenCopies hidden_copies_;
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
          RequestMoments requests, Window window, const DeviceFigures& figures)
      : sink(figures, evidence.queue),
        sum(timeline, threads, requests, window,
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
  const IntervalSet queued = evidence.queue ? when_waiting(*evidence.queue) : IntervalSet();
  const RequestMoments requests{.there = evidence.requests,
                                .queued = evidence.queue ? &queued : nullptr};
  std::map<std::int64_t, Account<Sink>> accounts;
  for (const DeviceFigures& figures : devices) {
    accounts.try_emplace(figures.device, timeline, threads, evidence, requests, window, figures);
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
