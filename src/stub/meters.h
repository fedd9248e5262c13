// What the stub says of itself, as servers do: vLLM's metrics for OpenAI requests, Triton's metrics and
// statistics for KServe's. Derived from the same moments as the truth, so a client that reconciles its
// figures with the server's can be tested. Inside stub only.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/kserve.h"
#include "stub/truth.h"

namespace lynxbench::stub {

// Prometheus' histogram of seconds or counts.
class Buckets {
 public:
  explicit Buckets(std::span<const double> bounds) : bounds_(bounds), counts_(bounds.size() + 1) {}
  void add(double value);
  void append(std::string_view name, std::string_view help, std::string_view labels, std::string& text) const;

 private:
  std::span<const double> bounds_;
  std::vector<std::uint64_t> counts_;  // each of its own cell
  double sum_ = 0;
};

// The moments of a request that is over; on one clock.
struct Measured {
  bool openai = false;  // else KServe
  bool ok = false;
  bool length_limited = false;
  std::int64_t arrival_ns = 0, begin_ns = 0;  // begin: of service
  std::optional<std::int64_t> first_content_ns;
  std::int64_t last_ns = 0;  // the last content, or the answer
  std::uint32_t prompt_tokens = 0, tokens = 0;
  std::uint32_t batch = 0, batch_size = 1;
};

class Meters {
 public:
  explicit Meters(std::string model);

  // Requests with a route that is measured: those in a queue, those in service. Kept by the engine.
  std::int64_t waiting = 0;
  std::int64_t running = 0;

  void prompt(std::uint32_t tokens) { prompt_tokens_ += tokens; }
  void generated(std::uint32_t tokens) { generation_tokens_ += tokens; }
  void gap(std::int64_t itl_ns);
  void over(const Measured& request);

  [[nodiscard]] std::string prometheus_text() const;
  [[nodiscard]] protocol::ModelStatistics statistics() const { return statistics_; }

 private:
  void over_openai(const Measured& request);
  void over_kserve(const Measured& request);
  void append_vllm(std::string& text) const;
  void append_triton(std::string& text) const;

  std::string model_;
  Buckets ttft_, itl_, e2e_, queue_, inference_, prefill_, decode_, prompt_length_, answer_length_;
  std::uint64_t prompt_tokens_ = 0, generation_tokens_ = 0;
  std::array<std::uint64_t, 3> finished_{};  // stop, length, abort
  protocol::ModelStatistics statistics_;
  std::uint32_t last_batch_ = 0;
};

}  // namespace lynxbench::stub
