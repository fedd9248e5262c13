// A target that sends each input as one HTTP/1.1 request: all of the family but for what its answers
// mean. Inside target only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "target/net/http_client.h"
#include "target/target.h"

namespace lynxbench::target {

class PolledHttp : public Target {
 public:
  // `requests`: the bytes of each input.
  PolledHttp(std::unique_ptr<HttpClient> client, std::vector<std::string> requests, std::vector<TargetFact> facts)
      : requests_(std::move(requests)), facts_(std::move(facts)), client_(std::move(client)) {}

  void submit(std::uint64_t index, std::uint32_t input, Answers& answers) override {
    client_->send(index, input, requests_[input], answers);
  }
  [[nodiscard]] std::uint32_t request_bytes(std::uint32_t input) const override {
    return static_cast<std::uint32_t>(requests_[input].size());
  }
  [[nodiscard]] bool is_polled() const override { return true; }
  void poll(Nanos until) override { client_->poll(until); }
  void abandon() override { client_->abandon(); }
  [[nodiscard]] ClientResources resources() const override { return client_->resources(); }
  [[nodiscard]] std::vector<TargetFact> facts() const override { return facts_; }

 private:
  std::vector<std::string> requests_;
  std::vector<TargetFact> facts_;
  std::unique_ptr<HttpClient> client_;  // goes first: it refers to the requests
};

}  // namespace lynxbench::target
