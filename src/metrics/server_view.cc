#include "metrics/server_view.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>
#include <utility>

#include "base/units.h"
#include "metrics/server_dialects.h"
#include "metrics/server_series.h"
#include "stats/series.h"

namespace lynxbench::metrics {
namespace {

constexpr std::array<std::string_view, 10> kDurations = {"queue",         "prefill",        "decode",     "inference",
                                                         "compute_input", "compute_output", "validation", "e2e",
                                                         "ttft",          "itl"};
constexpr std::array<std::string_view, 5> kCounts = {"requests_ok", "requests_failed", "prompt_tokens",
                                                     "completion_tokens", "preemptions"};
constexpr std::array<std::string_view, 2> kGauges = {"running", "waiting"};
constexpr std::array<double, 4> kQuantiles = {0.5, 0.9, 0.95, 0.99};
constexpr std::string_view kStartTime = "process_start_time_seconds";
constexpr const char* kNoCount = "-";  // DurationSource::count of a server that counts no requests
constexpr std::size_t kMostResets = 4;

bool has_figures(const ServerScrape& scrape) { return scrape.failure.empty(); }
std::int64_t moment(const ServerScrape& scrape) { return scrape.begin_ns + (scrape.end_ns - scrape.begin_ns) / 2; }

// The readings that a view is made of.
struct Window {
  const ServerScrape* before = nullptr;
  const ServerScrape* after = nullptr;
  std::vector<const ServerScrape*> all;     // from before to after
  std::vector<const ServerScrape*> during;  // while the load lasted
};

// Between the last reading before the load and the last one after it.
Window window_of(const ServerMetrics& metrics, std::int64_t begin_ns, std::int64_t end_ns) {
  Window window;
  for (const ServerScrape& scrape : metrics.scrapes) {
    if (!has_figures(scrape)) continue;
    if (scrape.end_ns <= begin_ns) window.before = &scrape;
    if (scrape.begin_ns >= end_ns) window.after = &scrape;
    if (moment(scrape) > begin_ns && moment(scrape) < end_ns) window.during.push_back(&scrape);
  }
  if (window.before == nullptr || window.after == nullptr) return window;
  for (const ServerScrape& scrape : metrics.scrapes) {
    bool inside = &scrape >= window.before && &scrape <= window.after;
    if (inside && has_figures(scrape)) window.all.push_back(&scrape);
  }
  return window;
}

class ViewMaker {
 public:
  ViewMaker(const Dialect& dialect, const Window& window, ServerView& view)
      : dialect_(dialect), window_(window), view_(view), before_(*window.before), after_(*window.after) {}

  void make(const std::string& model) {
    view_.server = dialect_.server;
    choose_model(model);
    find_resets();
    for (std::string_view role : kDurations) view_.durations[std::string(role)] = duration(role);
    for (std::string_view role : kCounts) view_.counts[std::string(role)] = count(role);
    for (std::string_view role : kGauges) view_.gauges[std::string(role)] = gauge(role);
    for (std::string_view part : dialect_.parts) view_.parts.emplace_back(part);
  }

 private:
  void choose_model(const std::string& model) {
    if (dialect_.model_label.empty()) return;
    for (std::string_view mark : dialect_.marks) {
      for (const std::string& found : after_.values_of(dialect_.model_label, mark)) {
        if (found == model) view_.model = model;
      }
    }
  }

  [[nodiscard]] SeriesFilter filter() const {
    return {.model_label = dialect_.model_label, .model = view_.model};
  }
  [[nodiscard]] SeriesFilter filter_of(const DurationSource& source) const {
    SeriesFilter chosen = filter();
    chosen.label = source.label;
    if (!source.label.empty()) chosen.with = {source.label_value};
    return chosen;
  }
  [[nodiscard]] SeriesFilter filter_of(const CountSource& source) const {
    SeriesFilter chosen = filter();
    chosen.label = source.label;
    chosen.with = source.with;
    chosen.without = source.without;
    return chosen;
  }

  // Growth over the window. A labelled counter appears when it first counts, so one that was not
  // there before was 0.
  [[nodiscard]] std::optional<double> growth(std::string_view name, const SeriesFilter& chosen) const {
    std::optional<double> after = after_.sum(name, chosen);
    if (!after) return std::nullopt;
    return *after - before_.sum(name, chosen).value_or(0);
  }

