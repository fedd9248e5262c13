#include "target/embedded/server.h"

#include <pthread.h>

#include <span>
#include <string>
#include <utility>

namespace lynxbench::target {
namespace {

Answer without_stages(const WaitingRequest& request, RequestStatus status, Nanos now) {
  return {.index = request.index, .status = status, .first_byte = now, .done = now, .stages = {}};
}

std::vector<std::uint32_t> inputs_of(const Batch& batch) {
  std::vector<std::uint32_t> inputs;
  for (const WaitingRequest& request : batch.requests) inputs.push_back(request.input);
  return inputs;
}

}  // namespace

Server::Server(const ServingSpec& serving, const FaultSpec& faults,
               std::vector<std::unique_ptr<Engine>> engines, Clock& clock)
    : faults_(faults),
      clock_(clock),
      queue_(serving, faults, clock),
      profiles_(clock),
      engines_(std::move(engines)) {
  for (std::uint32_t instance = 0; instance < engines_.size(); ++instance) {
    threads_.emplace_back([this, instance] { serve(instance, *engines_[instance]); });
  }
}

Server::~Server() {
  for (const WaitingRequest& request : queue_.close()) {
    request.answers->answered(without_stages(request, RequestStatus::kFailed, clock_.now()));
  }
  threads_.clear();  // joins: batches that have begun are finished
}

void Server::submit(std::uint64_t index, std::uint32_t input, Answers& answers) {
  const WaitingRequest request{.index = index, .input = input, .answers = &answers};
  if (queue_.offer(request)) return;
  answers.answered(without_stages(request, RequestStatus::kRejected, clock_.now()));
}

void Server::serve(std::uint32_t instance, Engine& engine) {
  const std::string name = fmt::format("instance-{}", instance);
  pthread_setname_np(pthread_self(), name.c_str());
  while (const std::optional<Batch> batch = queue_.next()) process(*batch, instance, engine);
}

void Server::process(const Batch& batch, std::uint32_t instance, Engine& engine) {
  const std::vector<std::uint32_t> inputs = inputs_of(batch);
  const std::optional<fs::path> prefix = profiles_.prefix_for(batch.id);
  ServerStages stages{.closed_ns = batch.closed.count(),
                      .batch = batch.id,
                      .batch_size = static_cast<std::uint32_t>(inputs.size()),
                      .instance = instance,
                      .profile = std::nullopt};
  stages.pre_begin_ns = clock_.now().count();
  if (faults_.preprocess_sleep > Nanos{0}) {
    clock_.sleep_until(Nanos{stages.pre_begin_ns} + faults_.preprocess_sleep);
  }
  engine.preprocess(inputs);
  stages.pre_end_ns = clock_.now().count();
  stages.run_begin_ns = clock_.now().count();
  const Status ran = engine.run(prefix);
  stages.run_end_ns = clock_.now().count();
  if (prefix && ran.ok()) profiles_.written(batch.id, *prefix);
  std::vector<std::string> bodies;
  if (ran.ok()) bodies = engine.postprocess();
  stages.post_end_ns = clock_.now().count();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const WaitingRequest& request = batch.requests[i];
    Answer answer = without_stages(request, ran.ok() ? RequestStatus::kOk : RequestStatus::kFailed,
                                   clock_.now());
    if (ran.ok()) {
      answer.response_bytes = static_cast<std::uint32_t>(bodies[i].size());
      stages.accepted_ns = request.accepted.count();
      stages.opened_ns = batch.opened_for(request).count();
      answer.stages = stages;
    }
    request.answers->answered(answer);
  }
}

}  // namespace lynxbench::target
