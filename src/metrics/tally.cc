#include "metrics/tally.h"

#include <algorithm>

#include "metrics/failure_kind.h"
#include "metrics/metrics.h"
#include "metrics/requests.h"

namespace lynxbench::metrics {
namespace {

// Different texts kept of each kind of failure; the others are counted together.
constexpr std::size_t kMostDetails = 5;
constexpr std::size_t kLongestDetail = 240;
const std::string kOtherDetails = "(other texts)";

std::uint16_t cell_of(const std::optional<std::int64_t>& value) {
  return value ? rounded_cell(*value) : kNoCell;
}

std::uint64_t kept_tokens(const std::optional<std::uint64_t>& tokens) {
  return tokens ? std::min(*tokens, kMostTokensKept) : kNoTokens;
}

void add(stats::LogHistogram& histogram, const std::optional<std::int64_t>& value) {
  if (value) histogram.add(*value);
}

void count_detail(std::map<std::string, std::uint64_t>& details, const std::string& text, std::uint64_t count) {
  bool known = details.contains(text);
  details[known || details.size() < kMostDetails ? text : kOtherDetails] += count;
}

}  // namespace

std::vector<SloTerm> terms_of(const Slo& slo) {
  std::vector<SloTerm> terms;
  if (slo.at_most > Nanos{0}) terms.push_back({slo.metric, slo.quantile, slo.at_most});
  terms.insert(terms.end(), slo.also.begin(), slo.also.end());
  return terms;
}

Tally::Tally(TallySpec spec) : spec_(std::move(spec)) {}

// Lengths beyond what a row holds are cut, and counted.
std::uint64_t Tally::kept(std::int64_t length_ns) {
  if (length_ns > kLongestKept) ++times_cut_;
  return static_cast<std::uint64_t>(std::clamp<std::int64_t>(length_ns, 0, kLongestKept));
}

bool Tally::within_slo(const RequestRecord& record) const {
  return std::all_of(spec_.slo.begin(), spec_.slo.end(), [&](const SloTerm& term) {
    std::optional<std::int64_t> value = latency_of(record, term.metric);
    if (value) return *value <= term.at_most.count();
    // An answer of one token has no time between tokens; one that never showed a token has not kept a
    // limit on the first.
    return term.metric == LatencyMetric::kTpot || term.metric == LatencyMetric::kItl;
  });
}

LoadRow Tally::row_of(const RequestRecord& record) {
  bool sent = record.status != RequestStatus::kUnsent;
  LoadRow row{};
  row.due = static_cast<std::uint64_t>(std::max<std::int64_t>(0, record.due_ns - spec_.begin_ns));
  row.lag = sent ? kept(record.sent_ns - record.due_ns) : kNoTime;
  row.service = left(record) ? kept(record.done_ns - record.sent_ns) : kNoTime;
  std::optional<std::int64_t> ttft = ttft_ns(record, FirstSign::kContent, From::kSent);
  row.ttft = ttft ? kept(*ttft) : kNoTime;
  row.tpot_cell = cell_of(tpot_ns(record));
  std::optional<MeanItl> itl = mean_itl(record);
  row.itl_cell = itl ? rounded_cell(itl->length_ns) : kNoCell;
  std::optional<TokenCount> tokens = completion_tokens(record);
  row.tokens = tokens ? kept_tokens(tokens->tokens) : kNoTokens;
  row.prompt = kNoTokens;
  if (answered(record) && record.exchange && record.exchange->prompt_tokens) {
    row.prompt = kept_tokens(*record.exchange->prompt_tokens);
  }
  row.status = static_cast<std::uint64_t>(record.status);
  if (answered(record) && !within_slo(record)) row.status = LoadRow::kLate;
  row.failure = static_cast<std::uint64_t>(record.exchange ? record.exchange->failure : Failure::kNone);
  return row;
}

void Tally::take(const RequestRecord& record) {
  rows_.push_back(row_of(record));
  if (left(record)) last_done_ns_ = std::max(last_done_ns_, record.done_ns);
  if (record.due_ns < spec_.begin_ns + spec_.warm_up_ns || record.due_ns >= spec_.end_ns) return;
  if (answered(record)) take_answer(record); else take_failure(record);
}

void Tally::take_answer(const RequestRecord& record) {
  ++tokens_.answers;
  histograms_.first_byte.add(record.first_byte_ns - record.due_ns);
  histograms_.first_byte_from_sent.add(record.first_byte_ns - record.sent_ns);
  add(histograms_.first_event, ttft_ns(record, FirstSign::kEvent, From::kDue));
  add(histograms_.first_event_from_sent, ttft_ns(record, FirstSign::kEvent, From::kSent));
  add(histograms_.first_answer, ttft_ns(record, FirstSign::kAnswer, From::kDue));
  add(histograms_.first_answer_from_sent, ttft_ns(record, FirstSign::kAnswer, From::kSent));
  add(histograms_.read_delay, read_delay_ns(record));
  for_each_gap(record, [&](const Gap& gap) {
    histograms_.itl.add(gap.length_ns);
    if (gap.tokens) {
      std::int64_t tokens = *gap.tokens;
      histograms_.itl_per_token.add((gap.length_ns + tokens / 2) / tokens, *gap.tokens);
    } else {
      ++uncounted_chunks_;
    }
  });
  if (!record.exchange) {
    ++tokens_.without_completion, ++tokens_.without_prompt;
    return;
  }
  take_tokens(*record.exchange, record);
}

void Tally::take_tokens(const Exchange& exchange, const RequestRecord& record) {
  if (exchange.new_connection) {
    ++new_connections_;
    histograms_.connect.add(exchange.connect_ns);
  }
  if (std::optional<TokenCount> tokens = completion_tokens(record)) {
    tokens_.completion += tokens->tokens;
    histograms_.output_tokens.add(static_cast<std::int64_t>(tokens->tokens));
  } else {
    ++tokens_.without_completion;
  }
  if (exchange.prompt_tokens) {
    tokens_.prompt += *exchange.prompt_tokens;
    histograms_.prompt_tokens.add(*exchange.prompt_tokens);
  } else {
    ++tokens_.without_prompt;
  }
  tokens_.reasoning += exchange.reasoning_tokens.value_or(0);
  tokens_.cached += exchange.cached_tokens.value_or(0);
  tokens_.content_chunks += exchange.content_chunks;
  tokens_.chunks_dropped += exchange.chunks_dropped;
  if (exchange.score) take_score(record.input, *exchange.score, 1);
}

void Tally::take_failure(const RequestRecord& record) {
  Failure failure = record.exchange ? record.exchange->failure : Failure::kNone;
  std::string text = record.exchange ? record.exchange->detail.substr(0, kLongestDetail) : "";
  if (text.empty()) return;
  count_detail(details_[failure_kind(record.status, failure)], text, 1);
}

void Tally::Histograms::merge(const Histograms& other) {
  for (stats::LogHistogram Histograms::*member :
       {&Histograms::first_byte, &Histograms::first_byte_from_sent, &Histograms::first_event,
        &Histograms::first_event_from_sent, &Histograms::first_answer, &Histograms::first_answer_from_sent,
        &Histograms::itl, &Histograms::itl_per_token, &Histograms::read_delay, &Histograms::connect,
        &Histograms::output_tokens, &Histograms::prompt_tokens}) {
    (this->*member).merge(other.*member);
  }
}

void Tally::merge(Tally&& other) {
  rows_.take_all(std::move(other.rows_));
  histograms_.merge(other.histograms_);
  for (std::uint64_t TokenTotals::*member :
       {&TokenTotals::completion, &TokenTotals::prompt, &TokenTotals::reasoning, &TokenTotals::cached,
        &TokenTotals::answers, &TokenTotals::without_completion, &TokenTotals::without_prompt,
        &TokenTotals::content_chunks, &TokenTotals::chunks_dropped}) {
    tokens_.*member += other.tokens_.*member;
  }
  for (const auto& [key, answers] : other.scores_) scores_[key] += answers;
  for (const auto& [kind, details] : other.details_) {
    for (const auto& [text, count] : details) count_detail(details_[kind], text, count);
  }
  left_out_ += other.left_out_;
  times_cut_ += other.times_cut_;
  new_connections_ += other.new_connections_;
  uncounted_chunks_ += other.uncounted_chunks_;
  last_done_ns_ = std::max(last_done_ns_, other.last_done_ns_);
}

}  // namespace lynxbench::metrics
