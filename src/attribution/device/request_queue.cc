#include "attribution/device/request_queue.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace lynxbench::attribution {
namespace {

// Gauges of requests that wait to be scheduled, with ':' written as '_': of vLLM, Triton, SGLang, TGI,
// Text Embeddings Inference and LMDeploy.
constexpr std::array<std::string_view, 6> kWaitingGauges{
    "vllm_num_requests_waiting", "nv_inference_pending_request_count", "sglang_num_queue_reqs",
    "tgi_queue_size",            "te_queue_size",                      "lmdeploy_num_requests_waiting"};
// Triton with TensorRT-LLM has one gauge for all states, told apart by this label.
constexpr std::string_view kTensorRtLlmGauge = "nv_trt_llm_request_metrics";
constexpr std::string_view kTensorRtLlmWaiting = "request_type=waiting";

// In lower case and with '_' for what divides words. SGLang's stages are among them.
constexpr std::array<std::string_view, 11> kWaitingSpans{
    "queue",      "queued",     "queueing",        "queuing",        "in_queue",     "time_in_queue",
    "queue_wait", "waiting",    "prefill_waiting", "decode_waiting", "request_queue"};

bool counts_waiting(const TraceSeries& series) {
  if (series.kind != TraceSeries::Kind::kGauge) return false;
  std::string name = series.name;
  std::replace(name.begin(), name.end(), ':', '_');
  if (is_one_of(kWaitingGauges, name)) return true;
  return name == kTensorRtLlmGauge &&
         series.labels.find(kTensorRtLlmWaiting) != std::string::npos;
}

bool names_waiting(std::string_view name) {
  std::string simple;
  for (char c : name) {
    const bool divides = c == ' ' || c == '.' || c == '-' || c == '/' || c == ':';
    simple += divides ? '_' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return is_one_of(kWaitingSpans, simple);
}

// Waits that may overlap, as the number of those that run at each moment.
std::vector<QueueStep> added_up(const std::vector<Moment>& waits) {
  std::vector<std::pair<std::int64_t, int>> changes;
  for (const Moment& one : waits) {
    if (one.begin_ns >= one.end_ns) continue;
    changes.emplace_back(one.begin_ns, 1);
    changes.emplace_back(one.end_ns, -1);
  }
  std::sort(changes.begin(), changes.end());
  std::vector<QueueStep> steps;
  std::uint64_t waiting = 0;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const auto [at, change] = changes[i];
    if (waiting != 0 && changes[i - 1].first < at) {
      steps.push_back({changes[i - 1].first, at, waiting});
    }
    waiting = change > 0 ? waiting + 1 : waiting - 1;
  }
  return steps;
}

// The larger of both numbers at each moment.
std::vector<QueueStep> larger(const std::vector<QueueStep>& a, const std::vector<QueueStep>& b) {
  std::vector<std::int64_t> edges;
  for (const std::vector<QueueStep>* list : {&a, &b}) {
    for (const QueueStep& one : *list) {
      edges.push_back(one.begin_ns);
      edges.push_back(one.end_ns);
    }
  }
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  std::vector<QueueStep> steps;
  std::array<std::size_t, 2> at{};
  const auto waiting_at = [&](std::size_t which, const std::vector<QueueStep>& list,
                              std::int64_t ns) -> std::uint64_t {
    std::size_t& i = at[which];
    while (i < list.size() && list[i].end_ns <= ns) ++i;
    return i < list.size() && list[i].begin_ns <= ns ? list[i].requests : 0;
  };
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    const std::uint64_t most = std::max(waiting_at(0, a, edges[i]), waiting_at(1, b, edges[i]));
    if (most != 0) steps.push_back({edges[i], edges[i + 1], most});
  }
  return steps;
}

std::string seconds_text(std::int64_t ns) { return fmt::format("{:.3g} s", static_cast<double>(ns) / 1e9); }

// What one kind of evidence in a file says.
struct Finding {
  std::vector<QueueStep> steps;
  std::string rule;
};

void add_requests(const Timeline& timeline, QueueEvidence evidence, std::string_view rule,
                  std::vector<Finding>& findings) {
  std::vector<Moment> waits;
  for (const TracedRequest& request : timeline.requests) {
    if (!request.queued || request.queued->evidence != evidence) continue;
    waits.push_back({request.queued->begin_ns, request.queued->end_ns});
  }
  if (waits.empty()) return;
  findings.push_back({added_up(waits), fmt::format("{} requests, each {}", waits.size(), rule)});
}

