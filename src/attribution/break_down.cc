#include <algorithm>
#include <numeric>
#include <utility>

#include "attribution/attribution.h"

namespace lynxbench::attribution {
namespace {

std::int64_t& part(Parts& parts, TimeClass time_class) {
  return parts[static_cast<std::size_t>(time_class)];
}

// From `begin` to `end`; 0 when they come in the other order, which only a faulty clock or record
// can bring about: what it makes wrong then stands in kUnattributed.
std::int64_t span_ns(std::int64_t begin, std::int64_t end) {
  return std::max<std::int64_t>(0, end - begin);
}

void divide_call(Parts& parts, std::int64_t call_ns, const OperatorSplit& split,
                 std::int64_t model_run_ns) {
  const std::int64_t operators_ns =
      split.compute_bound_ns + split.memory_bound_ns + split.unknown_ns;
  part(parts, TimeClass::kFrameworkOverhead) = span_ns(operators_ns, model_run_ns);
  part(parts, TimeClass::kComputeBound) = split.compute_bound_ns;
  part(parts, TimeClass::kMemoryBound) = split.memory_bound_ns;
  part(parts, TimeClass::kOperatorUnknown) = split.unknown_ns;
  part(parts, TimeClass::kInstrument) = span_ns(model_run_ns, call_ns);
}

// What a client on the network can tell. Its times follow one another; where one comes too early (an
// answer that begins before the request was written whole) it is moved to the one before it, so that
// no part is negative and nothing remains.
Parts seen_from_outside(const RequestRecord& record, const Exchange& exchange) {
  Parts parts{};
  std::int64_t at_ns = record.due_ns;
  auto until = [&](std::int64_t end_ns, TimeClass time_class) {
    std::int64_t end = std::clamp(end_ns, at_ns, std::max(at_ns, record.done_ns));
    part(parts, time_class) += end - at_ns;
    at_ns = end;
  };
  until(record.sent_ns, TimeClass::kClientLateness);
  until(exchange.written_ns, TimeClass::kConnection);
  bool streamed = exchange.first_content_ns && exchange.last_content_ns;
  until(streamed ? *exchange.first_content_ns : record.first_byte_ns, TimeClass::kServer);
  if (streamed) until(*exchange.last_content_ns, TimeClass::kGeneration);
  until(record.done_ns, TimeClass::kNetworkProtocol);
  part(parts, TimeClass::kUnattributed) = record.done_ns - at_ns;  // 0, unless done before due
  return parts;
}

void add(TimeBreakdown& sum, const RequestRecord& record, const std::optional<Parts>& parts) {
  if (!parts) {
    ++sum.left_out;
    return;
  }
  ++sum.requests;
  sum.total_ns += record.done_ns - record.due_ns;
  for (std::size_t i = 0; i < kTimeClassCount; ++i) sum.by_class_ns[i] += (*parts)[i];
}

bool has_stages(const RequestRecord& record) {
  return record.status == RequestStatus::kOk && record.stages.has_value();
}

void add_measured(TimeBreakdown& sum, const Phase& phase) {
  for (const RequestRecord& record : phase.requests) add(sum, record, break_down(record, nullptr));
}

void add_profiled(TimeBreakdown& sum, const Phase& phase,
                  const std::map<std::uint32_t, OperatorSplit>& splits) {
  for (const RequestRecord& record : phase.requests) {
    if (!has_stages(record)) {
      ++sum.left_out;
      continue;
    }
    if (!record.stages->profile) continue;  // a plain batch: it is of the other kind
    const auto found = splits.find(*record.stages->profile);
    const bool usable = found != splits.end() && found->second.model_run_ns;
    add(sum, record, usable ? break_down(record, &found->second) : std::nullopt);
  }
}

// The sum of a point and kind, made when it is first asked for.
TimeBreakdown& sum_of(std::vector<TimeBreakdown>& sums, const std::string& point,
                      const char* kind) {
  for (TimeBreakdown& sum : sums) {
    if (sum.point == point && sum.requests_kind == kind) return sum;
  }
  TimeBreakdown& sum = sums.emplace_back();
  sum.point = point;
  sum.requests_kind = kind;
  return sum;
}

}  // namespace

std::optional<Parts> break_down(const RequestRecord& record, const OperatorSplit* split) {
  if (record.status == RequestStatus::kOk && !record.stages && record.exchange) {
    return seen_from_outside(record, *record.exchange);
  }
  if (!has_stages(record)) return std::nullopt;
  const ServerStages& stages = *record.stages;
  Parts parts{};
  part(parts, TimeClass::kClientLateness) = span_ns(record.due_ns, record.sent_ns);
  part(parts, TimeClass::kQueue) = span_ns(stages.accepted_ns, stages.opened_ns);
  part(parts, TimeClass::kBatchingWait) = span_ns(stages.opened_ns, stages.closed_ns);
  part(parts, TimeClass::kPreprocessing) = span_ns(stages.pre_begin_ns, stages.pre_end_ns);
  part(parts, TimeClass::kPostprocessing) = span_ns(stages.run_end_ns, stages.post_end_ns);
  const std::int64_t call_ns = span_ns(stages.run_begin_ns, stages.run_end_ns);
  if (split != nullptr && split->model_run_ns) {
    divide_call(parts, call_ns, *split, *split->model_run_ns);
  } else {
    part(parts, TimeClass::kModelExecution) = call_ns;
  }
  const std::int64_t whole_ns = record.done_ns - record.due_ns;
  part(parts, TimeClass::kUnattributed) =
      whole_ns - std::accumulate(parts.begin(), parts.end(), std::int64_t{0});
  return parts;
}

std::vector<TimeBreakdown> summarize(const RunRecord& run,
                                     const std::map<std::uint32_t, OperatorSplit>& splits) {
  std::vector<TimeBreakdown> sums;
  for (const Phase& phase : run.phases) {
    if (phase.kind == PhaseKind::kMeasure) add_measured(sum_of(sums, phase.point, "all"), phase);
    if (phase.kind == PhaseKind::kProfile) {
      add_profiled(sum_of(sums, phase.point, "profiled"), phase, splits);
    }
  }
  return sums;
}

}  // namespace lynxbench::attribution
