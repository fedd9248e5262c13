// What a load of any length keeps: `lynxbench load`'s own code (run::load) against a polled target that
// answers at once in simulated time, so that ten million requests take seconds. Answers may be streamed.
//
//   load_memory --requests 10000000 [--chunks 8] [--threads 1]
#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "base/clock.h"
#include "bench/process_cost.h"
#include "run/load.h"

namespace {

using namespace lynxbench;

// Time goes on only while somebody waits. Answers a request 100 us after it was sent, with a piece of
// content every 10 us from then on.
class InstantServer final : public Clock, public target::Target {
 public:
  explicit InstantServer(std::uint32_t chunks) : chunks_(chunks) {}
  [[nodiscard]] Nanos now() const override { return now_; }
  void sleep_until(Nanos when) override { now_ = std::max(now_, when); }

  void submit(std::uint64_t index, std::uint32_t, target::Answers& answers) override { waiting_.push_back({index, now_, &answers}); }
  [[nodiscard]] std::uint32_t request_bytes(std::uint32_t) const override { return 100; }
  [[nodiscard]] bool is_polled() const override { return true; }
  void poll(Nanos until) override {
    while (!waiting_.empty()) {
      Waiting one = waiting_.back();
      waiting_.pop_back();
      answer(one);
    }
    now_ = std::max(now_, until);
  }
  void abandon() override { waiting_.clear(); }
  [[nodiscard]] std::vector<TargetFact> facts() const override { return {}; }

 private:
  struct Waiting {
    std::uint64_t index;
    Nanos sent;
    target::Answers* answers;
  };
  void answer(const Waiting& one) {
    target::Answer answer;
    answer.index = one.index;
    answer.first_byte = one.sent + Nanos{100'000} + Nanos{static_cast<std::int64_t>(answered_++ % 1000) * 100};
    answer.done = answer.first_byte + Nanos{10'000} * chunks_;
    Exchange exchange;
    if (chunks_ > 0) {
      exchange.first_event_ns = exchange.first_content_ns = exchange.first_answer_ns = answer.first_byte.count();
      exchange.content_chunks = chunks_;
      exchange.completion_tokens = chunks_;
      exchange.prompt_tokens = 128;
      for (std::uint32_t i = 0; i < chunks_; ++i) {
        exchange.chunks.push_back({(answer.first_byte + Nanos{10'000} * i).count(), 1, Channel::kAnswer, true});
      }
      exchange.last_content_ns = exchange.chunks.back().at_ns;
      answer.exchange = &exchange;
    }
    one.answers->answered(answer);
  }

  std::uint32_t chunks_;
  std::uint64_t answered_ = 0;
  Nanos now_{1'000'000'000};
  std::vector<Waiting> waiting_;
};

// A share's target is its own; its clock is the first one's, so only one thread can be simulated.
class Borrowed final : public target::Target {
 public:
  explicit Borrowed(InstantServer& server) : server_(server) {}
  void submit(std::uint64_t index, std::uint32_t input, target::Answers& answers) override { server_.submit(index, input, answers); }
  [[nodiscard]] std::uint32_t request_bytes(std::uint32_t input) const override { return server_.request_bytes(input); }
  [[nodiscard]] bool is_polled() const override { return true; }
  void poll(Nanos until) override { server_.poll(until); }
  void abandon() override { server_.abandon(); }
  [[nodiscard]] std::vector<TargetFact> facts() const override { return {}; }

 private:
  InstantServer& server_;
};

}  // namespace

int main(int argc, char** argv) {
  double requests = 10e6, rate_per_s = 100'000;
  std::uint32_t chunks = 0;
  CLI::App app{"Memory of a load, by requests"};
  app.add_option("--requests", requests, "how many")->check(CLI::PositiveNumber);
  app.add_option("--chunks", chunks, "pieces of each answer (0: not streamed)");
  CLI11_PARSE(app, argc, argv);

  InstantServer server(chunks);
  Inputs inputs;
  run::LoadJob job;
  job.contract.target.kind = "bench";
  job.contract.slo = {0.99, Nanos{1'000'000}, LatencyMetric::kE2e, {}};
  LoadPoint point;
  point.load.arrival = Arrival::kPoisson;
  point.load.rate_per_s = rate_per_s;
  point.duration = Nanos{static_cast<std::int64_t>(requests / rate_per_s * 1e9)};
  job.contract.load.points = {point};
  const double before = bench::rss_bytes(), cpu_before = bench::cpu_us();
  SystemClock wall;
  Nanos started = wall.now();
  run::LoadContext context{.clock = server, .inputs = inputs,
                           .open = [&]() -> Result<std::unique_ptr<target::Target>> { return std::unique_ptr<target::Target>(std::make_unique<Borrowed>(server)); },
                           .probing = run::Probing::kOff};
  Result<LoadFigures> figures = run::load(job, context);
  if (!figures.ok()) {
    std::fprintf(stderr, "load_memory: %s\n", figures.error().text().c_str());
    return 1;
  }
  double n = static_cast<double>(figures->counts.due);
  double grown = bench::peak_rss_bytes() - before;
  std::printf("%.0f requests, %u chunks each: %.1f MB more at the peak, %.2f MB a million requests; %.2f us of CPU a request, %.1f s\n", n,
              chunks, grown / 1e6, grown / n, (bench::cpu_us() - cpu_before) / n, static_cast<double>((wall.now() - started).count()) / 1e9);
  std::printf("  e2e p50 %.0f ns, p99 %.0f ns, p99.9 %.0f ns; SLO: %s\n", figures->figures.at("e2e.p50").value.value_or(0),
              figures->figures.at("e2e.p99").value.value_or(0), figures->figures.at("e2e.p99.9").value.value_or(0),
              figures->slo[0].step.reason.c_str());
  return 0;
}
