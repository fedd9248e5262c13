#include "attribution/device/idle_account.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

namespace lynxbench::attribution {
namespace {

constexpr std::size_t kCulpritsShown = 100;
// Threads asked when the launching thread shows nothing.
constexpr std::size_t kThreadsAsked = 8;

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

// Calls of the operating system in which a thread waits for another one, or for a message. Those that
// wait for a disk or for a time are none.
constexpr std::array<std::string_view, 20> kWaits{
    "poll",           "ppoll",       "epoll_wait",   "epoll_pwait", "select",
    "pselect",        "accept",      "accept4",      "recv",        "recvfrom",
    "recvmsg",        "futex",       "sem_wait",     "sem_timedwait",
    "sem_clockwait",  "mq_receive",  "sigwaitinfo",  "pthread_cond_wait",
    "pthread_cond_timedwait",        "pthread_cond_clockwait"};
// The same of Python's own, as the profiler spells them: "<built-in method acquire of _thread.lock ...>".
constexpr std::array<std::string_view, 3> kPythonWaits{
    "<built-in method acquire of _thread.", "<built-in method poll of select.",
    "<built-in method select"};

bool waits_for_others(std::string_view name) {
  return std::find(kWaits.begin(), kWaits.end(), name) != kWaits.end() ||
         std::any_of(kPythonWaits.begin(), kPythonWaits.end(),
                     [&](std::string_view wait) { return name.starts_with(wait); });
}

}  // namespace

HostThreads::HostThreads(const Timeline& timeline)
    : rows(rows_of_threads(timeline)), data_loader(data_loader_names(timeline)),
      waiting_names(timeline.names.size()) {
  for (std::uint32_t thread = 0; thread < rows.size(); ++thread) {
    if (rows[thread].second != rows[thread].first) busiest.push_back(thread);
  }
  std::stable_sort(busiest.begin(), busiest.end(), [this](std::uint32_t a, std::uint32_t b) {
    return rows[a].second - rows[a].first > rows[b].second - rows[b].first;
  });
  for (NameId name = 0; name < timeline.names.size(); ++name) {
    waiting_names[name] = waits_for_others(timeline.names[name]);
  }
}

std::uint64_t IdleAccount::CulpritSum::different_gaps() const {
  std::vector<std::uint32_t> sorted = gaps;
  std::sort(sorted.begin(), sorted.end());
  return static_cast<std::uint64_t>(std::unique(sorted.begin(), sorted.end()) - sorted.begin());
}

void IdleAccount::add_late(std::uint32_t thread, Part part, std::int64_t begin_ns,
                           std::int64_t end_ns) {
  if (begin_ns >= end_ns) return;
  const std::uint32_t gap = gaps_++;
  std::vector<LatePiece>& late = late_[thread];
  if (requests_.there == nullptr) return late.push_back({begin_ns, end_ns, part, gap});
  const IntervalSet there = within(*requests_.there, begin_ns, end_ns);
  for (const Moment& one : difference({{begin_ns, end_ns}}, there)) {
    add(DeviceTime::kIdleNoRequest, one.begin_ns, one.end_ns);
  }
  for (const Moment& one : there) late.push_back({one.begin_ns, one.end_ns, part, gap});
}

void IdleAccount::resolve() {
  for (auto& [thread, pieces] : late_) {
    std::vector<LatePiece> open = ask(thread, pieces, Asked::kLaunching);
    std::size_t asked = 0;
    for (std::uint32_t other : threads_.busiest) {
      if (open.empty() || asked == kThreadsAsked) break;
      if (other == thread || !same_process(other, thread)) continue;
      ++asked;
      open = ask(other, open, Asked::kOther);
    }
    for (const LatePiece& piece : open) add_unseen(piece);
  }
}

std::vector<IdleAccount::LatePiece> IdleAccount::ask(std::uint32_t thread,
                                                     const std::vector<LatePiece>& pieces,
                                                     Asked asked) {
  std::vector<LatePiece> rest;
  const auto [first, last] = threads_.rows[thread];
  HostSweep sweep(timeline_, first, last, threads_.data_loader);
  std::optional<HostMoment> moment = sweep.next();
  for (const LatePiece& piece : pieces) {
    std::int64_t at = piece.begin_ns;
    while (moment && moment->end_ns <= at) moment = sweep.next();
    while (at < piece.end_ns && moment && moment->begin_ns < piece.end_ns) {
      if (moment->begin_ns > at) rest.push_back({at, moment->begin_ns, piece.part, piece.gap});
      const std::int64_t begin = std::max(at, moment->begin_ns);
      const std::int64_t end = std::min(piece.end_ns, moment->end_ns);
      judge(*moment, {begin, end, piece.part, piece.gap}, asked, rest);
      at = end;
      if (moment->end_ns <= at) moment = sweep.next();
    }
    if (at < piece.end_ns) rest.push_back({at, piece.end_ns, piece.part, piece.gap});
  }
  return rest;
}

// Another thread's waiting in the system says nothing about who was late.
void IdleAccount::judge(const HostMoment& moment, const LatePiece& piece, Asked asked,
                        std::vector<LatePiece>& rest) {
  const HostWork work = timeline_.host.work[moment.row];
  if (asked == Asked::kOther && work == HostWork::kSystemCall) return rest.push_back(piece);
  const bool may_wait = work == HostWork::kSystemCall || work == HostWork::kPython;
  const bool waits = requests_.queued != nullptr && may_wait && !moment.in_data_loader &&
                     threads_.waiting_names[timeline_.host.name[moment.row]];
  if (!waits) return blame(moment, piece);
  const IntervalSet queued = within(*requests_.queued, piece.begin_ns, piece.end_ns);
  for (const Moment& one : difference({{piece.begin_ns, piece.end_ns}}, queued)) {
    blame(moment, {one.begin_ns, one.end_ns, piece.part, piece.gap});
  }
  for (const Moment& one : queued) {
    const LatePiece waited{one.begin_ns, one.end_ns, piece.part, piece.gap};
    if (asked == Asked::kOther) {
      rest.push_back(waited);
    } else {
      add(DeviceTime::kIdleRequestsQueued, one.begin_ns, one.end_ns);
    }
  }
}

void IdleAccount::blame(const HostMoment& moment, const LatePiece& piece) {
  const DeviceTime time = idle_in(timeline_, moment);
  const NameId name = timeline_.host.name[moment.row];
  sink_.take({piece.begin_ns, piece.end_ns, time, name, timeline_.host.thread[moment.row]});
  if (piece.part != Part::kSpan) return;
  CulpritSum& sum = culprits_[(static_cast<std::uint64_t>(time) << 32) | name];
  sum.ns += piece.end_ns - piece.begin_ns;
  if (sum.gaps.empty() || sum.gaps.back() != piece.gap) sum.gaps.push_back(piece.gap);
}

void IdleAccount::add_unseen(const LatePiece& piece) {
  IntervalSet queued;
  if (requests_.queued != nullptr) {
    queued = within(*requests_.queued, piece.begin_ns, piece.end_ns);
  }
  for (const Moment& one : queued) add(DeviceTime::kIdleRequestsQueued, one.begin_ns, one.end_ns);
  for (const Moment& one : difference({{piece.begin_ns, piece.end_ns}}, queued)) {
    add(DeviceTime::kIdleHostUnseen, one.begin_ns, one.end_ns);
  }
}

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

}  // namespace lynxbench::attribution
