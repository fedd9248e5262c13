#include "target/null_target.h"

#include "target/facts.h"

namespace lynxbench::target {
namespace {

class NullTarget final : public Target {
 public:
  explicit NullTarget(const Clock& clock) : clock_(clock) {}

  void submit(std::uint64_t index, std::uint32_t /*input*/, Answers& answers) override {
    const Nanos now = clock_.now();
    answers.answered({.index = index,
                      .status = RequestStatus::kOk,
                      .response_bytes = 0,
                      .first_byte = now,
                      .done = now,
                      .stages = std::nullopt});
  }
  [[nodiscard]] std::uint32_t request_bytes(std::uint32_t /*input*/) const override { return 0; }

  [[nodiscard]] std::vector<TargetFact> facts() const override {
    const std::string why = "the null target answers at once: it has no queue and no instances";
    return {known_fact(Layer::kServing, "server.name", "lynxbench null", "null target"),
            known_fact(Layer::kServing, "server.version", serving_version(), "null target"),
            known_fact(Layer::kServing, "scheduler", "none: answers at once", "null target"),
            absent_fact(Layer::kServing, "instances", why),
            absent_fact(Layer::kServing, "batching.max_batch", why),
            absent_fact(Layer::kServing, "batching.timeout", why),
            absent_fact(Layer::kServing, "queue.capacity", why)};
  }

 private:
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<Target> make_null_target(Clock& clock) {
  return std::make_unique<NullTarget>(clock);
}

}  // namespace lynxbench::target
