#include "metrics/audit.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/units.h"

namespace lynxbench::metrics {
namespace {

constexpr double kMaterialDistance = 0.05;  // of the arrivals
constexpr double kMaterialSlew = 100e-6;    // ten times a good oscillator's error

std::string of_requests(std::uint64_t part, const InstrumentAudit& audit) {
  double ratio = audit.due == 0 ? 0 : static_cast<double>(part) / static_cast<double>(audit.due);
  return fmt::format("{} of {} requests ({})", part, audit.due, ratio_text(ratio));
}

std::string length_text(std::int64_t ns) { return duration_text(static_cast<double>(ns)); }

bool sends(const ThreadCpu& thread) { return thread.name == kLoadThread; }

// The busiest thread that sends; nothing where threads could not be read.
const ThreadCpu* load_thread(const InstrumentAudit& audit) {
  const ThreadCpu* busiest = nullptr;
  for (const ThreadCpu& thread : audit.threads) {
    bool more = busiest == nullptr || thread.cores > busiest->cores;
    if (sends(thread) && more) busiest = &thread;
  }
  return busiest;
}

// Of its time on a core, what it did not spend looking for work (all senders share that alike).
double working(const ThreadCpu& thread, const InstrumentAudit& audit) {
  auto senders = std::count_if(audit.threads.begin(), audit.threads.end(), sends);
  double spun_s = static_cast<double>(audit.resources.spun_ns.value_or(0)) / 1e9;
  double all_s = audit.length_s * static_cast<double>(senders);
  double spun = all_s > 0 ? spun_s / all_s : 0;
  return std::max(0.0, thread.cores - spun);
}

bool is_late(const InstrumentAudit& audit, const InstrumentLimits& limits) {
  return audit.lag_p99_ns && *audit.lag_p99_ns > limits.schedule_lag_p99.count();
}

// The share of requests that were not sent in time.
double deficit(const InstrumentAudit& audit) {
  if (audit.due == 0) return 0;
  return static_cast<double>(audit.late + audit.missed) / static_cast<double>(audit.due);
}

void judge_sending(InstrumentAudit& audit, const InstrumentLimits& limits) {
  bool late = is_late(audit, limits), short_of = deficit(audit) > limits.rate_deficit;
  if (late || short_of) {
    std::string could = audit.asked_per_s
                            ? fmt::format("asked for {}, this client sent {}; ",
                                          rate_text(*audit.asked_per_s), rate_text(audit.sent_per_s))
                            : std::string();
    std::string found = fmt::format(
        "the client was the bottleneck: {}{} were not sent within {} of their time (99 % within {}), "
        "{} may be; at its end was {}",
        could, of_requests(audit.late + audit.missed, audit),
        exact_duration(limits.schedule_lag_p99),
        audit.lag_p99_ns ? length_text(*audit.lag_p99_ns) : "an unknown time",
        ratio_text(limits.rate_deficit), resource_at_its_end(audit, limits));
    audit.invalid.push_back(std::move(found));
  }
  double missed = audit.due == 0 ? 0 : static_cast<double>(audit.missed) / static_cast<double>(audit.due);
  if (audit.missed == 0) return;
  std::string text = fmt::format("{} fell due and were never sent, {} may be",
                                 of_requests(audit.missed, audit), ratio_text(limits.missed_ratio));
  (missed > limits.missed_ratio ? audit.invalid : audit.notices).push_back(std::move(text));
}

void judge_threads(InstrumentAudit& audit, const InstrumentLimits& limits) {
  if (!audit.threads_missing.empty()) {
    audit.notices.push_back("the client's processor time by thread is not known: " + audit.threads_missing);
  }
  const ThreadCpu* thread = load_thread(audit);
  if (thread == nullptr) return;
  if (working(*thread, audit) > limits.client_cpu) {
    // A thread that spins between requests is busy without being at its end.
    bool spins = !audit.resources.spun_ns;
    std::string text = fmt::format(
        "thread {} of the client was busy {} of the time, {} is allowed{}", thread->name,
        number_text(thread->cores), number_text(limits.client_cpu),
        spins ? "; how much of that it spun, waiting for the next request, is not known" : "");
    bool hurt = !spins || is_late(audit, limits) || deficit(audit) > limits.rate_deficit;
    (hurt ? audit.invalid : audit.notices).push_back(std::move(text));
  }
  constexpr double kWaits = 0.05;
  if (thread->waiting.value_or(0) > kWaits) {
    audit.notices.push_back(fmt::format(
        "thread {} was ready and had no core for {} of the time: something else ran on it",
        thread->name, number_text(*thread->waiting)));
  }
}

void judge_stalls(InstrumentAudit& audit, const InstrumentLimits& limits) {
  if (audit.stall_probes == 0) {
    audit.notices.push_back("the client's own stalls were not probed");
    return;
  }
  if (!audit.stall_longest_ns || *audit.stall_longest_ns <= limits.stall_longest.count()) return;
  std::string where;
  for (const Stall& stall : audit.longest_stalls) {
    if (stall.length_ns != *audit.stall_longest_ns) continue;
    where = fmt::format(" at {} of the run", length_text(stall.at_ns));
    break;
  }
  audit.invalid.push_back(fmt::format(
      "the client itself stood still for {}{} ({} in all over {}, which is allowed)",
      length_text(*audit.stall_longest_ns), where,
      audit.stalls == 1 ? "1 stall" : fmt::format("{} stalls", audit.stalls),
      exact_duration(limits.stall_longest)));
}

void judge_clock(InstrumentAudit& audit, const InstrumentLimits& limits) {
  if (audit.clock_steps > 0 && audit.clock_step_largest_ns) {
    std::int64_t largest = *audit.clock_step_largest_ns;
    std::string text = fmt::format(
        "the wall clock was set {} by {} during the load ({} in all, {} is allowed)",
        largest < 0 ? "back" : "forward", length_text(std::abs(largest)),
        audit.clock_steps == 1 ? "1 step" : fmt::format("{} steps", audit.clock_steps),
        exact_duration(limits.clock_step));
    bool over = std::abs(largest) > limits.clock_step.count();
    (over ? audit.invalid : audit.notices).push_back(std::move(text));
  }
  double slew = audit.clock_slew_ratio.value_or(0);
  if (std::abs(slew) > kMaterialSlew) {
    audit.notices.push_back(fmt::format("the clock was being corrected: it ran {} ppm {}",
                                        number_text(std::abs(slew) * 1e6),
                                        slew < 0 ? "slow" : "fast"));
  }
}

void judge_arrivals(InstrumentAudit& audit, const InstrumentLimits& limits) {
  const ArrivalTest& test = audit.arrivals;
  if (!test.ks || !test.p_value || *test.p_value >= limits.arrival_p) return;
  std::string text = fmt::format(
      "the requests did not go out as {}: the gaps' distribution is {} away (p = {} of {} gaps, {} "
      "is allowed)",
      test.asked, number_text(*test.ks), number_text(*test.p_value), test.gaps,
      number_text(limits.arrival_p));
  bool material = *test.ks > kMaterialDistance;
  (material ? audit.invalid : audit.notices).push_back(std::move(text));
}

void judge_resources(InstrumentAudit& audit) {
  if (audit.resources.local_exhausted > 0) {
    audit.notices.push_back(fmt::format(
        "this machine ran out of ports or descriptors {} times", audit.resources.local_exhausted));
  }
  if (audit.resources.waited_for_connection > 0) {
    audit.notices.push_back(of_requests(audit.resources.waited_for_connection, audit) +
                            " waited for one of the connections that the contract allows");
  }
  if (audit.waited_for_room > 0) {
    audit.notices.push_back(of_requests(audit.waited_for_room, audit) +
                            " waited because as many were in flight as the contract allows");
  }
}

}  // namespace

ClientResources used_between(const ClientResources& before, const ClientResources& after) {
  ClientResources used = after;
  for (std::uint64_t ClientResources::*member :
       {&ClientResources::connections_opened, &ClientResources::connections_failed,
        &ClientResources::requests_on_used, &ClientResources::waited_for_connection,
        &ClientResources::local_exhausted, &ClientResources::reads,
        &ClientResources::reads_without_kernel_time, &ClientResources::retried}) {
    used.*member -= std::min(used.*member, before.*member);
  }
  if (used.spun_ns) *used.spun_ns -= before.spun_ns.value_or(0);
  return used;
}

std::string resource_at_its_end(const InstrumentAudit& audit, const InstrumentLimits& limits) {
  const ThreadCpu* thread = load_thread(audit);
  double busy = thread == nullptr ? 0 : working(*thread, audit);
  double waiting = thread == nullptr ? 0 : thread->waiting.value_or(0);
  constexpr double kMany = 0.01;  // of the requests
  double due = static_cast<double>(std::max<std::uint64_t>(audit.due, 1));
  const ClientResources& used = audit.resources;
  if (used.local_exhausted > 0) {
    return fmt::format("ports or descriptors: this machine ran out of them {} times",
                       used.local_exhausted);
  }
  if (static_cast<double>(used.waited_for_connection) / due > kMany) {
    return fmt::format("connections: {} waited for one of the at most {} that were open",
                       of_requests(used.waited_for_connection, audit), used.connections_most);
  }
  if (static_cast<double>(audit.waited_for_room) / due > kMany) {
    return of_requests(audit.waited_for_room, audit) +
           " found as many in flight as the contract allows (the server was slower than asked, or "
           "max_in_flight is too small)";
  }
  if (waiting > kMany && busy + waiting > limits.client_cpu) {
    return fmt::format("the processor, which others used: thread {} ran {} of the time and was kept "
                       "from it for {}",
                       thread->name, number_text(busy), number_text(waiting));
  }
  if (busy > limits.client_cpu) {
    return fmt::format("the processor: thread {} was busy {} of the time", thread->name,
                       number_text(busy));
  }
  if (audit.stall_longest_ns && *audit.stall_longest_ns > limits.schedule_lag_p99.count()) {
    return fmt::format("the machine's attention: the client stood still for up to {}",
                       length_text(*audit.stall_longest_ns));
  }
  if (thread == nullptr) return "something that was not watched";
  return fmt::format("the pacing: thread {} was busy only {} of the time", thread->name,
                     number_text(busy));
}

InstrumentAudit audited(InstrumentAudit probed, const SendTimes& times, const ClientResources& used,
                        const InstrumentLimits& limits) {
  bool is_open = times.asked().load.loop == Loop::kOpen;
  probed.due = times.due();
  probed.sent = times.sent_count();
  probed.missed = times.missed_count();
  probed.late = times.late_count();
  if (is_open) {
    probed.lag_p50_ns = times.lag().quantile(0.5);
    probed.lag_p99_ns = times.lag().quantile(0.99);
    probed.lag_max_ns = times.lag().largest();
    probed.asked_per_s = times.asked_per_s();
  }
  probed.sent_per_s = times.sent_per_s();
  probed.arrivals = times.arrivals();
  probed.resources = used;
  return judged(std::move(probed), limits);
}

InstrumentAudit judged(InstrumentAudit audit, const InstrumentLimits& limits) {
  audit.invalid.clear();
  audit.notices.clear();
  judge_sending(audit, limits);
  judge_threads(audit, limits);
  judge_stalls(audit, limits);
  judge_clock(audit, limits);
  judge_arrivals(audit, limits);
  judge_resources(audit);
  return audit;
}

}  // namespace lynxbench::metrics
