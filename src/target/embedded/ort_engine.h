// One instance: a session of its own, and the batch's tensors.
#pragma once

#include <vector>

#include "target/embedded/application.h"
#include "target/embedded/engine.h"
#include "target/embedded/ort/session.h"

namespace lynxbench::target {

class OrtEngine final : public Engine {
 public:
  // `application` must live longer. The tensors are made for `max_batch` requests.
  OrtEngine(ort::Session session, const Application& application, std::int64_t max_batch);

  void preprocess(std::span<const std::uint32_t> inputs) override;
  [[nodiscard]] Status run(const std::optional<fs::path>& profile_prefix) override;
  [[nodiscard]] std::vector<std::string> postprocess() override;

 private:
  ort::Session session_;
  const Application& application_;
  std::vector<std::vector<std::byte>> memory_;  // by tensor
  std::vector<ort::InputTensor> tensors_;       // the parts of memory_ that this batch uses
  std::vector<ort::OutputTensor> outputs_;
  std::size_t batch_ = 0;
};

}  // namespace lynxbench::target
