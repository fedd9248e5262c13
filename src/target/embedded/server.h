// The serving layer in this process: a bounded queue, a dynamic batcher and instances, each a
// thread with an engine of its own. Times every stage of every request.
//
//   Server server(spec.serving, spec.faults, std::move(engines), clock);
//   server.submit(index, input, answers);      // answered from an instance's thread
#pragma once

#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "model/contract.h"
#include "target/embedded/batch_queue.h"
#include "target/embedded/engine.h"
#include "target/embedded/profiles.h"
#include "target/target.h"

namespace lynxbench::target {

class Server {
 public:
  // One instance per engine.
  Server(const ServingSpec& serving, const FaultSpec& faults,
         std::vector<std::unique_ptr<Engine>> engines, Clock& clock);
  // Requests still waiting are answered kFailed, then the batches that have begun are finished.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Never blocks: a request that finds the queue full is answered kRejected before this returns.
  void submit(std::uint64_t index, std::uint32_t input, Answers& answers);
  void begin_phase() { queue_.begin_phase(); }
  [[nodiscard]] Status profile(std::int64_t every, const fs::path& folder) {
    return profiles_.start(every, folder);
  }
  [[nodiscard]] std::vector<WrittenProfile> take_profiles() { return profiles_.take(); }

 private:
  void serve(std::uint32_t instance, Engine& engine);
  void process(const Batch& batch, std::uint32_t instance, Engine& engine);

  const FaultSpec faults_;
  Clock& clock_;
  BatchQueue queue_;
  Profiles profiles_;
  std::vector<std::unique_ptr<Engine>> engines_;
  std::vector<std::jthread> threads_;
};

}  // namespace lynxbench::target