void add_spans(const Timeline& timeline, std::vector<Finding>& findings) {
  std::vector<bool> is_waiting(timeline.names.size());
  for (NameId name = 0; name < timeline.names.size(); ++name) {
    is_waiting[name] = names_waiting(timeline.names[name]);
  }
  std::vector<Moment> waits;
  NameId first = 0;
  for (const TraceSpan& span : timeline.spans) {
    if (span.parent == kNoRow || !is_waiting[span.name]) continue;
    if (waits.empty()) first = span.name;
    waits.push_back({span.begin_ns, span.end_ns});
  }
  if (waits.empty()) return;
  findings.push_back({added_up(waits), fmt::format("{} spans named for waiting in a queue (\"{}\")",
                                                   waits.size(), timeline.names[first])});
}

// Twice the usual distance between two samples; 0 when there are fewer than two.
std::int64_t longest_bridge(const std::vector<std::pair<std::int64_t, double>>& samples) {
  std::vector<std::int64_t> distances;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    distances.push_back(samples[i].first - samples[i - 1].first);
  }
  if (distances.empty()) return 0;
  const auto middle = distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 2);
  std::nth_element(distances.begin(), middle, distances.end());
  return 2 * *middle;
}

void add_gauge(const TraceSeries& series, std::vector<Finding>& findings) {
  std::vector<std::pair<std::int64_t, double>> samples;
  for (std::size_t i = 0; i < series.at_ns.size(); ++i) {
    samples.emplace_back(series.at_ns[i], series.value[i]);
  }
  std::stable_sort(samples.begin(), samples.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  const std::int64_t bridge = longest_bridge(samples);
  Finding finding;
  std::int64_t longest = 0;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    const std::int64_t distance = samples[i].first - samples[i - 1].first;
    const double lower = std::min(samples[i].second, samples[i - 1].second);
    constexpr double kMost = 1e15;
    if (distance <= 0 || distance > bridge || !(lower > 0 && lower < kMost)) continue;
    // A mean below 1 is above 0 all the same.
    finding.steps.push_back({samples[i - 1].first, samples[i].first,
                             std::max<std::uint64_t>(1, static_cast<std::uint64_t>(lower))});
    longest = std::max(longest, distance);
  }
  if (finding.steps.empty()) return;
  const std::string labels = series.labels.empty() ? "" : fmt::format("{{{}}}", series.labels);
  finding.rule = fmt::format(
      "{}{}, taken as not empty between two successive samples that are both above 0 ({} such "
      "stretches, the longest {})",
      series.name, labels, finding.steps.size(), seconds_text(longest));
  findings.push_back(std::move(finding));
}

}  // namespace

RequestQueue request_queue_of(const Timeline& timeline) {
  std::vector<Finding> findings;
  add_requests(timeline, QueueEvidence::kMoments, "from QUEUE_START to COMPUTE_START", findings);
  add_requests(timeline, QueueEvidence::kLength,
               "from its span's begin for gen_ai.latency.time_in_queue", findings);
  add_spans(timeline, findings);
  if (timeline.clock.kind != TraceClock::Kind::kSamples) {
    for (const TraceSeries& series : timeline.series) {
      if (counts_waiting(series)) add_gauge(series, findings);
    }
  }
  RequestQueue queue;
  for (Finding& finding : findings) {
    queue.steps = larger(queue.steps, finding.steps);
    queue.sources.push_back(fmt::format("{}: {}", timeline.file, finding.rule));
  }
  return queue;
}

RequestQueue unite(const RequestQueue& a, const RequestQueue& b) {
  RequestQueue both{larger(a.steps, b.steps), a.sources};
  both.sources.insert(both.sources.end(), b.sources.begin(), b.sources.end());
  return both;
}

RequestQueue later_by(RequestQueue queue, std::int64_t ns) {
  for (QueueStep& step : queue.steps) {
    step.begin_ns += ns;
    step.end_ns += ns;
  }
  return queue;
}

IntervalSet when_waiting(const RequestQueue& queue) {
  IntervalSet set;
  for (const QueueStep& step : queue.steps) add(set, step.begin_ns, step.end_ns);
  return set;
}

QueuedTime queued_within(const RequestQueue& queue, std::int64_t begin_ns, std::int64_t end_ns) {
  QueuedTime time;
  auto step = std::upper_bound(
      queue.steps.begin(), queue.steps.end(), begin_ns,
      [](std::int64_t ns, const QueueStep& one) { return ns < one.end_ns; });
  for (; step != queue.steps.end() && step->begin_ns < end_ns; ++step) {
    const std::int64_t ns =
        std::min(step->end_ns, end_ns) - std::max(step->begin_ns, begin_ns);
    if (ns <= 0) continue;
    time.ns += ns;
    time.request_ns += static_cast<double>(ns) * static_cast<double>(step->requests);
    time.most = std::max(time.most, step->requests);
  }
  return time;
}

}  // namespace lynxbench::attribution
