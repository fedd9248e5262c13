#include "loadgen/simulated_queue.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <queue>

#include "base/random.h"
#include "base/result.h"

namespace lynxbench::loadgen {

std::vector<RequestRecord> simulate(const Schedule& schedule, const SimulatedQueue& queue,
                                    std::uint64_t seed) {
  CHECK(queue.servers > 0 && queue.service_per_s > 0);
  Random random(seed, "service times");
  using Times = std::vector<std::int64_t>;
  std::priority_queue<std::int64_t, Times, std::greater<>> free_at(
      std::greater<>{}, Times(static_cast<std::size_t>(queue.servers), 0));
  std::vector<RequestRecord> records;
  records.reserve(schedule.requests.size());
  for (const ScheduledRequest& request : schedule.requests) {
    double mean_ns = 1e9 / queue.service_per_s;
    double service_ns =
        queue.service == Service::kConstant ? mean_ns : mean_ns * random.exponential();
    std::int64_t begin_ns = std::max(request.due_ns, free_at.top());
    RequestRecord record;
    record.index = request.index;
    record.due_ns = request.due_ns;
    record.sent_ns = request.due_ns;
    record.done_ns = begin_ns + static_cast<std::int64_t>(std::floor(service_ns + 0.5));
    record.first_byte_ns = record.done_ns;
    record.input = request.input;
    record.status = RequestStatus::kOk;
    free_at.pop();
    free_at.push(record.done_ns);
    records.push_back(record);
  }
  return records;
}

}  // namespace lynxbench::loadgen
