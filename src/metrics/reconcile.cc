#include "metrics/reconcile.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/units.h"
#include "metrics/server_view.h"

namespace lynxbench::metrics {
namespace {

constexpr double kTimesAgree = 0.05;    // of the client's
constexpr double kTimesAgree_s = 1e-3;
constexpr double kLawAgrees = 0.10;
constexpr double kErrorsAgree = 3;      // standard errors
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

  // Did other requests than ours go into the server's figures?
  [[nodiscard]] bool others_matter() const {
    if (!found_.other_requests || !count("requests_ok").value) return false;
    return std::abs(*found_.other_requests) > kOthersMatter * std::max(1.0, *count("requests_ok").value);
  }

  void compare_requests() {
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

    const ServerCount& failed = count("requests_failed");
    row = compared("requests that failed", "1", static_cast<double>(found_.client.failed), failed.value);
    if (row.difference) {
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
    } else if (others_matter()) {
      row.meaning = "the server counts other requests as well";
    } else {
      row.agree = *row.difference == 0 ? ViewsAgree::kAgree : ViewsAgree::kDisagree;
      if (*row.difference != 0) row.meaning = meaning;
    }
    found_.comparisons.push_back(std::move(row));
  }

  void compare_times() {
    const ClientView& client = found_.client;
    time("ttft, mean from sent", client.with_ttft, client.ttft_total_ns, duration("ttft"));
    time("e2e, mean from sent", client.ok, client.e2e_total_ns, duration("e2e"));
  }
  void time(const char* figure, std::uint64_t requests, std::int64_t total_ns, const ServerDuration& server) {
    std::optional<double> ours;
    if (requests > 0) ours = static_cast<double>(total_ns) / static_cast<double>(requests) / 1e9;
    ViewComparison row = compared(figure, "s", ours, server.mean_s);
    if (!row.difference) {
      row.meaning = !server.mean_s ? server.missing : "no answer of the client's has it";
    } else if (others_matter()) {
      row.meaning = "the server's mean is over other requests as well";
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
    if (part.mean_s) return std::llround(*part.mean_s * static_cast<double>(found_.client.ok) * 1e9);
    bool no_count = part.sum_s && !part.count;  // a server that counts no requests
    if (no_count) return std::llround(*part.sum_s * 1e9);
    return std::nullopt;
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
        split.notes.push_back(name + " is in the rest: " + part.missing);
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
      split.missing = "the server tells no part of a request's time";
      return;
    }
    split.parts.push_back({"network, protocol and client", split.total_ns - named_ns, "the rest"});
    if (split.total_ns < named_ns) {
      split.notes.push_back("the server's times are longer than the client's: it counts other requests, or goes on after "
                            "the client has its answer");
    }
    if (others_matter()) split.notes.push_back("the server's means are over other requests as well");
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
      double off = std::abs(*law.gauges - *law.server_law);
      double allowed = std::max(kLawAgrees * *law.server_law, kErrorsAgree * law.gauges_error.value_or(0));
      law.agree = off <= allowed ? ViewsAgree::kAgree : ViewsAgree::kDisagree;
      law.meaning = fmt::format("{} readings of the gauges, {} off where {} may be", running.readings,
                                number_text(off), number_text(allowed));
    }
  }

  void note() {
    for (const std::string& reset : found_.server.resets) {
      found_.notices.push_back("the server was restarted during the load: " + reset);
    }
    if (others_matter() && *found_.other_requests > 0) {
      found_.notices.push_back(fmt::format(
          "other traffic: the server answered {} requests that were not ours ({} of all), so its figures are not of this "
          "load alone",
          whole_text(*found_.other_requests), ratio_text(*found_.other_requests / *count("requests_ok").value)));
    }
    if (found_.littles_law.agree == ViewsAgree::kDisagree) {
      found_.notices.push_back(
          fmt::format("Little's law: the server's gauges say {} requests at a time, its rate x time {}",
                      number_text(*found_.littles_law.gauges), number_text(*found_.littles_law.server_law)));
    }
    if (found_.server.failed_readings > 0) {
      found_.notices.push_back(fmt::format("{} of {} readings of the server's metrics failed",
                                           found_.server.failed_readings,
                                           found_.server.failed_readings + found_.server.readings));
    }
  }

  Reconciliation found_;
};

}  // namespace

Reconciliation reconcile(const ClientView& client, const ServerMetrics& metrics, const std::string& model) {
  return Reconciler(client, server_view(metrics, model, client.begin_ns, client.end_ns)).make();
}

}  // namespace lynxbench::metrics
