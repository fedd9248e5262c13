#include "stub/meters.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"

namespace lynxbench::stub {
namespace {

constexpr double kLatencies[] = {0.001, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5,
                                 0.75,  1.0,    1.5,   2.0,  2.5,  5.0,  7.5,  10.0, 20.0, 30.0, 40.0, 60.0, 120.0, 240.0};
constexpr double kCounts[] = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000};

double seconds(std::int64_t ns) { return static_cast<double>(std::max<std::int64_t>(ns, 0)) / 1e9; }

void append_metric(std::string& text, std::string_view name, std::string_view kind, std::string_view help,
                   std::string_view labels, double value) {
  fmt::format_to(std::back_inserter(text), "# HELP {} {}\n# TYPE {} {}\n{}{{{}}} {}\n", name, help, name, kind, name, labels, value);
}

}  // namespace

void Buckets::add(double value) {
  auto at = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  ++counts_[static_cast<std::size_t>(at)];
  sum_ += value;
}

void Buckets::append(std::string_view name, std::string_view help, std::string_view labels, std::string& text) const {
  auto out = std::back_inserter(text);
  fmt::format_to(out, "# HELP {} {}\n# TYPE {} histogram\n", name, help, name);
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < bounds_.size(); ++i) {
    below += counts_[i];
    fmt::format_to(out, "{}_bucket{{{},le=\"{}\"}} {}\n", name, labels, bounds_[i], below);
  }
  below += counts_.back();
  fmt::format_to(out, "{0}_bucket{{{1},le=\"+Inf\"}} {2}\n{0}_count{{{1}}} {2}\n{0}_sum{{{1}}} {3}\n", name, labels, below, sum_);
}

Meters::Meters(std::string model)
    : model_(std::move(model)), ttft_(kLatencies), itl_(kLatencies), e2e_(kLatencies), queue_(kLatencies),
      inference_(kLatencies), prefill_(kLatencies), decode_(kLatencies), prompt_length_(kCounts), answer_length_(kCounts) {
  statistics_.name = model_;
  statistics_.version.assign(1, '1');
}

void Meters::gap(std::int64_t itl_ns) { itl_.add(seconds(itl_ns)); }

void Meters::over(const Measured& request) {
  if (request.openai) over_openai(request);
  else over_kserve(request);
}

// vLLM has no figures of requests that failed.
void Meters::over_openai(const Measured& request) {
  ++finished_[!request.ok ? 2 : request.length_limited ? 1 : 0];
  if (!request.ok || !request.first_content_ns) return;
  ttft_.add(seconds(*request.first_content_ns - request.arrival_ns));
  e2e_.add(seconds(request.last_ns - request.arrival_ns));
  queue_.add(seconds(request.begin_ns - request.arrival_ns));
  inference_.add(seconds(request.last_ns - request.begin_ns));
  prefill_.add(seconds(*request.first_content_ns - request.begin_ns));
  decode_.add(seconds(request.last_ns - *request.first_content_ns));
  prompt_length_.add(request.prompt_tokens);
  answer_length_.add(request.tokens);
}

// A batch counts its time once for each request in it, as in Triton.
void Meters::over_kserve(const Measured& request) {
  auto add = [](protocol::StatisticDuration& sum, std::int64_t ns) {
    ++sum.count;
    sum.ns += static_cast<std::uint64_t>(std::max<std::int64_t>(ns, 0));
  };
  if (!request.ok) {
    add(statistics_.fail, request.last_ns - request.arrival_ns);
    return;
  }
  add(statistics_.success, request.last_ns - request.arrival_ns);
  add(statistics_.queue, request.begin_ns - request.arrival_ns);
  add(statistics_.compute_infer, request.last_ns - request.begin_ns);
  add(statistics_.compute_input, 0);
  add(statistics_.compute_output, 0);
  statistics_.last_inference_ms = static_cast<std::uint64_t>(wall_clock_ns() / 1'000'000);
  ++statistics_.inference_count;
  bool new_batch = request.batch == 0 || request.batch != last_batch_;
  last_batch_ = request.batch;
  if (!new_batch) return;
  ++statistics_.execution_count;
  auto same = std::find_if(statistics_.batches.begin(), statistics_.batches.end(),
                           [&](const protocol::BatchStatistics& batch) { return batch.batch_size == request.batch_size; });
  if (same == statistics_.batches.end()) same = statistics_.batches.insert(same, {request.batch_size});
  add(same->compute_input, 0);
  add(same->compute_infer, request.last_ns - request.begin_ns);
  add(same->compute_output, 0);
}

