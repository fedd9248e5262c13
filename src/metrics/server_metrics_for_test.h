// Readings of a server that a test writes down. Tests alone include it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "model/server_metrics.h"

namespace lynxbench::metrics {

constexpr std::int64_t kSecond_ns = 1'000'000'000;

inline ServerScrape reading(double at_s, std::vector<MetricSample> samples) {
  auto at = static_cast<std::int64_t>(at_s * 1e9);
  ServerScrape scrape;
  scrape.begin_ns = at - 1'000'000;
  scrape.end_ns = at + 1'000'000;
  scrape.samples = std::move(samples);
  return scrape;
}

// What vLLM tells after `requests` requests of 0.1 s queue, 0.3 s prefill and 1.6 s decode, with 0.05 s
// of its front end before them, 10 prompt tokens and 33 tokens of answer each.
inline std::vector<MetricSample> vllm_after(double requests, double running, double waiting,
                                            const std::string& model = "m") {
  MetricLabels of = {{"engine", "0"}, {"model_name", model}};
  MetricLabels stop = {{"engine", "0"}, {"finished_reason", "stop"}, {"model_name", model}};
  std::vector<MetricSample> samples = {{"vllm:num_requests_running", of, running},
                                       {"vllm:num_requests_waiting", of, waiting},
                                       {"vllm:prompt_tokens_total", of, 10 * requests},
                                       {"vllm:generation_tokens_total", of, 33 * requests},
                                       {"vllm:request_success_total", stop, requests}};
  auto histogram = [&](const std::string& name, double each, double count) {
    samples.push_back({name + "_sum", of, each * count});
    samples.push_back({name + "_count", of, count});
    for (const auto& [edge, text] : {std::pair(0.2, "0.2"), {0.5, "0.5"}, {2.5, "2.5"}, {1e9, "+Inf"}}) {
      MetricLabels labels = of;
      labels.emplace_back("le", text);
      samples.push_back({name + "_bucket", labels, each <= edge ? count : 0});
    }
  };
  histogram("vllm:request_queue_time_seconds", 0.1, requests);
  histogram("vllm:request_prefill_time_seconds", 0.3, requests);
  histogram("vllm:request_decode_time_seconds", 1.6, requests);
  histogram("vllm:request_inference_time_seconds", 1.9, requests);
  histogram("vllm:e2e_request_latency_seconds", 2.05, requests);
  histogram("vllm:time_to_first_token_seconds", 0.45, requests);
  histogram("vllm:inter_token_latency_seconds", 0.05, 32 * requests);
  return samples;
}

// 40 requests from second 1 to second 11, so 4 a second and 8.2 in the server at a time; 100 before.
inline ServerMetrics vllm_load(double others = 0) {
  ServerMetrics metrics;
  metrics.source = "http://localhost:8000/metrics";
  metrics.period_ns = kSecond_ns;
  metrics.scrapes.push_back(reading(0.5, vllm_after(100, 0, 0)));
  for (int i = 2; i <= 10; ++i) metrics.scrapes.push_back(reading(i, vllm_after(100 + i * 3, 7, i % 2 == 0 ? 1 : 1.4)));
  metrics.scrapes.push_back(reading(11.5, vllm_after(139 + others, 0, 0)));  // the last is not counted yet
  metrics.scrapes.push_back(reading(12, vllm_after(140 + others, 0, 0)));
  return metrics;
}

}  // namespace lynxbench::metrics
