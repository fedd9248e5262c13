#include "metrics/reconcile.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/units.h"
#include "metrics/server_view.h"

namespace lynxbench::metrics {
namespace {

constexpr double kMost_ns = 1e17;       // of a part; more is nonsense, and a sum of them would overflow
constexpr double kTimesAgree = 0.05;    // of the client's
constexpr double kTimesAgree_s = 1e-3;
constexpr double kLawAgrees = 0.10;
constexpr double kErrorsAgree = 3;      // standard errors
constexpr double kLawTells = 0.30;      // so many of them may be this share of rate x time
constexpr double kOthersMatter = 0.01;  // of the server's requests

std::string seconds_text(double seconds) { return duration_text(seconds * 1e9); }
// A whole number without an exponent.
std::string whole_text(double count) { return fmt::format("{:.0f}", count); }

ViewComparison compared(std::string figure, std::string unit, std::optional<double> client,
                        std::optional<double> server) {
  ViewComparison row;
  row.figure = std::move(figure);
  row.unit = std::move(unit);
  row.client = client;
  row.server = server;
  if (!client || !server) return row;
  row.difference = *client - *server;
  if (*server != 0) row.ratio = *client / *server;
  return row;
}

class Reconciler {
 public:
  Reconciler(const ClientView& client, ServerView server) {
    found_.client = client;
    found_.server = std::move(server);
  }

  Reconciliation make() {
    if (found_.client.sent == 0) return nothing("the client sent no request");
    if (!found_.server.missing.empty()) return nothing(found_.server.missing);
    compare_requests();
    compare_tokens();
    compare_times();
    split();
    little();
    note();
    return std::move(found_);
  }

 private:
  Reconciliation nothing(const std::string& reason) {
    found_.split.missing = reason;
    found_.littles_law.meaning = reason;
    found_.notices.push_back("the two views could not be reconciled: " + reason);
    return std::move(found_);
  }

  [[nodiscard]] const ServerCount& count(const char* role) const { return found_.server.counts.at(role); }
  [[nodiscard]] const ServerDuration& duration(const char* role) const { return found_.server.durations.at(role); }
  [[nodiscard]] const ServerGauge& gauge(const char* role) const { return found_.server.gauges.at(role); }

  // Why figures over all requests cannot be compared: the server counted other requests than the client.
  [[nodiscard]] std::string other_load() const {
    double others = found_.other_requests.value_or(0), all = count("requests_ok").value.value_or(0);
    if (std::abs(others) <= kOthersMatter * std::max(1.0, all)) return "";
    if (others > 0) return fmt::format("the server's is of {} more requests", whole_text(others));
    return all > 0 ? fmt::format("the server's leaves out {} of ours", whole_text(-others))
                   : "the server counted none of our requests";
  }

  void compare_requests() {
    compare_answered();
    compare_failed();
  }
  void compare_answered() {
    const ServerCount& ok = count("requests_ok");
    ViewComparison row =
        compared("requests answered well", "1", static_cast<double>(found_.client.ok), ok.value);
    if (row.difference) {
      found_.other_requests = -*row.difference;
      row.agree = *row.difference == 0 ? ViewsAgree::kAgree : ViewsAgree::kDisagree;
      if (*row.difference < 0) {
        row.meaning = fmt::format("the server answered {} more: other traffic, or requests that we count as failed",
                                  whole_text(-*row.difference));
      } else if (*row.difference > 0) {
        row.meaning = fmt::format("{} of ours are not in the server's count", whole_text(*row.difference));
      }
    } else {
      row.meaning = ok.missing;
    }
    found_.comparisons.push_back(std::move(row));
  }
  void compare_failed() {
    const ServerCount& failed = count("requests_failed");
    ViewComparison row = compared("requests that failed", "1", static_cast<double>(found_.client.failed), failed.value);
    if (std::string other = other_load(); row.difference && !other.empty()) {
      row.meaning = other;
    } else if (row.difference) {
      row.agree = *row.difference == 0 ? ViewsAgree::kAgree : ViewsAgree::kDisagree;
      if (*row.difference > 0) row.meaning = "failed on the way, were turned away, or were given up by the client";
      if (*row.difference < 0) row.meaning = "the server failed more than the client saw";
    } else {
      row.meaning = failed.missing;
    }
    found_.comparisons.push_back(std::move(row));
  }

