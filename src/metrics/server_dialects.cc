// Sources: the servers' documentation of their metrics (vLLM "Production Metrics" and its metrics
// design document, SGLang "Production Metrics", TGI "Metrics", Triton "Metrics" and "Statistics
// Extension", llama.cpp tools/server/README.md).
#include "metrics/server_dialects.h"

namespace lynxbench::metrics {
namespace {

Dialect vllm() {
  return {.server = "vLLM",
          .marks = {"vllm:", "vllm_"},
          .model_label = "model_name",
          .durations = {{.role = "queue", .name = "vllm:request_queue_time_seconds"},
                        {.role = "prefill", .name = "vllm:request_prefill_time_seconds"},
                        {.role = "decode", .name = "vllm:request_decode_time_seconds"},
                        {.role = "inference", .name = "vllm:request_inference_time_seconds"},
                        {.role = "e2e", .name = "vllm:e2e_request_latency_seconds"},
                        {.role = "ttft", .name = "vllm:time_to_first_token_seconds"},
                        {.role = "itl", .name = "vllm:inter_token_latency_seconds"},
                        {.role = "itl", .name = "vllm:time_per_output_token_seconds"}},
          .counts = {{.role = "requests_ok", .name = "vllm:request_success_total", .label = "finished_reason",
                      .without = {"abort", "error"}},
                     {.role = "requests_failed", .name = "vllm:request_success_total", .label = "finished_reason",
                      .with = {"abort", "error"}},
                     {.role = "prompt_tokens", .name = "vllm:prompt_tokens_total"},
                     {.role = "completion_tokens", .name = "vllm:generation_tokens_total"},
                     {.role = "preemptions", .name = "vllm:num_preemptions_total"}},
          .gauges = {{"running", "vllm:num_requests_running"}, {"waiting", "vllm:num_requests_waiting"}},
          .parts = {"queue", "prefill", "decode"},
          .absent = {}};
}

Dialect sglang() {
  return {.server = "SGLang",
          .marks = {"sglang:", "sglang_"},
          .model_label = "model_name",
          .durations = {{.role = "queue", .name = "sglang:queue_time_seconds"},
                        {.role = "prefill", .name = "sglang:per_stage_req_latency_seconds", .label = "stage",
                         .label_value = "prefill_forward"},
                        {.role = "e2e", .name = "sglang:e2e_request_latency_seconds"},
                        {.role = "ttft", .name = "sglang:time_to_first_token_seconds"},
                        {.role = "itl", .name = "sglang:inter_token_latency_seconds"},
                        {.role = "itl", .name = "sglang:time_per_output_token_seconds"}},
          .counts = {{.role = "requests_ok", .name = "sglang:num_requests_total"},
                     {.role = "requests_failed", .name = "sglang:num_aborted_requests_total"},
                     {.role = "prompt_tokens", .name = "sglang:prompt_tokens_total"},
                     {.role = "completion_tokens", .name = "sglang:generation_tokens_total"}},
          .gauges = {{"running", "sglang:num_running_reqs"}, {"waiting", "sglang:num_queue_reqs"}},
          .parts = {"queue", "prefill"},
          .absent = {{"decode", "SGLang keeps no time of decoding by request"},
                     {"inference", "SGLang keeps no time of inference by request"}}};
}

Dialect tgi() {
  return {.server = "TGI",
          .marks = {"tgi_"},
          .model_label = {},
          .durations = {{.role = "validation", .name = "tgi_request_validation_duration"},
                        {.role = "queue", .name = "tgi_request_queue_duration"},
                        {.role = "inference", .name = "tgi_request_inference_duration"},
                        {.role = "e2e", .name = "tgi_request_duration"},
                        {.role = "itl", .name = "tgi_request_mean_time_per_token_duration"}},
          .counts = {{.role = "requests_ok", .name = "tgi_request_success"},
                     {.role = "requests_failed", .name = "tgi_request_failure"},
                     {.role = "prompt_tokens", .name = "tgi_request_input_length_sum"},
                     {.role = "completion_tokens", .name = "tgi_request_generated_tokens_sum"}},
          .gauges = {{"running", "tgi_batch_current_size"}, {"waiting", "tgi_queue_size"}},
          .parts = {"validation", "queue", "inference"},
          .absent = {{"prefill", "TGI keeps the time of prefill by batch, not by request"},
                     {"decode", "TGI keeps the time of decoding by batch, not by request"},
                     {"ttft", "TGI keeps no time to the first token"}}};
}

Dialect llama_cpp() {
  return {.server = "llama.cpp",
          .marks = {"llamacpp:", "llamacpp_"},
          .model_label = {},
          .durations = {{.role = "prefill", .name = "llamacpp:prompt_seconds_total", .count = "-"},
                        {.role = "decode", .name = "llamacpp:tokens_predicted_seconds_total", .count = "-"}},
          .counts = {{.role = "prompt_tokens", .name = "llamacpp:prompt_tokens_total"},
                     {.role = "completion_tokens", .name = "llamacpp:tokens_predicted_total"}},
          .gauges = {{"running", "llamacpp:requests_processing"}, {"waiting", "llamacpp:requests_deferred"}},
          .parts = {"prefill", "decode"},
          .absent = {{"requests_ok", "llama.cpp does not count requests"},
                     {"requests_failed", "llama.cpp does not count requests"},
                     {"queue", "llama.cpp keeps no time of waiting"},
                     {"e2e", "llama.cpp keeps no time of whole requests"},
                     {"ttft", "llama.cpp keeps no time to the first token"}}};
}

Dialect triton() {
  constexpr double kMicro = 1e-6, kMilli = 1e-3;
  constexpr const char* kRequests = "nv_inference_request_success";
  return {.server = "Triton",
          .marks = {"nv_inference_"},
          .model_label = "model",
          .durations = {{"queue", "nv_inference_queue_duration_us", kMicro, kRequests},
                        {"compute_input", "nv_inference_compute_input_duration_us", kMicro, kRequests},
                        {"inference", "nv_inference_compute_infer_duration_us", kMicro, kRequests},
                        {"compute_output", "nv_inference_compute_output_duration_us", kMicro, kRequests},
                        {"e2e", "nv_inference_request_duration_us", kMicro, kRequests},
                        {"queue", "nv_inference_queue_summary_us", kMicro},
                        {"ttft", "nv_inference_first_response_histogram_ms", kMilli}},
          .counts = {{.role = "requests_ok", .name = kRequests},
                     {.role = "requests_failed", .name = "nv_inference_request_failure"}},
          .gauges = {{"waiting", "nv_inference_pending_request_count"}},
          .parts = {"queue", "compute_input", "inference", "compute_output"},
          .absent = {{"prefill", "Triton knows no tokens"},
                     {"decode", "Triton knows no tokens"},
                     {"prompt_tokens", "Triton knows no tokens"},
                     {"completion_tokens", "Triton knows no tokens"},
                     {"running", "Triton keeps no count of requests in execution"}}};
}

Dialect triton_statistics() {
  constexpr double kNano = 1e-9;
  return {.server = "Triton",
          .marks = {"triton_stats:"},
          .model_label = "model",
          .durations = {{"queue", "triton_stats:queue:ns", kNano, "triton_stats:success:count"},
                        {"compute_input", "triton_stats:compute_input:ns", kNano, "triton_stats:success:count"},
                        {"inference", "triton_stats:compute_infer:ns", kNano, "triton_stats:success:count"},
                        {"compute_output", "triton_stats:compute_output:ns", kNano, "triton_stats:success:count"},
                        {"e2e", "triton_stats:success:ns", kNano, "triton_stats:success:count"}},
          .counts = {{.role = "requests_ok", .name = "triton_stats:success:count"},
                     {.role = "requests_failed", .name = "triton_stats:fail:count"}},
          .gauges = {},
          .parts = {"queue", "compute_input", "inference", "compute_output"},
          .absent = {{"running", "Triton's statistics have no gauges"}, {"waiting", "Triton's statistics have no gauges"}}};
}

}  // namespace

std::span<const Dialect> dialects() {
  static const std::vector<Dialect> kDialects = {vllm(), sglang(), tgi(), llama_cpp(), triton(), triton_statistics()};
  return kDialects;
}

}  // namespace lynxbench::metrics
