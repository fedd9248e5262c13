#include "metrics/server_view.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "metrics/server_metrics_for_test.h"

namespace lynxbench::metrics {
namespace {

ServerView view_of(const ServerMetrics& metrics, const std::string& model = "m") {
  return server_view(metrics, model, 1 * kSecond_ns, 11 * kSecond_ns);
}
ServerMetrics two(std::vector<MetricSample> before, std::vector<MetricSample> after) {
  ServerMetrics metrics;
  metrics.scrapes = {reading(0.5, std::move(before)), reading(12, std::move(after))};
  return metrics;
}

TEST(ServerView, IsTheDifferenceOfTheReadingsAroundTheLoad) {
  ServerView view = view_of(vllm_load());
  EXPECT_EQ(view.server, "vLLM");
  EXPECT_EQ(view.model, "m");
  EXPECT_EQ(view.readings, 12u);
  EXPECT_EQ(view.begin_ns, kSecond_ns / 2);
  EXPECT_EQ(view.end_ns, 12 * kSecond_ns);
  EXPECT_NEAR(view.durations.at("queue").mean_s.value(), 0.1, 1e-12);
  EXPECT_NEAR(view.durations.at("prefill").mean_s.value(), 0.3, 1e-12);
  EXPECT_NEAR(view.durations.at("decode").sum_s.value(), 64, 1e-9);
  EXPECT_EQ(view.durations.at("e2e").count, 40);
  EXPECT_EQ(view.durations.at("itl").count, 1280);
  EXPECT_EQ(view.counts.at("requests_ok").value, 40);
  EXPECT_EQ(view.counts.at("requests_failed").value, 0);
  EXPECT_EQ(view.counts.at("prompt_tokens").value, 400);
  EXPECT_EQ(view.counts.at("completion_tokens").value, 1320);
  EXPECT_EQ(view.counts.at("preemptions").value, std::nullopt);
  EXPECT_FALSE(view.counts.at("preemptions").missing.empty());
  EXPECT_EQ(view.parts, (std::vector<std::string>{"queue", "prefill", "decode"}));
  EXPECT_TRUE(view.resets.empty());
}

TEST(ServerView, AQuantileLiesInItsBucket) {
  const std::vector<QuantileBound> quantiles = view_of(vllm_load()).durations.at("prefill").quantiles;
  ASSERT_EQ(quantiles.size(), 4u);
  for (const QuantileBound& bound : quantiles) {
    EXPECT_EQ(bound.low_s, 0.2);
    EXPECT_EQ(bound.high_s, 0.5);
  }
  ServerMetrics slow = vllm_load();
  for (ServerScrape& scrape : slow.scrapes) {
    for (MetricSample& sample : scrape.samples) {
      bool finite = sample.name.ends_with("_bucket") && sample.labels.back().second != "+Inf";
      if (finite) sample.value = 0;
    }
  }
  EXPECT_EQ(view_of(slow).durations.at("prefill").quantiles[0].high_s, std::nullopt);
  EXPECT_EQ(view_of(slow).durations.at("prefill").quantiles[0].low_s, 2.5);
}

TEST(ServerView, GaugesAreMeansOverTheReadingsDuringTheLoad) {
  ServerView view = view_of(vllm_load());
  EXPECT_EQ(view.gauges.at("running").readings, 9u);
  EXPECT_EQ(view.gauges.at("running").mean, 7);
  EXPECT_EQ(view.gauges.at("running").standard_error, 0);
  EXPECT_EQ(view.gauges.at("waiting").most, 1.4);
  EXPECT_NEAR(view.gauges.at("waiting").mean.value(), 1.2, 1e-9);  // trapezoids from 1 to 1.4 and back
  ServerMetrics edges = vllm_load();
  edges.scrapes.erase(edges.scrapes.begin() + 1, edges.scrapes.begin() + 10);
  EXPECT_EQ(view_of(edges).gauges.at("running").mean, std::nullopt);
  EXPECT_EQ(view_of(edges).gauges.at("running").missing, "no reading fell into the load");
}

TEST(ServerView, ACounterThatGoesBackIsARestart) {
  ServerMetrics metrics = vllm_load();
  for (std::size_t i = 6; i < metrics.scrapes.size(); ++i) {
    metrics.scrapes[i].samples = vllm_after(150 + static_cast<double>(i), 1, 0);  // more than before in the end
  }
  metrics.scrapes[5].samples = vllm_after(3, 1, 0);
  ServerView view = view_of(metrics);
  ASSERT_EQ(view.resets.size(), 1u);
  EXPECT_EQ(view.resets[0], "vllm:request_queue_time_seconds_count went back before 6.00 s");
  EXPECT_EQ(view.durations.at("queue").mean_s, std::nullopt);
  EXPECT_EQ(view.durations.at("queue").missing, "the server was restarted during the load");
  EXPECT_EQ(view.counts.at("requests_ok").value, std::nullopt);
  EXPECT_TRUE(view.gauges.at("running").mean.has_value());
}

TEST(ServerView, AnotherStartOfTheProcessIsARestartThoughAllCountersGrew) {
  ServerMetrics metrics = vllm_load();
  for (std::size_t i = 0; i < metrics.scrapes.size(); ++i) {
    metrics.scrapes[i].samples.push_back({"process_start_time_seconds", {}, i < 4 ? 1000.0 : 1010.0});
  }
  ServerView view = view_of(metrics);
  ASSERT_EQ(view.resets.size(), 1u);
  EXPECT_EQ(view.resets[0], "process_start_time_seconds changed before 5.00 s");
}

TEST(ServerView, ASeriesThatAppearsDuringTheLoadBeganAtZero) {
  ServerMetrics metrics = vllm_load();
  metrics.scrapes.back().samples.push_back(
      {"vllm:request_success_total", {{"engine", "0"}, {"finished_reason", "abort"}, {"model_name", "m"}}, 3});
  metrics.scrapes.back().samples.push_back(
      {"vllm:request_success_total", {{"engine", "0"}, {"finished_reason", "length"}, {"model_name", "m"}}, 5});
  ServerView view = view_of(metrics);
  EXPECT_EQ(view.counts.at("requests_failed").value, 3);
  EXPECT_EQ(view.counts.at("requests_ok").value, 45);
}

TEST(ServerView, TakesTheModelAskedForWhereTheServerHasIt) {
  ServerMetrics metrics = vllm_load();
  for (ServerScrape& scrape : metrics.scrapes) {
    for (MetricSample& sample : vllm_after(1000, 1, 1, "other")) scrape.samples.push_back(sample);
  }
  for (MetricSample& sample : metrics.scrapes.back().samples) {
    bool others = sample.labels.back() == std::pair<std::string, std::string>("model_name", "other");
    if (others && sample.name == "vllm:prompt_tokens_total") sample.value += 600;
  }
  EXPECT_EQ(view_of(metrics, "m").counts.at("prompt_tokens").value, 400);
  ServerView all = view_of(metrics, "an alias");
  EXPECT_EQ(all.model, "");
  EXPECT_EQ(all.counts.at("prompt_tokens").value, 1000);
}

TEST(ServerView, WithoutAReadingBeforeOrAfterThereIsNoView) {
  ServerMetrics metrics = vllm_load();
  metrics.scrapes.front().failure = "connection refused";
  ServerView view = view_of(metrics);
  EXPECT_EQ(view.missing, "no reading of the server's metrics succeeded before the load: connection refused");
  EXPECT_EQ(view.failed_readings, 1u);
  EXPECT_EQ(view.durations.at("e2e").missing, view.missing);
  metrics = vllm_load();
  metrics.scrapes.resize(11);
  metrics.scrapes.pop_back();
  EXPECT_EQ(view_of(metrics).missing, "no reading of the server's metrics succeeded after the load: none was made");
  metrics = {};
  metrics.missing = "connection refused";
  EXPECT_EQ(view_of(metrics).missing, "the server's metrics could not be read: connection refused");
  EXPECT_NE(view_of(two({{"up", {}, 1}}, {{"up", {}, 1}})).missing.find("of no server known here"), std::string::npos);
}

TEST(ServerView, ANameWithUnderscoresInPlaceOfColonsIsTheSame) {
  ServerView view = view_of(two({{"vllm_prompt_tokens_total", {}, 5}}, {{"vllm_prompt_tokens_total", {}, 12}}));
  EXPECT_EQ(view.server, "vLLM");
  EXPECT_EQ(view.counts.at("prompt_tokens").value, 7);
}

TEST(ServerView, ANumberThatIsNoneIsMissing) {
  double nan = std::numeric_limits<double>::quiet_NaN();
  ServerView view = view_of(two({{"vllm:prompt_tokens_total", {}, 5}}, {{"vllm:prompt_tokens_total", {}, nan}}));
  EXPECT_EQ(view.counts.at("prompt_tokens").value, std::nullopt);
}

// SGLang tells a gauge as a whole (priority "") and by priority, and by data-parallel rank.
TEST(ServerView, AWholeAndItsPartsAreNotAddedUp) {
  auto at = [](double requests) {
    std::vector<MetricSample> samples = {{"sglang:num_running_reqs", {{"priority", ""}}, 4},
                                         {"sglang:num_running_reqs", {{"priority", "1"}}, 4},
                                         {"sglang:num_queue_reqs", {{"dp_rank", "0"}}, 2},
                                         {"sglang:num_queue_reqs", {{"dp_rank", "1"}}, 3},
                                         {"sglang:num_requests_total", {}, requests},
                                         {"sglang:num_aborted_requests_total", {}, 1},
                                         {"sglang:queue_time_seconds_sum", {}, 0.2 * requests},
                                         {"sglang:queue_time_seconds_count", {}, requests}};
    for (const char* stage : {"prefill_forward", "decode_loop"}) {
      samples.push_back({"sglang:per_stage_req_latency_seconds_sum", {{"stage", stage}}, 0.05 * requests});
      samples.push_back({"sglang:per_stage_req_latency_seconds_count", {{"stage", stage}}, requests});
    }
    return samples;
  };
  ServerMetrics metrics = two(at(10), at(30));
  metrics.scrapes.insert(metrics.scrapes.begin() + 1, reading(5, at(20)));
  ServerView view = view_of(metrics);
  EXPECT_EQ(view.server, "SGLang");
  EXPECT_EQ(view.gauges.at("running").mean, 4);
  EXPECT_EQ(view.gauges.at("waiting").mean, 5);
  EXPECT_NEAR(view.durations.at("queue").mean_s.value(), 0.2, 1e-12);
  EXPECT_NEAR(view.durations.at("prefill").mean_s.value(), 0.05, 1e-12);
  EXPECT_EQ(view.durations.at("prefill").count, 20);
  EXPECT_EQ(view.durations.at("decode").missing, "SGLang keeps no time of decoding by request");
}

TEST(ServerView, TritonsCountersAreMicrosecondsByItsRequests) {
  auto at = [](double requests) {
    MetricLabels of = {{"model", "resnet"}, {"version", "1"}};
    return std::vector<MetricSample>{{"nv_inference_request_success", of, requests},
                                     {"nv_inference_request_failure", {{"model", "resnet"}, {"reason", "REJECTED"}}, 2},
                                     {"nv_inference_queue_duration_us", of, 100 * requests},
                                     {"nv_inference_compute_input_duration_us", of, 20 * requests},
                                     {"nv_inference_compute_infer_duration_us", of, 3000 * requests},
                                     {"nv_inference_compute_output_duration_us", of, 30 * requests},
                                     {"nv_inference_request_duration_us", of, 3200 * requests},
                                     {"nv_inference_pending_request_count", of, 1}};
  };
  ServerView view = view_of(two(at(5), at(25)), "resnet");
  EXPECT_EQ(view.server, "Triton");
  EXPECT_EQ(view.counts.at("requests_ok").value, 20);
  EXPECT_EQ(view.counts.at("requests_failed").value, 0);
  EXPECT_NEAR(view.durations.at("queue").mean_s.value(), 100e-6, 1e-12);
  EXPECT_NEAR(view.durations.at("inference").mean_s.value(), 3e-3, 1e-12);
  EXPECT_NEAR(view.durations.at("e2e").mean_s.value(), 3.2e-3, 1e-12);
  EXPECT_EQ(view.counts.at("prompt_tokens").missing, "Triton knows no tokens");
  EXPECT_EQ(view.durations.at("queue").source, "nv_inference_queue_duration_us");
}

TEST(ServerView, TritonsStatisticsAreNanoseconds) {
  auto at = [](double requests) {
    MetricLabels of = {{"model", "resnet"}, {"version", "1"}};
    return std::vector<MetricSample>{{"triton_stats:success:count", of, requests},
                                     {"triton_stats:success:ns", of, 5000 * requests},
                                     {"triton_stats:fail:count", of, 0},
                                     {"triton_stats:queue:ns", of, 2000 * requests}};
  };
  ServerView view = view_of(two(at(1), at(11)), "resnet");
  EXPECT_NEAR(view.durations.at("queue").mean_s.value(), 2e-6, 1e-15);
  EXPECT_NEAR(view.durations.at("e2e").mean_s.value(), 5e-6, 1e-15);
  EXPECT_EQ(view.counts.at("requests_ok").value, 10);
}

TEST(ServerView, TgiCountsFailuresByReasonAndTokensInHistograms) {
  auto at = [](double requests) {
    return std::vector<MetricSample>{{"tgi_queue_size", {}, 2},
                                     {"tgi_batch_current_size", {}, 3},
                                     {"tgi_request_success", {{"method", "generate"}}, requests},
                                     {"tgi_request_success", {{"method", "generate_stream"}}, requests},
                                     {"tgi_request_failure", {{"err", "overloaded"}}, requests / 10},
                                     {"tgi_request_duration_sum", {}, requests},
                                     {"tgi_request_duration_count", {}, 2 * requests},
                                     {"tgi_request_generated_tokens_sum", {}, 36 * requests}};
  };
  ServerView view = view_of(two(at(10), at(30)));
  EXPECT_EQ(view.server, "TGI");
  EXPECT_EQ(view.counts.at("requests_ok").value, 40);
  EXPECT_EQ(view.counts.at("requests_failed").value, 2);
  EXPECT_EQ(view.counts.at("completion_tokens").value, 720);
  EXPECT_EQ(view.durations.at("e2e").mean_s, 0.5);
  EXPECT_EQ(view.durations.at("ttft").missing, "TGI keeps no time to the first token");
}

TEST(ServerView, LlamaCppHasSumsAndNoCounts) {
  auto at = [](double requests) {
    return std::vector<MetricSample>{{"llamacpp:prompt_tokens_total", {}, 8 * requests},
                                     {"llamacpp:prompt_seconds_total", {}, 0.1 * requests},
                                     {"llamacpp:tokens_predicted_total", {}, 9 * requests},
                                     {"llamacpp:tokens_predicted_seconds_total", {}, 0.4 * requests},
                                     {"llamacpp:requests_processing", {}, 1},
                                     {"llamacpp:requests_deferred", {}, 0}};
  };
  ServerView view = view_of(two(at(1), at(11)));
  EXPECT_EQ(view.server, "llama.cpp");
  EXPECT_NEAR(view.durations.at("prefill").sum_s.value(), 1, 1e-12);
  EXPECT_EQ(view.durations.at("prefill").mean_s, std::nullopt);
  EXPECT_FALSE(view.durations.at("prefill").missing.empty());
  EXPECT_EQ(view.counts.at("requests_ok").missing, "llama.cpp does not count requests");
  EXPECT_EQ(view.counts.at("completion_tokens").value, 90);
}

// A language model's server inside Triton: each tells its own.
TEST(ServerView, OfSeveralServersAtOneAddressItIsTheOneThatDidSomething) {
  auto at = [](double vllm, double triton) {
    std::vector<MetricSample> samples = vllm_after(vllm, 0, 0);
    samples.push_back({"nv_inference_request_success", {{"model", "m"}, {"version", "1"}}, triton});
    return samples;
  };
  EXPECT_EQ(view_of(two(at(1, 1), at(9, 9))).server, "vLLM");
  EXPECT_EQ(view_of(two(at(1, 1), at(1, 9))).server, "Triton");
  EXPECT_EQ(view_of(two(at(1, 1), at(1, 9))).counts.at("requests_ok").value, 8);
  EXPECT_EQ(view_of(two(at(1, 1), at(1, 1))).server, "vLLM");
}

TEST(ServerView, SaysWhatReadingCost) {
  ServerMetrics metrics = vllm_load();
  metrics.period_ns = kSecond_ns;
  metrics.cpu_ns = 7'000'000;
  metrics.source = "http://h/metrics";
  metrics.scrapes[2].bytes = 4000;
  ServerView view = view_of(metrics);
  EXPECT_EQ(view.source, "http://h/metrics");
  EXPECT_EQ(view.period_ns, kSecond_ns);
  EXPECT_EQ(view.cpu_ns, 7'000'000);
  EXPECT_EQ(view.most_bytes, 4000u);
  EXPECT_EQ(view.longest_reading_ns, 2'000'000);
}

TEST(ServerView, NothingCountedGivesNoMean) {
  ServerView view = view_of(two(vllm_after(7, 0, 0), vllm_after(7, 0, 0)));
  EXPECT_EQ(view.counts.at("requests_ok").value, 0);
  EXPECT_EQ(view.durations.at("e2e").mean_s, std::nullopt);
  EXPECT_EQ(view.durations.at("e2e").missing, "it counted nothing during the load");
}

}  // namespace
}  // namespace lynxbench::metrics
