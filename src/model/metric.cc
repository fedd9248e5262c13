#include "model/metric.h"

#include <algorithm>

namespace lynxbench {
namespace {

constexpr Metric kOfTheRun[] = {{"capacity", "1/s"}, {"peak_throughput", "1/s"}};

constexpr Metric kOfAPoint[] = {
    {"throughput", "1/s"},
    {"goodput", "1/s"},
    {"errors", "ratio"},
    {"e2e.p50", "ns"},
    {"e2e.p90", "ns"},
    {"e2e.p95", "ns"},
    {"e2e.p99", "ns"},
    {"service.p50", "ns"},
    {"service.p90", "ns"},
    {"service.p95", "ns"},
    {"service.p99", "ns"},
    {"schedule_lag.p50", "ns"},
    {"schedule_lag.p99", "ns"},
    {"schedule_lag.max", "ns"},
    {"concurrency", "1"},
    {"batch_size", "1"},
    {"cpu", "1"},
    {"ttft.p50", "ns", Needs::kStream},
    {"ttft.p90", "ns", Needs::kStream},
    {"ttft.p95", "ns", Needs::kStream},
    {"ttft.p99", "ns", Needs::kStream},
    {"ttft_first_byte.p50", "ns", Needs::kEndpoint},
    {"ttft_first_byte.p90", "ns", Needs::kEndpoint},
    {"ttft_first_byte.p95", "ns", Needs::kEndpoint},
    {"ttft_first_byte.p99", "ns", Needs::kEndpoint},
    {"ttft_first_event.p50", "ns", Needs::kStream},
    {"ttft_first_event.p90", "ns", Needs::kStream},
    {"ttft_first_event.p95", "ns", Needs::kStream},
    {"ttft_first_event.p99", "ns", Needs::kStream},
    {"ttft_first_answer.p50", "ns", Needs::kStream},
    {"ttft_first_answer.p90", "ns", Needs::kStream},
    {"ttft_first_answer.p95", "ns", Needs::kStream},
    {"ttft_first_answer.p99", "ns", Needs::kStream},
    {"itl.p50", "ns", Needs::kStream},
    {"itl.p90", "ns", Needs::kStream},
    {"itl.p95", "ns", Needs::kStream},
    {"itl.p99", "ns", Needs::kStream},
    {"tpot.p50", "ns", Needs::kStream},
    {"tpot.p90", "ns", Needs::kStream},
    {"tpot.p95", "ns", Needs::kStream},
    {"tpot.p99", "ns", Needs::kStream},
    {"tokens_per_s", "1/s", Needs::kTokens},
    {"prompt_tokens_per_s", "1/s", Needs::kTokens},
    {"accuracy", "ratio", Needs::kScores},
    {"failures.resolve", "ratio", Needs::kEndpoint},
    {"failures.connect", "ratio", Needs::kEndpoint},
    {"failures.tls", "ratio", Needs::kEndpoint},
    {"failures.local", "ratio", Needs::kEndpoint},
    {"failures.timeout", "ratio", Needs::kEndpoint},
    {"failures.closed", "ratio", Needs::kEndpoint},
    {"failures.protocol", "ratio", Needs::kEndpoint},
    {"failures.status", "ratio", Needs::kEndpoint},
    {"failures.busy", "ratio", Needs::kEndpoint},
    {"failures.content_type", "ratio", Needs::kEndpoint},
    {"failures.malformed", "ratio", Needs::kEndpoint},
    {"failures.server_error", "ratio", Needs::kEndpoint},
    {"failures.cut_stream", "ratio", Needs::kEndpoint},
    {"failures.too_large", "ratio", Needs::kEndpoint},
    {"failures.process", "ratio", Needs::kEndpoint},
    {"failures.unfinished", "ratio", Needs::kEndpoint},
};

}  // namespace

std::span<const Metric> run_metrics() { return kOfTheRun; }
std::span<const Metric> point_metrics() { return kOfAPoint; }

const Metric* find_metric(std::span<const Metric> metrics, std::string_view name) {
  auto found = std::find_if(metrics.begin(), metrics.end(),
                            [&](const Metric& metric) { return metric.name == name; });
  return found == metrics.end() ? nullptr : &*found;
}

}  // namespace lynxbench