  void find_resets() {
    std::vector<std::pair<std::string, SeriesFilter>> counters;
    for (const DurationSource& source : dialect_.durations) {
      counters.emplace_back(source.count.empty() ? std::string(source.name) + "_count" : std::string(source.name),
                            filter_of(source));
    }
    for (const CountSource& source : dialect_.counts) counters.emplace_back(source.name, filter_of(source));
    for (std::size_t i = 1; i < window_.all.size(); ++i) {
      ServerSeries earlier(*window_.all[i - 1]), later(*window_.all[i]);
      std::string at = duration_text(static_cast<double>(moment(*window_.all[i])));
      std::optional<double> started = earlier.sum(kStartTime, {}), restarted = later.sum(kStartTime, {});
      if (started && restarted && *started != *restarted) {
        add_reset(fmt::format("{} changed before {}", kStartTime, at));
        continue;
      }
      for (const auto& [name, chosen] : counters) {
        std::optional<double> was = earlier.sum(name, chosen), is = later.sum(name, chosen);
        if (!was || (is && *is >= *was)) continue;
        add_reset(fmt::format("{} {} before {}", name, is ? "went back" : "vanished", at));
        break;
      }
    }
  }
  void add_reset(std::string text) {
    if (view_.resets.size() < kMostResets) view_.resets.push_back(std::move(text));
  }

  // Why a role has no value where nothing was found.
  [[nodiscard]] std::string why_not(std::string_view role) const {
    for (const Absent& absent : dialect_.absent) {
      if (absent.role == role) return std::string(absent.why);
    }
    return fmt::format("{} tells nothing of it", dialect_.server);
  }
  static std::string restarted() { return "the server was restarted during the load"; }

  ServerDuration duration(std::string_view role) {
    ServerDuration found;
    found.missing = why_not(role);
    for (const DurationSource& source : dialect_.durations) {
      if (source.role != role) continue;
      bool counters = !source.count.empty();
      SeriesFilter chosen = filter_of(source);
      std::string sum_name = counters ? std::string(source.name) : std::string(source.name) + "_sum";
      std::optional<double> sum = growth(sum_name, chosen);
      if (!sum) continue;
      found.source = source.name;
      found.missing.clear();
      if (!view_.resets.empty()) {
        found.missing = restarted();
        return found;
      }
      found.sum_s = *sum * source.unit_s;
      if (source.count == kNoCount) {
        found.missing = "the server does not count requests, so there is no mean";
        return found;
      }
      found.count = growth(counters ? std::string(source.count) : std::string(source.name) + "_count", chosen);
      if (found.count && *found.count > 0) found.mean_s = *found.sum_s / *found.count;
      if (!found.mean_s) found.missing = "it counted nothing during the load";
      if (!counters) add_quantiles(found, source, chosen);
      return found;
    }
    return found;
  }

  void add_quantiles(ServerDuration& found, const DurationSource& source, const SeriesFilter& chosen) const {
    std::map<double, double> before = before_.buckets(source.name, chosen), counts = after_.buckets(source.name, chosen);
    if (counts.empty() || !(std::isinf(counts.rbegin()->first))) return;
    for (auto& [edge, count] : counts) {
      auto was = before.find(edge);
      if (was != before.end()) count -= was->second;
    }
    double all = counts.rbegin()->second;
    if (!(all > 0)) return;
    for (double quantile : kQuantiles) {
      double low = 0;
      for (const auto& [edge, count] : counts) {
        if (count >= quantile * all) {
          QuantileBound bound{.quantile = quantile, .low_s = low * source.unit_s};
          if (std::isfinite(edge)) bound.high_s = edge * source.unit_s;
          found.quantiles.push_back(bound);
          break;
        }
        low = edge;
      }
    }
  }

  ServerCount count(std::string_view role) {
    ServerCount found;
    found.missing = why_not(role);
    for (const CountSource& source : dialect_.counts) {
      if (source.role != role) continue;
      std::optional<double> grown = growth(source.name, filter_of(source));
      // Of a counter by reason, a reason that never came has no series.
      bool never = !grown && !source.with.empty() && after_.sum(source.name, filter());
      if (never) grown = 0;
      if (!grown) continue;
      found.source = source.name;
      found.missing.clear();
      found.value = grown;
      if (view_.resets.empty()) return found;
      found.value.reset();
      found.missing = restarted();
      return found;
    }
    return found;
  }

  // Trapezoids between the readings during the load.
  ServerGauge gauge(std::string_view role) {
    ServerGauge found;
    found.missing = why_not(role);
    auto source = std::find_if(dialect_.gauges.begin(), dialect_.gauges.end(),
                               [&](const GaugeSource& candidate) { return candidate.role == role; });
    if (source == dialect_.gauges.end()) return found;
    std::vector<double> values, times;
    for (const ServerScrape* scrape : window_.during) {
      std::optional<double> value = ServerSeries(*scrape).sum(source->name, filter());
      if (!value) continue;
      values.push_back(*value);
      times.push_back(static_cast<double>(moment(*scrape)));
    }
    found.readings = values.size();
    if (!after_.sum(source->name, filter())) return found;
    found.source = source->name;
    found.missing = values.empty() ? "no reading fell into the load" : "";
    if (values.empty()) return found;
    found.most = *std::max_element(values.begin(), values.end());
    double area = 0;
    for (std::size_t i = 1; i < values.size(); ++i) area += (values[i] + values[i - 1]) / 2 * (times[i] - times[i - 1]);
    double length = times.back() - times.front();
    found.mean = length > 0 ? area / length : values.front();
    if (values.size() < 3) return found;
    double n = static_cast<double>(values.size()), squares = 0, sum = 0;
    for (double value : values) sum += value;
    for (double value : values) squares += (value - sum / n) * (value - sum / n);
    found.standard_error = std::sqrt(squares / (n - 1) * stats::variance_inflation(values) / n);
    return found;
  }