std::string Meters::prometheus_text() const {
  std::string text;
  append_vllm(text);
  append_triton(text);
  return text;
}

void Meters::append_vllm(std::string& text) const {
  std::string labels = fmt::format("engine=\"0\",model_name=\"{}\"", model_);
  append_metric(text, "vllm:num_requests_running", "gauge", "Requests in service.", labels, static_cast<double>(running));
  append_metric(text, "vllm:num_requests_waiting", "gauge", "Requests in the queue.", labels, static_cast<double>(waiting));
  append_metric(text, "vllm:kv_cache_usage_perc", "gauge", "Always 0.", labels, 0);
  append_metric(text, "vllm:prompt_tokens_total", "counter", "Prefill tokens.", labels, static_cast<double>(prompt_tokens_));
  append_metric(text, "vllm:generation_tokens_total", "counter", "Tokens written.", labels, static_cast<double>(generation_tokens_));
  text += "# HELP vllm:request_success_total Requests that are over.\n# TYPE vllm:request_success_total counter\n";
  constexpr std::string_view kReasons[] = {"stop", "length", "abort"};
  for (std::size_t i = 0; i < finished_.size(); ++i) {
    fmt::format_to(std::back_inserter(text), "vllm:request_success_total{{{},finished_reason=\"{}\"}} {}\n", labels, kReasons[i], finished_[i]);
  }
  ttft_.append("vllm:time_to_first_token_seconds", "Arrival to the first token.", labels, text);
  itl_.append("vllm:inter_token_latency_seconds", "Between writes of tokens.", labels, text);
  itl_.append("vllm:time_per_output_token_seconds", "The same, by its older name.", labels, text);
  e2e_.append("vllm:e2e_request_latency_seconds", "Arrival to the last token.", labels, text);
  queue_.append("vllm:request_queue_time_seconds", "Arrival to the begin of service.", labels, text);
  inference_.append("vllm:request_inference_time_seconds", "Begin of service to the last token.", labels, text);
  prefill_.append("vllm:request_prefill_time_seconds", "Begin of service to the first token.", labels, text);
  decode_.append("vllm:request_decode_time_seconds", "First to last token.", labels, text);
  prompt_length_.append("vllm:request_prompt_tokens", "Tokens of prompts.", labels, text);
  answer_length_.append("vllm:request_generation_tokens", "Tokens of answers.", labels, text);
}

void Meters::append_triton(std::string& text) const {
  std::string labels = fmt::format("model=\"{}\",version=\"1\"", model_);
  auto counter = [&](std::string_view name, std::string_view help, std::uint64_t value) {
    append_metric(text, name, "counter", help, labels, static_cast<double>(value));
  };
  const protocol::ModelStatistics& s = statistics_;
  counter("nv_inference_request_success", "Requests answered.", s.success.count);
  counter("nv_inference_request_failure", "Requests that failed.", s.fail.count);
  counter("nv_inference_count", "Inferences, a batch of n counts n.", s.inference_count);
  counter("nv_inference_exec_count", "Executions, a batch counts 1.", s.execution_count);
  counter("nv_inference_request_duration_us", "Arrival to answer, summed.", s.success.ns / 1000);
  counter("nv_inference_queue_duration_us", "In the queue, summed.", s.queue.ns / 1000);
  counter("nv_inference_compute_input_duration_us", "Always 0.", s.compute_input.ns / 1000);
  counter("nv_inference_compute_infer_duration_us", "Begin of service to answer, summed.", s.compute_infer.ns / 1000);
  counter("nv_inference_compute_output_duration_us", "Always 0.", s.compute_output.ns / 1000);
  append_metric(text, "nv_inference_pending_request_count", "gauge", "Requests in the queue.", labels, static_cast<double>(waiting));
}

}  // namespace lynxbench::stub