  void compare_tokens() {
    const ClientView& client = found_.client;
    tokens("prompt tokens", client.with_prompt_tokens, client.prompt_tokens, count("prompt_tokens"),
           "the server leaves out of one count what it found in its cache, or counts requests that failed");
    tokens("completion tokens", client.with_completion_tokens, client.completion_tokens, count("completion_tokens"),
           "the server counts tokens that were not sent, or requests that failed");
  }
  void tokens(const char* figure, std::uint64_t answers, std::uint64_t sum, const ServerCount& server,
              const char* meaning) {
    std::optional<double> ours;
    if (answers > 0) ours = static_cast<double>(sum);
    ViewComparison row = compared(figure, "tokens", ours, server.value);
    if (!server.value) {
      row.meaning = server.missing;
    } else if (answers < found_.client.ok || answers == 0) {
      row.meaning = fmt::format("{} of {} answers told it", answers, found_.client.ok);
    } else if (std::string other = other_load(); !other.empty()) {
      row.meaning = other;
    } else {
      row.agree = *row.difference == 0 ? ViewsAgree::kAgree : ViewsAgree::kDisagree;
      if (*row.difference != 0) row.meaning = meaning;
    }
    found_.comparisons.push_back(std::move(row));
  }

  void compare_times() {
    const ClientView& client = found_.client;
    time("ttft, mean from sent", client.with_ttft, client.ttft_total_ns, duration("ttft"));
    time("first to last content, mean", client.with_stream, client.stream_total_ns, duration("decode"));
    time("e2e, mean from sent", client.ok, client.e2e_total_ns, duration("e2e"));
  }
  // A time of the client's and one of the server's, which end at the same moment but for the network.
  void time(const char* figure, std::uint64_t requests, std::int64_t total_ns, const ServerDuration& server) {
    std::optional<double> ours;
    if (requests > 0) ours = static_cast<double>(total_ns) / static_cast<double>(requests) / 1e9;
    ViewComparison row = compared(figure, "s", ours, server.mean_s);
    if (!row.difference) {
      row.meaning = !server.mean_s ? server.missing : "no answer of the client's has it";
    } else if (std::string other = other_load(); !other.empty()) {
      row.meaning = other;
    } else {
      bool close = std::abs(*row.difference) <= std::max(kTimesAgree * *row.client, kTimesAgree_s);
      row.agree = close ? ViewsAgree::kAgree : ViewsAgree::kDisagree;
      row.meaning = fmt::format("the client waited {} {} than the server says", seconds_text(std::abs(*row.difference)),
                                *row.difference >= 0 ? "longer" : "less");
      if (!close && *row.difference > 0) row.meaning += ": network, protocol, client, or what the server does before it counts";
      if (!close && *row.difference < 0) row.meaning += ": the server's time goes on after the client has its answer";
    }
    found_.comparisons.push_back(std::move(row));
  }

  // A part of the mean request's time, of all the client's requests together.
  [[nodiscard]] std::optional<std::int64_t> total_of(const ServerDuration& part) const {
    bool no_count = part.sum_s && !part.count;  // a server that counts no requests
    if (!part.mean_s && !no_count) return std::nullopt;
    double nanoseconds = 1e9 * (part.mean_s ? *part.mean_s * static_cast<double>(found_.client.ok) : *part.sum_s);
    if (!(std::abs(nanoseconds) < kMost_ns)) return std::nullopt;
    return std::llround(nanoseconds);
  }

  void split() {
    ViewSplit& split = found_.split;
    split.requests = found_.client.ok;
    split.total_ns = found_.client.e2e_total_ns;
    if (split.requests == 0) {
      split.missing = "no request was answered well";
      return;
    }
    std::int64_t named_ns = 0;
    for (const std::string& name : found_.server.parts) {
      const ServerDuration& part = found_.server.durations.at(name);
      std::optional<std::int64_t> total = total_of(part);
      if (!total) {
        split.notes.push_back(name + " is in the rest: " + (part.missing.empty() ? "what the server says is no time" : part.missing));
        continue;
      }
      if (!part.mean_s) split.notes.push_back(name + " is all that the server spent, as if on our requests alone");
      split.parts.push_back({name, *total, part.source});
      named_ns += *total;
    }
    if (std::optional<std::int64_t> whole = total_of(duration("e2e"))) {
      split.parts.push_back({"rest of the server's time", *whole - named_ns, duration("e2e").source});
      named_ns = *whole;
    }
    if (split.parts.empty()) {
      split.missing = count("requests_ok").value == 0.0 ? "the server counted no request during the load"
                                                        : "the server tells no part of a request's time";
      return;
    }
    split.parts.push_back({"network, protocol and client", split.total_ns - named_ns, "the rest"});
    if (split.total_ns < named_ns) {
      split.notes.push_back("the server's times are longer than the client's: it counts other requests, or goes on after "
                            "the client has its answer");
    }
    if (std::string other = other_load(); !other.empty()) split.notes.push_back("not of the same requests: " + other);
  }