  const Dialect& dialect_;
  const Window& window_;
  ServerView& view_;
  ServerSeries before_, after_;
};

void miss_all(ServerView& view, const std::string& reason) {
  view.missing = reason;
  for (std::string_view role : kDurations) view.durations[std::string(role)].missing = reason;
  for (std::string_view role : kCounts) view.counts[std::string(role)].missing = reason;
  for (std::string_view role : kGauges) view.gauges[std::string(role)].missing = reason;
}

void count_readings(ServerView& view, const ServerMetrics& metrics) {
  view.source = metrics.source;
  view.period_ns = metrics.period_ns;
  view.cpu_ns = metrics.cpu_ns;
  for (const ServerScrape& scrape : metrics.scrapes) {
    ++(has_figures(scrape) ? view.readings : view.failed_readings);
    if (view.first_failure.empty()) view.first_failure = scrape.failure;
    view.longest_reading_ns = std::max(view.longest_reading_ns, scrape.end_ns - scrape.begin_ns);
    view.most_bytes = std::max(view.most_bytes, scrape.bytes);
    view.malformed += scrape.malformed;
    if (view.malformed_where.empty()) view.malformed_where = scrape.malformed_where;
  }
}

std::vector<const Dialect*> dialects_of(const ServerScrape& scrape) {
  ServerSeries series(scrape);
  std::vector<const Dialect*> found;
  for (const Dialect& dialect : dialects()) {
    bool is = std::any_of(dialect.marks.begin(), dialect.marks.end(),
                          [&](std::string_view mark) { return series.has_prefix(mark); });
    if (is) found.push_back(&dialect);
  }
  return found;
}

bool counted_something(const ServerView& view) {
  auto timed = [](const auto& entry) { return entry.second.sum_s.value_or(0) > 0; };
  return view.counts.at("requests_ok").value.value_or(0) > 0 || !view.resets.empty() ||
         std::any_of(view.durations.begin(), view.durations.end(), timed);
}

// One address may tell the figures of several servers (a language model's inside Triton): those of the
// first that did something during the load.
void make_view(ServerView& view, const Window& window, const std::vector<const Dialect*>& found, const std::string& model) {
  view.begin_ns = moment(*window.before);
  view.end_ns = moment(*window.after);
  const ServerView empty = view;
  std::optional<ServerView> first;
  for (const Dialect* dialect : found) {
    view = empty;
    ViewMaker(*dialect, window, view).make(model);
    if (counted_something(view)) return;
    if (!first) first = view;
  }
  view = *first;
}

}  // namespace

void keep_used(ServerMetrics& metrics) {
  std::set<std::string> names = {std::string(kStartTime)};
  auto add = [&](std::string name) {
    names.insert(name);
    std::replace(name.begin(), name.end(), ':', '_');
    names.insert(std::move(name));
  };
  for (const Dialect& dialect : dialects()) {
    for (const DurationSource& source : dialect.durations) {
      for (const char* end : {"", "_sum", "_count", "_bucket"}) add(std::string(source.name) + end);
      add(std::string(source.count));
    }
    for (const CountSource& source : dialect.counts) add(std::string(source.name));
    for (const GaugeSource& source : dialect.gauges) add(std::string(source.name));
  }
  for (ServerScrape& scrape : metrics.scrapes) {
    std::erase_if(scrape.samples, [&](const MetricSample& sample) { return !names.contains(sample.name); });
  }
}

ServerView server_view(const ServerMetrics& metrics, const std::string& model, std::int64_t begin_ns,
                       std::int64_t end_ns) {
  ServerView view;
  count_readings(view, metrics);
  Window window = window_of(metrics, begin_ns, end_ns);
  if (!metrics.missing.empty()) {
    miss_all(view, "the server's metrics could not be read: " + metrics.missing);
  } else if (window.before == nullptr || window.after == nullptr) {
    miss_all(view, fmt::format("no reading of the server's metrics succeeded {} the load: {}",
                               window.before == nullptr ? "before" : "after",
                               view.first_failure.empty() ? "none was made" : view.first_failure));
  } else if (std::vector<const Dialect*> found = dialects_of(*window.after); found.empty()) {
    miss_all(view, "the server's metrics are of no server known here (vLLM, SGLang, TGI, Triton, llama.cpp)");
  } else {
    make_view(view, window, found, model);
  }
  return view;
}

}  // namespace lynxbench::metrics
