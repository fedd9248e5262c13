#include "run/server_watch.h"

#include <gtest/gtest.h>

#include <regex>

#include "base/files.h"

namespace lynxbench::run {
namespace {

using telemetry::prometheus::FetchPage;
using telemetry::prometheus::Page;

constexpr std::int64_t kSecond_ns = 1'000'000'000;

// Every value twice: what grows between the two readings is then what the first says.
std::string doubled(const std::string& text) {
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    std::smatch value;
    bool grows = !line.starts_with("#") && !line.starts_with("process_start_time");
    if (grows && std::regex_match(line, value, std::regex("(.*[} ] *)([0-9.e+-]+)"))) {
      line = fmt::format("{}{}", value[1].str(), 2 * std::stod(value[2].str()));
    }
    out += line + "\n";
    at = end + 1;
  }
  return out;
}

// A load of which nothing is known but its length, watched on a server that says what is in that file.
Reconciliation watched(const std::string& fixture) {
  std::string text = read_file("tests/data/telemetry/" + fixture).value();
  ManualClock clock(std::chrono::seconds(100));
  int readings = 0;
  FetchPage fetch = [&](const std::string&, Nanos) -> Result<Page> {
    return Page{200, readings++ == 0 ? text : doubled(text)};
  };
  EndpointSpec endpoint;
  endpoint.metrics_url = "http://h/metrics";
  ServerWatch watch(endpoint, clock, fetch);
  EXPECT_EQ(watch.first_failure(), "");
  clock.advance(std::chrono::seconds(10));
  ClientView client{.begin_ns = kSecond_ns, .end_ns = 9 * kSecond_ns, .sent = 4, .ok = 4, .e2e_total_ns = 4 * kSecond_ns};
  return watch.stop(client, std::chrono::seconds(100));
}

// Of those, each must have come from a metric of the server's documented page.
void expect_told(const Reconciliation& found, const std::vector<std::string>& durations, const std::vector<std::string>& counts) {
  EXPECT_EQ(found.server.missing, "");
  EXPECT_EQ(found.server.begin_ns, 0);
  for (const std::string& name : durations) {
    EXPECT_GT(found.server.durations.at(name).sum_s.value_or(0), 0) << name << ": " << found.server.durations.at(name).missing;
  }
  for (const std::string& name : counts) {
    EXPECT_GT(found.server.counts.at(name).value.value_or(0), 0) << name << ": " << found.server.counts.at(name).missing;
  }
  EXPECT_FALSE(found.split.parts.empty()) << found.split.missing;
}

TEST(ServerWatch, KnowsVllmByWhatItSays) {
  Reconciliation found = watched("vllm.prom");
  EXPECT_EQ(found.server.server, "vLLM");
  expect_told(found, {"queue", "prefill", "decode", "inference", "e2e", "ttft", "itl"}, {"requests_ok", "prompt_tokens", "completion_tokens"});
}

TEST(ServerWatch, KnowsSglangByWhatItSays) {
  Reconciliation found = watched("sglang.prom");
  EXPECT_EQ(found.server.server, "SGLang");
  expect_told(found, {"queue", "e2e", "ttft"}, {"requests_ok", "prompt_tokens", "completion_tokens"});
}

TEST(ServerWatch, KnowsTgiByWhatItSays) {
  Reconciliation found = watched("tgi.prom");
  EXPECT_EQ(found.server.server, "TGI");
  expect_told(found, {"validation", "queue", "inference", "e2e"}, {"requests_ok", "completion_tokens"});
}

TEST(ServerWatch, KnowsTritonByWhatItSays) {
  Reconciliation found = watched("triton.prom");
  EXPECT_EQ(found.server.server, "Triton");
  expect_told(found, {"queue", "inference", "e2e"}, {"requests_ok"});
}

TEST(ServerWatch, KnowsLlamaCppByWhatItSays) {
  Reconciliation found = watched("llamacpp.prom");
  EXPECT_EQ(found.server.server, "llama.cpp");
  expect_told(found, {"prefill", "decode"}, {"prompt_tokens", "completion_tokens"});
}

TEST(ServerWatch, AServerThatIsNotThereIsSaidAndNoFailure) {
  ManualClock clock(std::chrono::seconds(100));
  EndpointSpec endpoint;
  endpoint.metrics_url = "http://h/metrics";
  ServerWatch watch(endpoint, clock, [](const std::string&, Nanos) { return error(ErrorCode::kUnavailable, "connection refused"); });
  EXPECT_EQ(watch.first_failure(), "connection refused");
  clock.advance(std::chrono::seconds(10));
  ClientView client{.begin_ns = kSecond_ns, .end_ns = 9 * kSecond_ns, .sent = 4, .ok = 4, .e2e_total_ns = 4 * kSecond_ns};
  Reconciliation found = watch.stop(client, std::chrono::seconds(100));
  EXPECT_EQ(found.server.missing, "the server's metrics could not be read: connection refused");
  EXPECT_EQ(found.server.failed_readings, 3u);
  EXPECT_TRUE(found.comparisons.empty());
}

TEST(ServerWatch, RefusesWhatIsNoUrl) {
  EXPECT_TRUE(check_metrics_url("http://localhost:8000/metrics").ok());
  EXPECT_TRUE(check_metrics_url("https://u:s@h/metrics?x=1").ok());
  for (const char* url : {"", "localhost", "localhost:8000/metrics", "grpc://h:1", "http://", "http://h:99999/", "http://a b/"}) {
    EXPECT_FALSE(check_metrics_url(url).ok()) << url;
  }
}

}  // namespace
}  // namespace lynxbench::run