  void little() {
    LittlesLaw& law = found_.littles_law;
    const ClientView& client = found_.client;
    double length_s = static_cast<double>(client.end_ns - client.begin_ns) / 1e9;
    if (!(length_s > 0)) {
      law.meaning = "the load had no length";
      return;
    }
    law.client_law = static_cast<double>(client.all_total_ns) / 1e9 / length_s;
    if (duration("e2e").sum_s) law.server_law = *duration("e2e").sum_s / length_s;
    const ServerGauge &running = gauge("running"), &waiting = gauge("waiting");
    if (running.mean && waiting.mean) {
      law.gauges = *running.mean + *waiting.mean;
      if (running.standard_error && waiting.standard_error) {
        law.gauges_error = *running.standard_error + *waiting.standard_error;  // they move together
      }
    }
    if (!law.gauges) {
      law.meaning = "the server's gauges: " + (running.mean ? waiting.missing : running.missing);
    } else if (!law.server_law) {
      law.meaning = "the server's rate x time: " + duration("e2e").missing;
    } else {
      judge_law(running.readings);
    }
  }
  // Gauges of a few moments may be off by chance: then they tell nothing.
  void judge_law(std::uint64_t readings) {
    LittlesLaw& law = found_.littles_law;
    double off = std::abs(*law.gauges - *law.server_law), near = kLawAgrees * *law.server_law;
    if (!law.gauges_error) {
      law.meaning = fmt::format("{} readings of the gauges are too few", readings);
      return;
    }
    if (!(*law.server_law > 0) && !(*law.gauges > 0)) {
      law.meaning = "the server did nothing during the load";
      return;
    }
    double by_chance = kErrorsAgree * *law.gauges_error;
    law.meaning = fmt::format("{} apart, where {} may be chance ({} readings)", number_text(off),
                              number_text(by_chance), readings);
    if (off > std::max(near, by_chance)) {
      law.agree = ViewsAgree::kDisagree;
    } else if (by_chance <= kLawTells * *law.server_law) {
      law.agree = ViewsAgree::kAgree;
    } else {
      law.meaning += ", which is too much to tell";
    }
  }

  void note() {
    for (const std::string& reset : found_.server.resets) {
      found_.notices.push_back("the server was restarted during the load: " + reset);
    }
    if (!other_load().empty()) note_other_load();
    if (found_.littles_law.agree == ViewsAgree::kDisagree) {
      found_.notices.push_back(
          fmt::format("Little's law: the server's gauges say {} requests at a time, its rate x time {}",
                      number_text(*found_.littles_law.gauges), number_text(*found_.littles_law.server_law)));
    }
    if (found_.server.failed_readings > 0) {
      found_.notices.push_back(fmt::format(
          "{} of {} readings of the server's metrics failed, first: {}", found_.server.failed_readings,
          found_.server.failed_readings + found_.server.readings, found_.server.first_failure));
    }
    if (found_.server.malformed > 0) {
      found_.notices.push_back(fmt::format("{} lines of the server's metrics are not of the format and were left out, first: {}",
                                           found_.server.malformed, found_.server.malformed_where));
    }
  }
  void note_other_load() {
    double others = *found_.other_requests, all = *count("requests_ok").value;
    auto failed = static_cast<double>(found_.client.failed);
    if (others > 0 && others <= failed) {
      found_.notices.push_back(fmt::format(
          "the server answered {} more requests than this client had answered, which counts {} as failed: answered too late, "
          "or not as the protocol says, or other traffic",
          whole_text(others), whole_text(failed)));
    } else if (others > 0) {
      found_.notices.push_back(fmt::format(
          "other traffic: the server answered {} requests that were not ours ({} of all), so its figures are not of this "
          "load alone",
          whole_text(others), ratio_text(others / all)));
    } else if (all == 0) {
      found_.notices.push_back(fmt::format("the server counted none of the {} requests that this client had answered: are these "
                                           "the metrics of the server that was loaded?",
                                           found_.client.ok));
    } else {
      found_.notices.push_back(fmt::format("the server counted {} of the {} requests that this client had answered: is it one of "
                                           "several behind a balancer, or are these another server's metrics?",
                                           whole_text(all), found_.client.ok));
    }
  }

  Reconciliation found_;
};

}  // namespace

Reconciliation reconcile(const ClientView& client, const ServerMetrics& metrics, const std::string& model) {
  return Reconciler(client, server_view(metrics, model, client.begin_ns, client.end_ns)).make();
}

}  // namespace lynxbench::metrics
