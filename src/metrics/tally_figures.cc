#include <algorithm>
#include <cmath>

#include "base/units.h"
#include "metrics/failure_kind.h"
#include "metrics/accuracy.h"
#include "metrics/load_percentiles.h"
#include "metrics/tally_reading.h"
#include "model/json.h"

namespace lynxbench::metrics {
namespace {

// Little's law and the integral may differ by the requests that were in the system at the ends.
constexpr double kLittleTolerance = 0.1;
const std::string kNotStreamed = "no answer came in pieces";
const std::string kNoAnswer = "no request was answered well";

Estimate value_of(double value, const std::string& unit, std::uint64_t samples, const std::string& withheld) {
  Estimate estimate;
  estimate.value = value;
  estimate.unit = unit;
  estimate.samples = samples;
  estimate.withheld = withheld;
  return estimate;
}

Estimate no_value(const std::string& unit, std::uint64_t samples, const std::string& withheld) {
  Estimate estimate = value_of(0, unit, samples, withheld);
  estimate.value.reset();
  return estimate;
}

std::optional<std::int64_t> e2e_of(const LoadRow& row) {
  return row.ok() ? std::optional(row.e2e_ns()) : std::nullopt;
}
std::optional<std::int64_t> service_of(const LoadRow& row) {
  return row.ok() ? std::optional(row.service_ns()) : std::nullopt;
}
std::optional<std::int64_t> ttft_of(const LoadRow& row) { return row.ttft_from_due_ns(); }
std::optional<std::int64_t> ttft_from_sent_of(const LoadRow& row) { return row.ttft_from_sent_ns(); }
std::optional<std::int64_t> tpot_of(const LoadRow& row) { return row.tpot_ns(); }
std::optional<std::int64_t> lag_of(const LoadRow& row) {
  return row.was_sent() ? std::optional(static_cast<std::int64_t>(row.lag)) : std::nullopt;
}

// A number that is one for the whole window has no repetition to take an interval from.
const std::string kOneWindow = "no interval: one window";

}  // namespace

TallyReading::TallyReading(const Tally& tally, const LoadEnd& end)
    : tally_(tally), end_(end),
      window_{tally.rows_, tally.spec_.warm_up_ns,
              std::max(tally.spec_.warm_up_ns,
                       (end.complete ? tally.spec_.end_ns : std::min(end.end_ns, tally.spec_.end_ns)) -
                           tally.spec_.begin_ns)} {}

LoadFigures TallyReading::read() {
  LoadFigures out;
  out.warm_up_ns = tally_.spec_.warm_up_ns;
  out.window_ns = window_.end_ns - window_.begin_ns;
  out.complete = end_.complete;
  out.times_cut = tally_.times_cut_;
  out.tokens = tally_.tokens_;
  if (end_.last_done_ns > 0) {
    out.drain_ns = std::max<std::int64_t>(0, end_.last_done_ns - tally_.spec_.begin_ns - window_.end_ns);
  }
  count(out);
  add_failures(out);
  add_rates(out);
  add_token_rates(out);
  add_accuracy(out);
  add_latencies(out);
  add_stream_latencies(out);
  add_own(out);
  out.slo = judge_terms(window_, tally_.spec_.slo);
  out.curves = curves_of(window_, tally_.histograms_.itl);
  out.slices = slices_of(window_);
  note(out);
  return out;
}

void TallyReading::count(LoadFigures& out) const {
  LoadCounts& counts = out.counts;
  counts.left_out = tally_.left_out_;
  for (std::size_t i = 0; i < window_.rows.size(); ++i) {
    const LoadRow& row = window_.rows[i];
    if (row.due_ns() < window_.begin_ns) {
      ++counts.warm_up;
      counts.warm_up_failed += row.ok() ? 0 : 1;
      continue;
    }
    if (!window_.holds(row.due_ns())) {
      ++counts.left_out;
      continue;
    }
    ++counts.due;
    if (row.ok()) {
      ++counts.ok;
      counts.good += row.good() ? 1 : 0;
      continue;
    }
    switch (static_cast<RequestStatus>(row.status)) {
      case RequestStatus::kRejected: ++counts.rejected; break;
      case RequestStatus::kUnfinished: ++counts.unfinished; break;
      case RequestStatus::kUnsent: ++counts.unsent; break;
      default: ++counts.failed;
    }
  }
}

void TallyReading::add_failures(LoadFigures& out) const {
  std::map<std::string, std::uint64_t> kinds;
  window_.for_each_due([&](const LoadRow& row) {
    if (row.ok()) return;
    ++kinds[failure_kind(static_cast<RequestStatus>(row.status), static_cast<Failure>(row.failure))];
  });
  for (const auto& [kind, times] : kinds) {
    FailureCount& failure = out.failures.emplace_back();
    failure.kind = kind;
    failure.count = times;
    failure.ratio = static_cast<double>(times) / static_cast<double>(out.counts.due);
    auto found = tally_.details_.find(kind);
    if (found == tally_.details_.end()) continue;
    for (const auto& [text, count] : found->second) failure.details.push_back({text, count});
    std::stable_sort(failure.details.begin(), failure.details.end(),
                     [](const FailureDetail& a, const FailureDetail& b) { return a.count > b.count; });
  }
  std::stable_sort(out.failures.begin(), out.failures.end(),
                   [](const FailureCount& a, const FailureCount& b) { return a.count > b.count; });
}

void TallyReading::add_rates(LoadFigures& out) const {
  std::uint64_t answered = 0, good = 0, sent = 0;
  for (std::size_t i = 0; i < window_.rows.size(); ++i) {
    const LoadRow& row = window_.rows[i];
    if (!row.ok() || !window_.holds(row.left_ns())) continue;
    ++answered;
    good += row.good() ? 1 : 0;
  }
  window_.for_each_due([&](const LoadRow& row) { sent += row.was_sent() ? 1 : 0; });
  double seconds = window_.length_s();
  if (!(seconds > 0) || out.counts.due == 0) {
    const std::string why = seconds > 0 ? "no request fell due in the window" : "the window has no length";
    for (const char* id : {"throughput", "goodput"}) out.figures[id] = no_value("1/s", 0, why);
    out.figures["errors"] = no_value("ratio", 0, why);
    out.figures["concurrency"] = no_value("1", 0, why);
    return;
  }
  out.figures["throughput"] = value_of(static_cast<double>(answered) / seconds, "1/s", answered, kOneWindow);
  out.figures["goodput"] =
      tally_.spec_.slo.empty()
          ? no_value("1/s", answered, "no SLO was given (--slo): nothing says which answers are good")
          : value_of(static_cast<double>(good) / seconds, "1/s", good, kOneWindow);
  double due = static_cast<double>(out.counts.due);
  out.figures["errors"] = value_of((due - static_cast<double>(out.counts.ok)) / due, "ratio", out.counts.due, kOneWindow);
  out.figures["concurrency"] = value_of(mean_in_flight(window_), "1", sent, kOneWindow);
  if (tally_.spec_.loop == Loop::kOpen) out.offered_per_s = due / seconds;
}

void TallyReading::add_token_rates(LoadFigures& out) const {
  std::uint64_t answers = 0, tokens = 0, prompts = 0, without = 0, without_prompt = 0;
  for (std::size_t i = 0; i < window_.rows.size(); ++i) {
    const LoadRow& row = window_.rows[i];
    if (!row.ok() || !window_.holds(row.left_ns())) continue;
    ++answers;
    if (row.tokens == kNoTokens) ++without; else tokens += row.tokens;
    if (row.prompt == kNoTokens) ++without_prompt; else prompts += row.prompt;
  }
  auto rate = [&](const std::string& id, std::uint64_t sum, std::uint64_t unknown, const std::string& whose) {
    if (answers == 0 || !(window_.length_s() > 0)) {
      out.figures[id] = no_value("1/s", 0, kNoAnswer);
    } else if (unknown > 0) {
      out.figures[id] = no_value("1/s", answers,
                                 fmt::format("the server did not count the {} of {} of {} answers (chunks are no tokens)",
                                             whose, unknown, answers));
    } else {
      out.figures[id] = value_of(static_cast<double>(sum) / window_.length_s(), "1/s", answers, kOneWindow);
    }
  };
  rate("tokens_per_s", tokens, without, "tokens");
  rate("prompt_tokens_per_s", prompts, without_prompt, "prompt's tokens");
  const std::string unknown = "the server counted no tokens";
  add_histogram_percentiles(out.figures, "output_tokens", tally_.histograms_.output_tokens, "1", "answers", unknown);
  add_histogram_percentiles(out.figures, "prompt_tokens", tally_.histograms_.prompt_tokens, "1", "answers", unknown);
}

void TallyReading::add_accuracy(LoadFigures& out) const {
  std::vector<Score> scores;
  for (const auto& [key, answers] : tally_.scores_) scores.push_back({key.first, key.second, answers});
  const AccuracySpec& agreed = tally_.spec_.accuracy;
  std::optional<Accuracy> accuracy = judge_accuracy(scores, agreed.floor);
  Estimate& figure = out.figures["accuracy"] = no_value("ratio", 0, "no answer was compared with an expected one");
  if (accuracy) {
    figure.value = accuracy->mean;
    figure.low = accuracy->low;
    figure.high = accuracy->high;
    figure.confidence = 0.9;
    figure.samples = accuracy->answers;
    figure.method = fmt::format("mean over {} different inputs", accuracy->inputs);
    figure.withheld.clear();
  }
  if (agreed.method == ScoreMethod::kNone) return;
  out.accuracy = AccuracyOutcome{.method = std::string(name_of(agreed.method)), .floor = agreed.floor, .reason = {}};
  if (!accuracy) {
    out.accuracy->reason = "no answer was compared: how right they are is not known";
    return;
  }
  out.accuracy->verdict = accuracy->verdict == AccuracyVerdict::kGo     ? PointVerdict::kPass
                          : accuracy->verdict == AccuracyVerdict::kNoGo ? PointVerdict::kFail
                                                                        : PointVerdict::kInconclusive;
  out.accuracy->reason = accuracy->reason;
}

void TallyReading::add_latencies(LoadFigures& out) const {
  add_row_percentiles(out.figures, "e2e", window_, e2e_of, kNoAnswer);
  add_row_percentiles(out.figures, "service", window_, service_of, kNoAnswer);
  add_row_percentiles(out.figures, "ttft", window_, ttft_of, kNotStreamed);
  add_row_percentiles(out.figures, "ttft_from_sent", window_, ttft_from_sent_of, kNotStreamed);
  std::string no_tpot = out.tokens.content_chunks == 0 ? kNotStreamed
                        : out.tokens.without_completion > 0
                            ? "the server did not count the tokens (chunks are no tokens)"
                            : "no answer had two tokens in two chunks";
  add_row_percentiles(out.figures, "tpot", window_, tpot_of, no_tpot, "each to 1 part in 1024");
}

void TallyReading::add_stream_latencies(LoadFigures& out) const {
  const Tally::Histograms& h = tally_.histograms_;
  auto add = [&](const std::string& name, const stats::LogHistogram& histogram, const std::string& what,
                 const std::string& missing) {
    add_histogram_percentiles(out.figures, name, histogram, "ns", what, missing);
  };
  add("ttft_first_byte", h.first_byte, "requests", kNoAnswer);
  add("ttft_first_byte_from_sent", h.first_byte_from_sent, "requests", kNoAnswer);
  add("ttft_first_event", h.first_event, "requests", kNotStreamed);
  add("ttft_first_event_from_sent", h.first_event_from_sent, "requests", kNotStreamed);
  add("ttft_first_answer", h.first_answer, "requests", kNotStreamed);
  add("ttft_first_answer_from_sent", h.first_answer_from_sent, "requests", kNotStreamed);
  std::string one_piece = out.tokens.content_chunks == 0 ? kNotStreamed : "no answer had two chunks of content";
  add("itl", h.itl, "gaps between chunks", one_piece);
  std::string uncounted = h.itl.count() == 0
                              ? one_piece
                              : "the server did not say how many tokens a chunk carries (chunks are no tokens)";
  if (tally_.uncounted_chunks_ == 0) {
    add("itl_per_token", h.itl_per_token, "tokens", uncounted);
    return;
  }
  add("itl_per_token", stats::LogHistogram{}, "tokens",
      fmt::format("{}: {} of {} chunks", uncounted, tally_.uncounted_chunks_, h.itl.count()));
}

void TallyReading::add_own(LoadFigures& out) const {
  if (tally_.spec_.loop == Loop::kOpen) {
    add_row_percentiles(out.figures, "schedule_lag", window_, lag_of, "no request was sent");
  } else {
    add_row_percentiles(
        out.figures, "schedule_lag", window_, [](const LoadRow&) -> std::optional<std::int64_t> { return {}; },
        "a closed loop has no schedule to be late against");
  }
  add_histogram_percentiles(out.figures, "read_delay", tally_.histograms_.read_delay, "ns", "requests",
                            "the kernel gave no times of receipt");
  add_histogram_percentiles(out.figures, "connect", tally_.histograms_.connect, "ns", "connections",
                            "no connection was opened for an answer in the window");
}

void TallyReading::note(LoadFigures& out) const {
  std::vector<std::string>& notices = out.validity.notices;
  const LoadCounts& counts = out.counts;
  if (counts.due > counts.ok) {
    notices.push_back(fmt::format("{} of {} requests were not answered well; latency percentiles are over the others, "
                                  "errors, goodput and the SLO count all",
                                  counts.due - counts.ok, counts.due));
  }
  if (out.times_cut > 0) {
    notices.push_back(fmt::format("{} times were longer than {} and count as that", out.times_cut,
                                  duration_text(static_cast<double>(kLongestKept))));
  }
  if (out.tokens.chunks_dropped > 0) {
    notices.push_back(fmt::format("{} chunks beyond the {}th of an answer are in no inter-token latency",
                                  out.tokens.chunks_dropped, kMostChunks));
  }
  std::optional<double> law = in_flight_by_littles_law(window_);
  auto found = out.figures.find("concurrency");
  if (!out.complete || !law || found == out.figures.end() || !found->second.value) return;
  double integral = *found->second.value, larger = std::max(integral, *law);
  if (!(larger > 0) || std::abs(integral - *law) / larger <= kLittleTolerance) return;
  notices.push_back(fmt::format("{} requests in the server over time, {} by Little's law (rate x stay): the number had "
                                "not settled at the ends of the window",
                                number_text(integral), number_text(*law)));
}

LoadFigures Tally::figures(const LoadEnd& end) && {
  rows_.sort_by_due();
  LoadEnd whole = end;
  if (whole.last_done_ns == 0) whole.last_done_ns = last_done_ns_;
  return TallyReading(*this, whole).read();
}

}  // namespace lynxbench::metrics
