// The host's side of the dependency graph: each thread's time, piece by piece.
#include <algorithm>
#include <numeric>

#include "attribution/graph/graph_builder.h"
#include "base/result.h"

namespace lynxbench::attribution {
namespace {

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// Python's locks and queues, and the C library's.
bool waits_for_threads(std::string_view name) {
  return has(name, "acquire") || has(name, "wait") || has(name, "join");
}

// The same, and waits for the outside world and for time.
bool stands_still(std::string_view name) {
  return waits_for_threads(name) || has(name, "poll") || has(name, "select") ||
         has(name, "sleep") || has(name, "futex");
}

}  // namespace

GraphBuilder::GraphBuilder(const Timeline& timeline, std::span<const DeviceClass> classes)
    : timeline_(timeline),
      classes_(classes),
      finder_(timeline),
      bursts_(timeline),
      loader_name_(timeline.names.size(), 0),
      item_of_call_(timeline.calls.size(), kNoItem),
      item_of_device_(timeline.device.size(), kNoItem),
      chain_of_thread_(timeline.threads.size(), kNoRow),
      handed_over_(timeline.threads.size()) {
  CHECK(classes.size() == timeline.device.size());
  graph_.timeline_ = &timeline;
}

void GraphBuilder::index_calls() {
  host_waits_ = finder_.host_waits();
  first_wait_.assign(timeline_.calls.size() + 1, 0);
  for (const HostWait& wait : host_waits_) ++first_wait_[wait.call + 1];
  std::partial_sum(first_wait_.begin(), first_wait_.end(), first_wait_.begin());
  call_of_row_.assign(timeline_.host.size(), kNoRow);
  for (std::uint32_t call = 0; call < timeline_.calls.size(); ++call) {
    const std::uint32_t row = timeline_.calls.host_row[call];
    call_of_row_[row] = call;
    if (finder_.kind_of(call) == WaitCallKind::kNone || has_waited(call)) continue;
    const std::int64_t length = timeline_.host.end_ns[row] - timeline_.host.begin_ns[row];
    const auto [found, is_new] = shortest_.try_emplace(timeline_.host.name[row], length);
    if (!is_new) found->second = std::min(found->second, length);
  }
}

bool GraphBuilder::has_waited(std::uint32_t call) const {
  const std::int64_t begin = timeline_.host.begin_ns[timeline_.calls.host_row[call]];
  const std::span<const HostWait> waits = waits_of(call);
  return std::any_of(waits.begin(), waits.end(), [&](const HostWait& wait) {
    return timeline_.device.end_ns[wait.device] > begin;
  });
}

void GraphBuilder::add_threads() {
  // Rows of a thread are together, so the first and last row of each are enough.
  const HostTable& host = timeline_.host;
  std::vector<std::uint32_t> first(timeline_.threads.size(), 0);
  std::vector<std::uint32_t> end(timeline_.threads.size(), 0);
  for (std::uint32_t row = 0; row < host.size(); ++row) {
    if (row == 0 || host.thread[row] != host.thread[row - 1]) first[host.thread[row]] = row;
    end[host.thread[row]] = row + 1;
  }
  // The earliest first, so that a hand-over is seen before the thread that it wakes.
  for (std::uint32_t thread : bursts_.threads()) add_thread(thread, first[thread], end[thread]);
}

void GraphBuilder::add_thread(std::uint32_t thread, std::uint32_t first_row,
                              std::uint32_t end_row) {
  thread_ = thread;
  stack_.clear();
  begin_chain(thread, /*of_lane=*/false);
  chain_of_thread_[thread] = static_cast<std::uint32_t>(graph_.chains_.size() - 1);
  bool begun = false;
  for (std::uint32_t row = first_row; row < end_row; ++row) {
    if (timeline_.host.work[row] == HostWork::kOverhead) continue;
    const std::int64_t begin = timeline_.host.begin_ns[row];
    if (!begun) cursor_ = begin;
    begun = true;
    close_until(begin);
    if (stack_.empty()) {
      add_untraced(begin);
    } else {
      add_own_time(stack_.back(), begin);
    }
    open(row);
  }
  while (!stack_.empty()) close_until(stack_.back().end_ns);
  end_chain();
  cut_last_wait();
}

// A thread that waits to the end for what the trace does not show did not hold up the end: a monitor
// asleep lasts as long as the recording does, however fast the rest is.
void GraphBuilder::cut_last_wait() {
  const Chain& chain = graph_.chains_.back();
  if (chain.count == 0) return;
  const ItemId last = chain.first + chain.count - 1;
  const ItemKind kind = graph_.kind_[last];
  if (kind != ItemKind::kPython && kind != ItemKind::kSystemCall) return;
  const NameId name = timeline_.host.name[graph_.row_[last]];
  const bool after_hand_over = !hand_overs_.empty() && hand_overs_.back().after == last;
  if (after_hand_over || !stands_still(timeline_.names[name])) return;
  graph_.end_[last] = graph_.begin_[last];
  ++graph_.gaps_.last_waits;
}

void GraphBuilder::open(std::uint32_t row) {
  const bool in_loader = (!stack_.empty() && stack_.back().in_loader) ||
                         names_loader(timeline_.host.name[row]);
  const std::int64_t end = std::max(timeline_.host.end_ns[row], timeline_.host.begin_ns[row]);
  stack_.push_back({row, end, kind_of(row, in_loader), in_loader});
}

// Ends what ends until then. A row that outlives the one around it goes on alone.
void GraphBuilder::close_until(std::int64_t time_ns) {
  while (!stack_.empty() && stack_.back().end_ns <= time_ns) {
    if (stack_.back().end_ns >= cursor_) add_own_time(stack_.back(), stack_.back().end_ns);
    stack_.pop_back();
  }
}

void GraphBuilder::add_own_time(const Open& open, std::int64_t until_ns) {
  const std::uint32_t call = call_of_row_[open.row];
  const bool first_of_call = call != kNoRow && item_of_call_[call] == kNoItem;
  if (until_ns <= cursor_ && !first_of_call) return;
  const std::int64_t begin = cursor_;
  cursor_ = std::max(cursor_, until_ns);
  if (call != kNoRow) return add_call_time(begin, cursor_, open.row);
  add_time(begin, cursor_, open.row, open.kind);
}

void GraphBuilder::add_untraced(std::int64_t until_ns) {
  const std::int64_t begin = cursor_;
  cursor_ = std::max(cursor_, until_ns);
  if (begin == cursor_ || handed_over_[thread_].contains(until_ns)) return;
  add_time(begin, cursor_, kNoRow, ItemKind::kUntraced);
}

// Operators of a library ("aten::mm") work themselves. Anything else may stand still while another
// thread does; where that thread had begun before, only what waits by its name is taken to wait for
// it.
std::optional<Burst> GraphBuilder::burst_during(std::int64_t begin_ns, std::int64_t end_ns,
                                                std::uint32_t row) const {
  if (row == kNoRow) return bursts_.inside(thread_, begin_ns, end_ns);
  const HostWork work = timeline_.host.work[row];
  const std::string_view name = timeline_.names[timeline_.host.name[row]];
  if (work == HostWork::kOperator && has(name, "::")) return std::nullopt;
  if (work == HostWork::kSystemCall || waits_for_threads(name)) {
    return bursts_.until(thread_, begin_ns, end_ns);
  }
  return bursts_.inside(thread_, begin_ns, end_ns);
}

void GraphBuilder::add_time(std::int64_t begin_ns, std::int64_t end_ns, std::uint32_t row,
                            ItemKind kind) {
  const std::optional<Burst> burst = burst_during(begin_ns, end_ns, row);
  if (!burst) {
    add_item(begin_ns, end_ns, row, kind);
    return;
  }
  PendingHandOver handed{.burst = *burst, .waiting = thread_};
  if (burst->begin_ns > begin_ns) {
    handed.before = add_item(begin_ns, burst->begin_ns, row, kind);
  } else {
    add_item(begin_ns, begin_ns, row, kind);  // it only waits
  }
  handed.after = add_item(burst->end_ns, end_ns, row, kind);
  hand_overs_.push_back(handed);
  handed_over_[burst->thread].insert(burst->begin_ns);
}

std::span<const HostWait> GraphBuilder::waits_of(std::uint32_t call) const {
  const std::uint32_t first = first_wait_[call];
  return std::span(host_waits_).subspan(first, first_wait_[call + 1] - first);
}

std::vector<HostWait> GraphBuilder::usable(std::span<const HostWait> waits,
                                           std::int64_t end_ns) const {
  std::vector<HostWait> usable;
  for (const HostWait& wait : waits) {
    const bool begun = timeline_.device.begin_ns[wait.device] < end_ns;
    const bool ended = timeline_.device.end_ns[wait.device] <= end_ns + kClockSlackNs;
    if (begun && ended) usable.push_back(wait);
  }
  return usable;
}

void GraphBuilder::add_call_time(std::int64_t begin_ns, std::int64_t end_ns, std::uint32_t row) {
  const std::uint32_t call = call_of_row_[row];
  const std::vector<HostWait> waits = usable(waits_of(call), end_ns);
  const bool is_first = item_of_call_[call] == kNoItem;
  if (!waits.empty()) return add_waiting_call(begin_ns, end_ns, row, waits);
  const bool unresolved = waits_by_name(call) && timeline_.device.size() > 0;
  if (unresolved && is_first) ++graph_.gaps_.waits_unresolved;
  const ItemId item =
      add_item(begin_ns, end_ns, row, unresolved ? ItemKind::kWaitCall : ItemKind::kRuntimeCall);
  if (is_first) item_of_call_[call] = item;
}

// Two items: the call itself, as short as those calls of its name are that found nothing to wait
// for (no time where none did), and what it does once the last work that it waits for has ended.
// The time between them is waiting and nobody's own.
void GraphBuilder::add_waiting_call(std::int64_t begin_ns, std::int64_t end_ns, std::uint32_t row,
                                    std::span<const HostWait> waits) {
  const std::uint32_t call = call_of_row_[row];
  std::int64_t awaited_ns = begin_ns;
  for (const HostWait& wait : waits) {
    awaited_ns = std::max(awaited_ns, std::min(timeline_.device.end_ns[wait.device], end_ns));
  }
  const bool waited = awaited_ns > begin_ns;
  const auto shortest = shortest_.find(timeline_.host.name[row]);
  const std::int64_t own = shortest == shortest_.end() ? 0 : shortest->second;
  const std::int64_t call_end = waited ? std::min(begin_ns + own, awaited_ns) : end_ns;
  const std::int64_t rest_begin = std::max(call_end, awaited_ns);
  const ItemId item = add_item(begin_ns, call_end, row, ItemKind::kRuntimeCall);
  const ItemId rest = add_item(rest_begin, end_ns, row, ItemKind::kRuntimeCall);
  if (item_of_call_[call] == kNoItem) item_of_call_[call] = item;
  for (const HostWait& wait : waits) {
    const std::int64_t lag =
        std::min<std::int64_t>(0, rest_begin - timeline_.device.end_ns[wait.device]);
    waits_.push_back({rest, wait.device, lag, wait.by_fact});
    if (!wait.by_fact) ++graph_.gaps_.waits_inferred;
  }
}

ItemKind GraphBuilder::kind_of(std::uint32_t row, bool in_loader) const {
  const HostWork work = timeline_.host.work[row];
  if (work == HostWork::kCall) return ItemKind::kRuntimeCall;
  if (in_loader) return ItemKind::kDataLoader;
  switch (work) {
    case HostWork::kOperator: return ItemKind::kOperator;
    case HostWork::kPython: return ItemKind::kPython;
    case HostWork::kAnnotation: return ItemKind::kAnnotated;
    case HostWork::kSystemCall: return ItemKind::kSystemCall;
    default: return ItemKind::kOtherHost;
  }
}

bool GraphBuilder::names_loader(NameId name) {
  std::uint8_t& known = loader_name_[name];
  if (known == 0) {
    const std::string_view text = timeline_.names[name];
    known = has(text, "enumerate(DataLoader)") || has(text, "utils/data/dataloader.py") ? 2 : 1;
  }
  return known == 2;
}

bool GraphBuilder::waits_by_name(std::uint32_t call) {
  const WaitCallKind kind = finder_.kind_of(call);
  return kind == WaitCallKind::kDevice || kind == WaitCallKind::kStream ||
         kind == WaitCallKind::kEvent;
}

ItemId GraphBuilder::add_item(std::int64_t begin_ns, std::int64_t end_ns, std::uint32_t row,
                              ItemKind kind) {
  graph_.begin_.push_back(begin_ns);
  graph_.end_.push_back(end_ns);
  graph_.row_.push_back(row);
  graph_.kind_.push_back(kind);
  graph_.heads_chain_.push_back(graph_.begin_.size() - 1 == graph_.chains_.back().first ? 1 : 0);
  return static_cast<ItemId>(graph_.begin_.size() - 1);
}

void GraphBuilder::begin_chain(std::uint32_t row, bool of_lane) {
  graph_.chains_.push_back({static_cast<ItemId>(graph_.begin_.size()), 0, row, of_lane});
}

void GraphBuilder::end_chain() {
  Chain& chain = graph_.chains_.back();
  chain.count = static_cast<std::uint32_t>(graph_.begin_.size() - chain.first);
}

}  // namespace lynxbench::attribution
