#include "metrics/stream_points.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "metrics/failure_kind.h"
#include "metrics/ids.h"
#include "metrics/metrics.h"
#include "metrics/requests.h"
#include "metrics/stream_times.h"
#include "model/metric.h"

namespace lynxbench::metrics {
namespace {

constexpr const char* kNotStreamed = "no answer came in pieces";

// Times in ns of one kind, a list for each session.
using Times = std::vector<std::vector<std::int64_t>>;

// `take(record, times)` for every request that fell due in the window of its phase.
template <typename Take>
Times times_of(const std::vector<SessionPhases>& sessions, const Take& take) {
  Times times(sessions.size());
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    for (const Phase* phase : sessions[i]) {
      for (const RequestRecord* record : due_in_window(*phase)) take(*record, times[i]);
    }
  }
  return times;
}

Times ttft_times(const std::vector<SessionPhases>& sessions, FirstSign sign) {
  return times_of(sessions, [&](const RequestRecord& record, std::vector<std::int64_t>& times) {
    if (std::optional<std::int64_t> time = ttft_ns(record, sign, From::kDue)) times.push_back(*time);
  });
}

void add_quantiles(std::map<std::string, Estimate>& figures, const std::string& metric,
                   const std::string& point, const Times& times, const std::string& missing) {
  bool none = std::all_of(times.begin(), times.end(), [](const auto& of_session) { return of_session.empty(); });
  for (const auto& [name, q] : kPercentiles) {
    Estimate& estimate = figures[id_of(metric + "." + std::string(name), point)];
    estimate = estimate_of_quantile(times, q, std::string(name));
    if (none && !times.empty()) estimate.withheld = missing;
  }
}

bool streams(const Contract& contract) {
  bool can = contract.target.kind.starts_with("openai-") || contract.target.kind == "kserve-grpc";
  return can && contract.target.endpoint.stream == Streaming::kOn;
}

void add_stream_times(std::map<std::string, Estimate>& figures, const std::string& point,
                      const std::vector<SessionPhases>& sessions) {
  constexpr std::array<std::pair<const char*, FirstSign>, 3> kSigns{
      {{"ttft", FirstSign::kContent}, {"ttft_first_event", FirstSign::kEvent}, {"ttft_first_answer", FirstSign::kAnswer}}};
  for (const auto& [metric, sign] : kSigns) {
    add_quantiles(figures, metric, point, ttft_times(sessions, sign), kNotStreamed);
  }
  Times gaps = times_of(sessions, [](const RequestRecord& record, std::vector<std::int64_t>& times) {
    for_each_gap(record, [&](const Gap& gap) { times.push_back(gap.length_ns); });
  });
  add_quantiles(figures, "itl", point, gaps, "no answer had two chunks of content");
  Times tpot = times_of(sessions, [](const RequestRecord& record, std::vector<std::int64_t>& times) {
    if (std::optional<std::int64_t> time = tpot_ns(record)) times.push_back(*time);
  });
  add_quantiles(figures, "tpot", point, tpot,
                "no answer had two tokens that the server counted, in two chunks (chunks are no tokens)");
}

// Tokens of the requests that were answered well in the window; nothing where some are unknown.
template <typename Tokens>
SessionValue token_rate(const SessionPhases& phases, const Tokens& tokens) {
  SessionValue result;
  std::uint64_t sum = 0;
  bool known = true;
  double seconds = 0;
  for (const Phase* phase : phases) {
    seconds += window_s(*phase);
    for (const RequestRecord& record : phase->requests) {
      if (!answered(record) || !within(record.done_ns, *phase)) continue;
      ++result.samples;
      std::optional<std::uint64_t> count = tokens(record);
      known = known && count;
      sum += count.value_or(0);
    }
  }
  if (known && result.samples > 0 && seconds > 0) result.value = static_cast<double>(sum) / seconds;
  return result;
}

std::optional<std::uint64_t> answer_tokens(const RequestRecord& record) {
  std::optional<TokenCount> count = completion_tokens(record);
  return count ? std::optional(count->tokens) : std::nullopt;
}

std::optional<std::uint64_t> prompt_tokens(const RequestRecord& record) {
  if (!record.exchange || !record.exchange->prompt_tokens) return std::nullopt;
  return *record.exchange->prompt_tokens;
}

SessionValue accuracy(const SessionPhases& phases) {
  std::vector<Score> scores;
  for (const Phase* phase : phases) add_scores(scores, *phase);
  SessionValue result;
  result.samples = scores.size();
  double right = 0;
  for (const Score& score : scores) right += score.score;
  if (!scores.empty()) result.value = right / static_cast<double>(scores.size());
  return result;
}

// How the requests of one session failed, by kind.
struct Failures {
  std::map<std::string, std::uint64_t> by_kind;
  std::uint64_t due = 0;
};

Failures failures_of(const SessionPhases& phases) {
  Failures found;
  for (const Phase* phase : phases) {
    for (const RequestRecord* record : due_in_window(*phase)) {
      ++found.due;
      if (answered(*record)) continue;
      Failure why = record->exchange ? record->exchange->failure : Failure::kNone;
      ++found.by_kind[failure_kind(record->status, why)];
    }
  }
  return found;
}

void add_failures(std::map<std::string, Estimate>& figures, const std::string& point,
                  const std::vector<SessionPhases>& sessions) {
  constexpr std::string_view kFamily = "failures.";
  std::vector<Failures> found;
  for (const SessionPhases& phases : sessions) found.push_back(failures_of(phases));
  for (const Metric& metric : point_metrics()) {
    if (!metric.name.starts_with(kFamily)) continue;
    std::string kind(metric.name.substr(kFamily.size()));
    std::vector<SessionValue> values;
    for (const Failures& of_session : found) {
      SessionValue& value = values.emplace_back();
      value.samples = of_session.due;
      auto count = of_session.by_kind.find(kind);
      if (of_session.due == 0) continue;
      value.value = count == of_session.by_kind.end()
                        ? 0
                        : static_cast<double>(count->second) / static_cast<double>(of_session.due);
    }
    figures[id_of(metric.name, point)] = estimate_of_values(values, "ratio", "no request was due");
  }
}

template <typename Value>
std::vector<SessionValue> each(const std::vector<SessionPhases>& sessions, const Value& value) {
  std::vector<SessionValue> values;
  for (const SessionPhases& phases : sessions) values.push_back(value(phases));
  return values;
}

}  // namespace

