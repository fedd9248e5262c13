#include "run/calibration.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "base/units.h"

namespace lynxbench::run {
namespace {

bool answered(const Pair& pair) {
  const RequestRecord& record = *pair.record;
  return record.status == RequestStatus::kOk && record.exchange && pair.truth->outcome == stub::Outcome::kOk;
}

bool comparable(const Pair& pair) { return answered(pair) && !pair.record->exchange->new_connection; }

std::int64_t last_at(const stub::RequestTruth& truth) { return truth.arrival_ns() + truth.e2e_ns().value_or(0); }

template <typename Member>
stub::Quantiles quantiles(const std::vector<Compared>& events, Member member) {
  std::vector<std::int64_t> values;
  values.reserve(events.size());
  for (const Compared& event : events) values.push_back(member(event));
  return stub::quantiles_of(std::move(values));
}

// What a client should call a fault.
std::vector<Failure> names_for(std::string_view fault) {
  if (fault == "500") return {Failure::kStatus};
  if (fault == "503" || fault == "429") return {Failure::kBusy};
  if (fault == "mid-stream") return {Failure::kServerError};
  if (fault == "cut") return {Failure::kCutStream};
  if (fault == "reset") return {Failure::kClosed};
  if (fault == "html") return {Failure::kContentType};
  if (fault == "half-chunk") return {Failure::kClosed, Failure::kProtocol};
  if (fault == "silence") return {Failure::kTimeout};
  return {Failure::kNone};
}

bool named_rightly(const Pair& pair) {
  if (!pair.record->exchange) return false;
  std::vector<Failure> names = names_for(pair.truth->fault);
  return std::find(names.begin(), names.end(), pair.record->exchange->failure) != names.end();
}

Json json_of(const stub::Quantiles& q) {
  if (q.n == 0) return {{"n", 0}};
  return {{"n", q.n}, {"p50_ns", q.p50}, {"p99_ns", q.p99}, {"max_ns", q.most}};
}

std::string time_text(std::int64_t ns) { return duration_text(static_cast<double>(ns)); }

}  // namespace

std::vector<Pair> paired(std::span<const RequestRecord> records, const std::vector<stub::RequestTruth>& truth) {
  std::unordered_map<std::string, std::vector<const stub::RequestTruth*>> by_id;
  for (const stub::RequestTruth& one : truth) by_id[one.id].push_back(&one);
  for (auto& [id, requests] : by_id) {
    std::sort(requests.begin(), requests.end(), [](const auto* a, const auto* b) { return a->arrival_ns() < b->arrival_ns(); });
  }
  std::vector<const RequestRecord*> in_order;
  for (const RequestRecord& record : records) {
    if (record.status != RequestStatus::kUnsent) in_order.push_back(&record);
  }
  std::sort(in_order.begin(), in_order.end(), [](const auto* a, const auto* b) { return a->sent_ns < b->sent_ns; });
  std::unordered_map<std::uint32_t, std::size_t> seen;
  std::vector<Pair> pairs;
  for (const RequestRecord* record : in_order) {
    auto found = by_id.find(fmt::format("c{}", record->input));
    std::size_t turn = seen[record->input]++;
    if (found != by_id.end() && turn < found->second.size()) pairs.push_back({record, found->second[turn]});
  }
  return pairs;
}

std::vector<Compared> ttft_of(std::span<const Pair> pairs) {
  std::vector<Compared> events;
  for (const Pair& pair : pairs) {
    if (!comparable(pair) || !pair.record->exchange->first_content_ns || !pair.truth->ttft_ns()) continue;
    events.push_back({*pair.truth->ttft_ns(), *pair.record->exchange->first_content_ns - pair.record->sent_ns});
  }
  return events;
}

std::vector<Compared> itl_of(std::span<const Pair> pairs) {
  std::vector<Compared> events;
  for (const Pair& pair : pairs) {
    if (!comparable(pair)) continue;
    std::vector<std::int64_t> gaps = pair.truth->itl_ns();
    const std::vector<Chunk>& chunks = pair.record->exchange->chunks;
    if (chunks.size() != gaps.size() + 1) continue;  // counted by compare_counts
    for (std::size_t i = 0; i < gaps.size(); ++i) events.push_back({gaps[i], chunks[i + 1].at_ns - chunks[i].at_ns});
  }
  return events;
}

std::vector<Compared> e2e_of(std::span<const Pair> pairs) {
  std::vector<Compared> events;
  for (const Pair& pair : pairs) {
    if (comparable(pair) && pair.truth->e2e_ns()) events.push_back({*pair.truth->e2e_ns(), pair.record->done_ns - pair.record->sent_ns});
  }
  return events;
}

std::vector<Compared> from_due_of(std::span<const Pair> pairs) {
  std::vector<Compared> events;
  for (const Pair& pair : pairs) {
    if (answered(pair)) events.push_back({last_at(*pair.truth) - pair.record->due_ns, pair.record->done_ns - pair.record->due_ns});
  }
  return events;
}

std::vector<Compared> lag_of(std::span<const Pair> pairs) {
  std::vector<Compared> events;
  for (const Pair& pair : pairs) {
    if (comparable(pair)) {
      events.push_back({pair.truth->arrival_ns() - pair.record->due_ns, pair.record->sent_ns - pair.record->due_ns});
    }
  }
  return events;
}

CalibratedTime compare_times(std::string protocol, std::string figure, const std::vector<Compared>& events,
                             std::optional<Limits> limits) {
  CalibratedTime row{std::move(protocol), std::move(figure), {}, {}, {}, 0, limits, true};
  row.truth = quantiles(events, [](const Compared& event) { return event.truth; });
  row.measured = quantiles(events, [](const Compared& event) { return event.measured; });
  row.error = quantiles(events, [](const Compared& event) { return std::abs(event.measured - event.truth); });
  row.bias_ns = quantiles(events, [](const Compared& event) { return event.measured - event.truth; }).p50;
  if (limits) row.pass = row.error.n > 0 && row.error.p50 <= limits->p50_ns && row.error.p99 <= limits->p99_ns;
  return row;
}

CalibratedCount compare_counts(std::string protocol, std::string figure, double truth, double measured, double within) {
  bool pass = std::abs(measured - truth) <= within * truth;
  return {std::move(protocol), std::move(figure), truth, measured, within, pass};
}

CalibratedCount compare_throughput(std::string protocol, std::span<const RequestRecord> records,
                                   const std::vector<stub::RequestTruth>& truth, std::int64_t begin_ns, std::int64_t end_ns) {
  auto within = [&](std::int64_t at) { return at >= begin_ns && at < end_ns; };
  auto measured = std::count_if(records.begin(), records.end(), [&](const RequestRecord& record) {
    return record.status == RequestStatus::kOk && within(record.done_ns);
  });
  auto served = std::count_if(truth.begin(), truth.end(), [&](const stub::RequestTruth& request) {
    return request.outcome == stub::Outcome::kOk && request.id.starts_with('c') && within(last_at(request));
  });
  double seconds = static_cast<double>(end_ns - begin_ns) / 1e9;
  // What was on its way at either end may be counted by one side alone.
  double on_the_way = 2.0 / std::max(1.0, static_cast<double>(served));
  return compare_counts(std::move(protocol), "throughput, 1/s", static_cast<double>(served) / seconds,
                        static_cast<double>(measured) / seconds, 0.001 + on_the_way);
}

std::vector<CalibratedCount> compare_faults(std::string protocol, std::span<const Pair> pairs) {
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> faults;  // by name: there were, named rightly
  for (const Pair& pair : pairs) {
    std::string name = pair.truth->fault.empty() ? "no fault" : pair.truth->fault;
    auto& [all, right] = faults[name];
    ++all;
    right += named_rightly(pair) ? 1 : 0;
  }
  std::vector<CalibratedCount> rows;
  for (const auto& [name, count] : faults) {
    rows.push_back(compare_counts(protocol, name, static_cast<double>(count.first), static_cast<double>(count.second), 0));
  }
  return rows;
}

bool Calibration::pass() const {
  return std::all_of(times.begin(), times.end(), [](const CalibratedTime& row) { return row.pass; }) &&
         std::all_of(counts.begin(), counts.end(), [](const CalibratedCount& row) { return row.pass; });
}

Json to_document(const Calibration& calibration) {
  Json times = Json::array(), counts = Json::array();
  for (const CalibratedTime& row : calibration.times) {
    Json one{{"protocol", row.protocol}, {"figure", row.figure}, {"true", json_of(row.truth)},
             {"measured", json_of(row.measured)}, {"error", json_of(row.error)}, {"bias_ns", row.bias_ns}, {"pass", row.pass}};
    one["limits"] = row.limits ? Json{{"p50_ns", row.limits->p50_ns}, {"p99_ns", row.limits->p99_ns}} : Json();
    times.push_back(std::move(one));
  }
  for (const CalibratedCount& row : calibration.counts) {
    counts.push_back({{"protocol", row.protocol}, {"figure", row.figure}, {"true", row.truth}, {"measured", row.measured},
                      {"within", row.within}, {"pass", row.pass}});
  }
  return {{"times", times}, {"counts", counts}, {"notes", calibration.notes}, {"pass", calibration.pass()}};
}

std::string calibration_text(const Calibration& calibration) {
  std::string text = fmt::format("{:<18} {:<13} {:>6}  {:>9} {:>9}  {:>9} {:>9}  {:>9} {:>9} {:>9}\n", "protocol", "figure", "n",
                                 "true p50", "p99", "read p50", "p99", "error p50", "p99", "max");
  for (const CalibratedTime& row : calibration.times) {
    const char* verdict = !row.limits ? "" : row.pass ? "  ok" : "  FAIL";
    if (row.error.n == 0) {
      text += fmt::format("{:<18} {:<13} {:>6}  nothing to compare{}\n", row.protocol, row.figure, 0, verdict);
      continue;
    }
    text += fmt::format("{:<18} {:<13} {:>6}  {:>9} {:>9}  {:>9} {:>9}  {:>9} {:>9} {:>9}{}\n", row.protocol, row.figure,
                        row.error.n, time_text(row.truth.p50), time_text(row.truth.p99), time_text(row.measured.p50),
                        time_text(row.measured.p99), time_text(row.error.p50), time_text(row.error.p99),
                        time_text(row.error.most), verdict);
  }
  text += fmt::format("\n{:<18} {:<20} {:>12} {:>12}\n", "protocol", "figure", "true", "measured");
  for (const CalibratedCount& row : calibration.counts) {
    text += fmt::format("{:<18} {:<20} {:>12} {:>12}  {}\n", row.protocol, row.figure, number_text(row.truth, 6),
                        number_text(row.measured, 6), row.pass ? "ok" : "FAIL");
  }
  if (!calibration.notes.empty()) text += "\n";
  for (const std::string& note : calibration.notes) text += "- " + note + "\n";
  return text;
}

}  // namespace lynxbench::run
