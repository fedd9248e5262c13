// What the report of a load says in words, once for the terminal and the page.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/units.h"
#include "report/load.h"
#include "report/words.h"

namespace lynxbench::report {
namespace {

bool has_value(const LoadFigures& figures, const std::string& id) {
  auto found = figures.figures.find(id);
  return found != figures.figures.end() && found->second.value.has_value();
}

bool any_value(const LoadFigures& figures, const std::string& name) {
  return std::any_of(figures.figures.begin(), figures.figures.end(), [&](const auto& entry) {
    return entry.first.starts_with(name + ".") && entry.second.value.has_value();
  });
}

std::string withheld(const LoadFigures& figures, const std::string& id) {
  auto found = figures.figures.find(id);
  return found == figures.figures.end() ? std::string() : found->second.withheld;
}

// The verdict of several terms: the worst of them.
PointVerdict worst_of(const std::vector<SloOutcome>& outcomes) {
  PointVerdict worst = PointVerdict::kPass;
  for (const SloOutcome& outcome : outcomes) {
    if (outcome.step.verdict == PointVerdict::kFail) return PointVerdict::kFail;
    if (outcome.step.verdict == PointVerdict::kInconclusive) worst = PointVerdict::kInconclusive;
  }
  return worst;
}

LoadVerdict verdict_of_search(const Saturation& search) {
  if (search.pass_per_s && search.fail_per_s) {
    return {"pass", fmt::format("The highest rate that keeps the SLO is {}; {} does not keep it.",
                                rate_text(*search.pass_per_s), rate_text(*search.fail_per_s)), {search.outcome}};
  }
  if (search.pass_per_s) {
    return {"inconclusive", fmt::format("{} keeps the SLO; no rate was shown that does not.", rate_text(*search.pass_per_s)),
            {search.outcome}};
  }
  return {"inconclusive", "No rate was shown to keep the SLO.", {search.outcome}};
}

LoadVerdict verdict_of_slo(const LoadFigures& figures) {
  LoadVerdict verdict;
  for (const SloOutcome& outcome : figures.slo) verdict.reasons.push_back(outcome.term + ": " + outcome.step.reason);
  switch (worst_of(figures.slo)) {
    case PointVerdict::kPass:
      verdict.state = "pass";
      verdict.headline = figures.slo.size() == 1 ? "The SLO was kept." : "Every term of the SLO was kept.";
      break;
    case PointVerdict::kFail:
      verdict.state = "fail";
      verdict.headline = "The SLO was missed.";
      break;
    case PointVerdict::kInconclusive:
      verdict.state = "inconclusive";
      verdict.headline = "This load cannot tell whether the SLO is kept.";
  }
  return verdict;
}

// However fast: answers below the floor are no go.
void apply_accuracy(LoadVerdict& verdict, const AccuracyOutcome& accuracy) {
  verdict.reasons.push_back("accuracy: " + accuracy.reason);
  if (!(accuracy.floor > 0) || accuracy.verdict == PointVerdict::kPass) {
    if (accuracy.floor > 0 && verdict.state == "measured") verdict = {"pass", "The answers are right enough.", verdict.reasons};
    return;
  }
  if (accuracy.verdict == PointVerdict::kFail) {
    verdict.state = "fail";
    verdict.headline = "The answers are not right enough, however fast they are.";
  } else if (verdict.state == "pass" || verdict.state == "measured") {
    verdict.state = "inconclusive";
    verdict.headline = "This load cannot tell whether the answers are right enough.";
  }
}

}  // namespace

LoadVerdict load_verdict(const LoadFigures& figures) {
  if (!figures.complete) {
    return {"incomplete", "The load was stopped; what was measured until then stands below.", figures.validity.reasons};
  }
  if (figures.counts.due > 0 && figures.counts.ok == 0) {
    LoadVerdict verdict{"unanswered", fmt::format("None of {} was answered well.", counted(figures.counts.due, "request")), {}};
    for (const FailureCount& failure : figures.failures) {
      verdict.reasons.push_back(failure_title(failure.kind) + (failure.details.empty() ? "" : ": " + failure.details[0].text));
    }
    return verdict;
  }
  if (!figures.validity.valid) {
    return {"invalid", "The figures say nothing of the server: this client was beyond its limits.", figures.validity.reasons};
  }
  LoadVerdict verdict{"measured", "Measured. No SLO was given (--slo), so nothing is judged.", {}};
  if (figures.search) verdict = verdict_of_search(*figures.search);
  else if (!figures.slo.empty()) verdict = verdict_of_slo(figures);
  if (figures.accuracy) apply_accuracy(verdict, *figures.accuracy);
  return verdict;
}

std::vector<LatencyRow> latency_rows(const LoadFigures& figures) {
  const bool open = !figures.concurrency.has_value();
  const std::vector<LatencyRow> all{
      {"e2e", "end to end", open ? "due" : "sent"},
      {"service", "end to end", "sent"},
      {"ttft", "TTFT (first content)", open ? "due" : "sent"},
      {"ttft_from_sent", "TTFT (first content)", "sent"},
      {"ttft_first_byte", "  first byte", open ? "due" : "sent"},
      {"ttft_first_byte_from_sent", "  first byte", "sent"},
      {"ttft_first_event", "  first event", open ? "due" : "sent"},
      {"ttft_first_event_from_sent", "  first event", "sent"},
      {"ttft_first_answer", "  first answer content", open ? "due" : "sent"},
      {"ttft_first_answer_from_sent", "  first answer content", "sent"},
      {"itl", "ITL, gaps between chunks", ""},
      {"itl_per_token", "ITL per token", ""},
      {"tpot", "TPOT, per request", ""}};
  std::vector<LatencyRow> rows;
  for (const LatencyRow& row : all) {
    // In a closed loop a request is due when it is sent.
    if (!open && (row.id == "service" || row.id.ends_with("_from_sent"))) continue;
    if (row.id == "e2e" || any_value(figures, row.id)) rows.push_back(row);
  }
  return rows;
}

std::vector<std::string> missing_rows(const LoadFigures& figures) {
  std::vector<std::string> missing;
  std::set<std::string> said;
  for (const auto& [id, title] : std::vector<std::pair<std::string, std::string>>{
           {"ttft", "TTFT"}, {"itl", "ITL"}, {"itl_per_token", "ITL per token"}, {"tpot", "TPOT"}}) {
    if (any_value(figures, id)) continue;
    std::string why = withheld(figures, id + ".max");
    if (!why.empty() && said.insert(why).second) missing.push_back(title + ": " + why);
  }
  if (figures.tokens.content_chunks > 0 && !has_value(figures, "tokens_per_s")) {
    std::string why = withheld(figures, "tokens_per_s");
    if (!why.empty()) missing.push_back("output tokens per second: " + why);
  }
  return missing;
}

std::vector<std::string> instrument_lines(const LoadFigures& figures) {
  const InstrumentAudit& audit = figures.audit;
  std::vector<std::string> lines;
  if (audit.asked_per_s) {
    lines.push_back(fmt::format("asked for {}, sent {}; {} of {} sent late, {} never", rate_text(*audit.asked_per_s),
                                rate_text(audit.sent_per_s), grouped(audit.late), grouped(audit.due), grouped(audit.missed)));
  }
  const ArrivalTest& test = audit.arrivals;
  if (test.ks && test.p_value) {
    std::string counts = test.fano && test.fano_due ? fmt::format("; variance over mean of counts {}, of those due {}",
                                                                  number_text(*test.fano), number_text(*test.fano_due))
                                                    : std::string();
    lines.push_back(fmt::format("arrivals against {}: distance {}, p = {} ({} gaps){}", test.asked, number_text(*test.ks),
                                number_text(*test.p_value), grouped(test.gaps), counts));
  } else if (!test.missing.empty()) {
    lines.push_back("arrivals were not tested: " + test.missing);
  }
  std::string threads;
  for (const ThreadCpu& thread : audit.threads) {
    threads += fmt::format("{}{} {}", threads.empty() ? "" : ", ", thread.name, number_text(thread.cores));
  }
  if (!threads.empty()) lines.push_back("processor cores of this client, by thread: " + threads);
  if (audit.stall_p99_ns && audit.stall_longest_ns) {
    lines.push_back(fmt::format("this client stood still: p99 {}, longest {} ({} probes)",
                                duration_text(static_cast<double>(*audit.stall_p99_ns)),
                                duration_text(static_cast<double>(*audit.stall_longest_ns)), grouped(audit.stall_probes)));
  }
  return lines;
}

std::string load_sentence(const LoadFigures& figures) {
  std::string text = figures.asked;
  if (figures.window_ns > 0) text += " for " + duration_text(static_cast<double>(figures.window_ns));
  text += figures.warm_up_ns > 0 ? fmt::format(" after {} of warm-up", duration_text(static_cast<double>(figures.warm_up_ns)))
                                 : " without warm-up";
  return fmt::format("{}; seed {}", text, figures.seed);
}

std::string failure_title(const std::string& kind) {
  static const std::map<std::string, std::string> titles{
      {"resolve", "the host's name has no address"},
      {"connect", "no connection: refused, unreachable, or not in time"},
      {"tls", "TLS: the handshake failed, or the certificate is not trusted"},
      {"local", "this machine ran out of ports, descriptors or memory"},
      {"timeout", "no complete answer within the time-out"},
      {"closed", "the server closed the connection before the answer was complete"},
      {"protocol", "the answer is not HTTP"},
      {"status", "a status that is no success"},
      {"busy", "turned away: the server is busy (429, 503)"},
      {"content_type", "a page or another kind of content where JSON or events were due"},
      {"malformed", "the body is not what the protocol says"},
      {"server_error", "an error in the answer"},
      {"cut_stream", "the stream ended without its own end"},
      {"too_large", "the answer is larger than is allowed"},
      {"process", "the command could not be started, or ended with an error"},
      {"rejected", "turned away: the server's queue was full"},
      {"failed", "the server could not answer"},
      {"unfinished", "no answer when the load was given up"},
      {"unsent", "never sent: too many requests were in flight"}};
  auto found = titles.find(kind);
  return found == titles.end() ? kind : found->second;
}

}  // namespace lynxbench::report
