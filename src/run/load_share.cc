#include "run/load_share.h"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <cerrno>

#include "base/random.h"

namespace lynxbench::run {
namespace {

Status pin_to(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (cpu < 0 || cpu >= CPU_SETSIZE) return error(ErrorCode::kInvalidArgument, "there is no processor {}", cpu);
  CPU_SET(static_cast<unsigned>(cpu), &set);
  int problem = pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
  if (problem == 0) return ok_status();
  return error(ErrorCode::kInvalidArgument, "cannot run on processor {}: {}", cpu, system_message(problem));
}

// The `number`-th of `parts` parts of a whole, as even as can be.
std::int64_t part_of(std::int64_t whole, int number, int parts) {
  return whole / parts + (number < whole % parts ? 1 : 0);
}

void count(std::atomic<std::uint64_t>& counter) {
  counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

}  // namespace

Status LoadShare::run(const LoadPlan& plan) {
  if (plan.job.cpu) TRY_STATUS(pin_to(*plan.job.cpu + number_));
  const std::int64_t begin_ns = (plan.begin - plan.epoch).count();
  tally_ = std::make_unique<metrics::Tally>(metrics::TallySpec{.loop = plan.load.loop,
                                                               .begin_ns = begin_ns,
                                                               .warm_up_ns = plan.job.warm_up.count(),
                                                               .end_ns = begin_ns + plan.length.count(),
                                                               .slo = metrics::terms_of(plan.job.contract.slo),
                                                               .accuracy = plan.job.contract.workload.accuracy});
  send_times_ = std::make_unique<metrics::SendTimes>(
      metrics::AskedLoad{.load = plan.load, .duration = plan.length, .threads = plan.threads},
      plan.job.contract.limits.schedule_lag_p99, begin_ns);
  loadgen::Options options;
  options.epoch = plan.epoch;
  options.begin = plan.begin;
  options.stop = plan.context.stop;
  options.on_sent = [this](std::int64_t due_ns, std::int64_t sent_ns) { send_times_->sent(due_ns, sent_ns); };
  options.drain = std::max(options.drain, plan.job.contract.target.endpoint.timeout + Nanos{1'000'000'000});
  options.max_in_flight = std::max<std::int64_t>(1, part_of(plan.job.contract.load.max_in_flight, number_, plan.threads));
  target_->begin_phase();
  return plan.load.loop == Loop::kOpen ? run_open(plan, options) : run_closed(plan, options);
}

Status LoadShare::run_open(const LoadPlan& plan, const loadgen::Options& options) {
  workload::ScheduleStream stream = TRY(workload::open_stream(plan.load, plan.length, plan.job.contract.workload,
                                                              plan.context.inputs, plan.seed));
  notes_ = stream.notes();
  // Every share goes through the whole schedule and sends its own part of it.
  const auto threads = static_cast<std::uint64_t>(plan.threads), own = static_cast<std::uint64_t>(number_);
  loadgen::NextRequest next = [&]() -> std::optional<ScheduledRequest> {
    while (std::optional<ScheduledRequest> request = stream.next()) {
      if (request->index % threads != own) continue;
      count(live_.sent);
      return request;
    }
    return std::nullopt;
  };
  outcome_ = TRY(loadgen::stream_open(next, *target_, plan.context.clock, options,
                                      [&](RequestRecord&& record) { take(plan, std::move(record)); }));
  notes_ = stream.notes();
  return ok_status();
}

Status LoadShare::run_closed(const LoadPlan& plan, const loadgen::Options& options) {
  workload::InputSequence inputs = workload::input_sequence(
      plan.job.contract.workload, plan.context.inputs,
      derived_seed(plan.seed, "closed loop", static_cast<std::uint64_t>(number_)));
  auto next = [&] {
    count(live_.sent);
    return inputs.next();
  };
  loadgen::Options closed = options;
  std::int64_t concurrency = part_of(plan.load.concurrency, number_, plan.threads);
  closed.max_in_flight = std::max(closed.max_in_flight, concurrency);
  outcome_ = TRY(loadgen::stream_closed(concurrency, plan.length, next, *target_, plan.context.clock, closed,
                                        [&](RequestRecord&& record) { take(plan, std::move(record)); }));
  return ok_status();
}

void LoadShare::take(const LoadPlan& plan, RequestRecord&& record) {
  bool stopped = plan.context.stop != nullptr && plan.context.stop->load(std::memory_order_relaxed);
  if (record.status == RequestStatus::kUnsent && stopped) {
    tally_->leave_out();
    return;
  }
  if (record.status == RequestStatus::kUnsent) send_times_->missed(record.due_ns);
  count(live_.over);
  if (record.status != RequestStatus::kOk) count(live_.failed);
  tally_->take(record);
  client_view_.add(record);
  if (plan.job.contract.workload.accuracy.method == ScoreMethod::kCommand) {
    if (record.due_ns >= (plan.begin - plan.epoch + plan.job.warm_up).count()) answers_.take(record);
    else if (record.exchange) record.exchange->answer.clear();
  }
  if (plan.recorder != nullptr) plan.recorder->take(std::move(record));
  else if (plan.keep_records) records_.push_back(std::move(record));
}

}  // namespace lynxbench::run
