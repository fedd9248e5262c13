#include "metrics/requests.h"

#include <algorithm>
#include <tuple>

#include "metrics/metrics.h"

namespace lynxbench::metrics {

std::optional<std::int64_t> e2e_latency_ns(const RequestRecord& record) {
  if (!answered(record)) return std::nullopt;
  return record.done_ns - record.due_ns;
}

std::optional<std::int64_t> service_time_ns(const RequestRecord& record) {
  if (!answered(record)) return std::nullopt;
  return record.done_ns - record.sent_ns;
}

std::vector<const RequestRecord*> due_in_window(const Phase& phase) {
  std::vector<const RequestRecord*> due;
  for (const RequestRecord& record : phase.requests) {
    if (record.status != RequestStatus::kUnsent && within(record.due_ns, phase))
      due.push_back(&record);
  }
  auto earlier = [](const RequestRecord* a, const RequestRecord* b) {
    return std::tie(a->due_ns, a->index) < std::tie(b->due_ns, b->index);
  };
  // Records come in schedule order, so there is seldom anything to sort.
  if (!std::is_sorted(due.begin(), due.end(), earlier)) {
    std::stable_sort(due.begin(), due.end(), earlier);
  }
  return due;
}

std::uint64_t completions(const Phase& phase) {
  return static_cast<std::uint64_t>(
      std::count_if(phase.requests.begin(), phase.requests.end(), [&](const RequestRecord& record) {
        return answered(record) && within(record.done_ns, phase);
      }));
}

}  // namespace lynxbench::metrics