void add_scores(std::vector<Score>& scores, const Phase& phase) {
  for (const RequestRecord* record : due_in_window(phase)) {
    if (!answered(*record) || !record->exchange || !record->exchange->score) continue;
    scores.push_back({record->input, *record->exchange->score});
  }
}

bool is_good(const RequestRecord& record, std::span<const SloTerm> terms) {
  if (!answered(record)) return false;
  return std::all_of(terms.begin(), terms.end(), [&](const SloTerm& term) {
    std::optional<std::int64_t> time = latency_of(record, term.metric);
    if (time) return *time <= term.at_most.count();
    return term.metric == LatencyMetric::kTpot || term.metric == LatencyMetric::kItl;
  });
}

void add_endpoint_figures(std::map<std::string, Estimate>& figures, const std::string& point,
                          const Contract& contract, const std::vector<SessionPhases>& sessions) {
  if (contract.target.kind == "embedded" || contract.target.kind == "null") return;
  add_quantiles(figures, "ttft_first_byte", point, ttft_times(sessions, FirstSign::kByte), "no request was answered well");
  add_failures(figures, point, sessions);
  if (streams(contract)) add_stream_times(figures, point, sessions);
  if (contract.target.kind.starts_with("openai-")) {
    auto add = [&](const char* metric, const auto& tokens, const char* missing) {
      auto of_session = [&](const SessionPhases& phases) { return token_rate(phases, tokens); };
      figures[id_of(metric, point)] = estimate_of_values(each(sessions, of_session), "1/s", missing);
    };
    add("tokens_per_s", answer_tokens, "the server did not count the tokens of every answer (chunks are no tokens)");
    add("prompt_tokens_per_s", prompt_tokens, "the server did not count the tokens of every prompt");
  }
  if (contract.workload.accuracy.method != ScoreMethod::kNone) {
    figures[id_of("accuracy", point)] =
        estimate_of_values(each(sessions, accuracy), "ratio", "no answer was compared with an expected one");
  }
}

}  // namespace lynxbench::metrics
