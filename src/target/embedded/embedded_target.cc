#include "target/embedded/embedded_target.h"

#include <numeric>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/text.h"
#include "base/units.h"
#include "target/embedded/application.h"
#include "target/embedded/model_source.h"
#include "target/embedded/ort/library.h"
#include "target/embedded/ort/session.h"
#include "target/embedded/ort_engine.h"
#include "target/embedded/server.h"
#include "target/facts.h"

namespace lynxbench::target {
namespace {

constexpr std::int64_t kMostInstances = 256;
constexpr std::int64_t kMostThreads = 1024;
constexpr std::int64_t kMostBatch = 4096;
constexpr std::int64_t kMostWaiting = 1 << 24;

Status check_sizes(const TargetSpec& spec) {
  struct Size {
    const char* name;
    std::int64_t value;
    std::int64_t most;
  };
  const Size sizes[] = {
      {"target.runtime.threads", spec.runtime.threads, kMostThreads},
      {"target.serving.instances", spec.serving.instances, kMostInstances},
      {"target.serving.max_batch", spec.serving.max_batch, kMostBatch},
      {"target.serving.queue_capacity", spec.serving.queue_capacity, kMostWaiting},
  };
  for (const Size& size : sizes) {
    if (size.value < 1 || size.value > size.most) {
      return error(ErrorCode::kInvalidArgument, "{} is {}: it must be 1 to {}", size.name,
                   size.value, size.most);
    }
  }
  const std::pair<const char*, Nanos> times[] = {
      {"target.serving.batch_timeout", spec.serving.batch_timeout},
      {"target.faults.preprocess_sleep", spec.faults.preprocess_sleep},
      {"target.faults.stall_after", spec.faults.stall_after},
      {"target.faults.stall_for", spec.faults.stall_for}};
  for (const auto& [name, value] : times) {
    if (value < Nanos{0}) {
      return error(ErrorCode::kInvalidArgument, "{} is {} ns: it must not be negative", name,
                   value.count());
    }
  }
  return ok_status();
}

std::string name_of(GraphOptimization optimization) {
  switch (optimization) {
    case GraphOptimization::kNone:
      return "none";
    case GraphOptimization::kBasic:
      return "basic";
    case GraphOptimization::kExtended:
      return "extended";
    case GraphOptimization::kAll:
      return "all";
  }
  CHECK(false);
  return {};
}

std::string shape_text(const RequestTensor& tensor) {
  std::vector<std::string> dims{"batch"};
  for (const std::int64_t dim : tensor.dims) dims.push_back(std::to_string(dim));
  return fmt::format("{} {}", ort::name_of(tensor.element), fmt::join(dims, "x"));
}

std::string input_shapes(const Application& application) {
  std::vector<std::string> shapes;
  for (const RequestTensor& tensor : application.tensors()) shapes.push_back(shape_text(tensor));
  return joined(shapes, "and");
}

// One full batch: what cannot work fails here.
Status try_out(Engine& engine, const Workload& workload, std::int64_t max_batch) {
  std::vector<std::uint32_t> inputs(static_cast<std::size_t>(max_batch), 0);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    inputs[i] = static_cast<std::uint32_t>(i % static_cast<std::size_t>(workload.input.distinct));
  }
  engine.preprocess(inputs);
  const Status ran = engine.run(std::nullopt);
  if (ran.ok()) return ran;
  return error(ErrorCode::kInvalidInput, "the model cannot run a batch of {}: {}", max_batch,
               ran.error().text());
}

class EmbeddedTarget final : public Target {
 public:
  EmbeddedTarget(std::unique_ptr<const ort::Library> library, ort::Environment environment,
                 std::unique_ptr<Application> application, std::vector<TargetFact> facts)
      : library_(std::move(library)),
        environment_(std::move(environment)),
        application_(std::move(application)),
        facts_(std::move(facts)) {}

  void start(const TargetSpec& spec, std::vector<std::unique_ptr<Engine>> engines, Clock& clock) {
    server_ = std::make_unique<Server>(spec.serving, spec.faults, std::move(engines), clock);
  }

  void submit(std::uint64_t index, std::uint32_t input, Answers& answers) override {
    server_->submit(index, input, answers);
  }
  [[nodiscard]] std::uint32_t request_bytes(std::uint32_t input) const override {
    return application_->request_bytes(input);
  }
  void begin_phase() override { server_->begin_phase(); }

  [[nodiscard]] Status profile(std::int64_t every, const fs::path& folder) override {
    if (every > 0 && library_->api_version() < ort::kRunProfileApi) {
      return error(ErrorCode::kUnavailable,
                   "ONNX Runtime {} cannot profile single runs: 1.{} or newer is needed",
                   library_->version(), ort::kRunProfileApi);
    }
    return server_->profile(every, folder);
  }
  [[nodiscard]] std::vector<WrittenProfile> take_profiles() override {
    return server_->take_profiles();
  }
  [[nodiscard]] std::vector<TargetFact> facts() const override { return facts_; }

 private:
  // In the order of need: what stands later uses what stands earlier.
  std::unique_ptr<const ort::Library> library_;
  ort::Environment environment_;
  std::unique_ptr<Application> application_;
  std::vector<TargetFact> facts_;
  std::unique_ptr<Server> server_;
};

std::vector<TargetFact> application_facts(const Workload& workload, const ModelSource& model,
                                          const Application& application) {
  const Layer layer = Layer::kApplication;
  const std::string source = model.source.file.empty() ? "generated" : model.source.file.filename();
  const bool checked = workload.model.name != "file";
  return {known_fact(layer, "model.name", model.name, "contract"),
          known_fact(layer, "model.sha256", model.sha256, source),
          known_fact(layer, "model.bytes", std::to_string(model.bytes), source),
          checked ? known_fact(layer, "precision", workload.precision, source)
                  : declared_fact(layer, "precision", workload.precision),
          known_fact(layer, "input.shape", input_shapes(application), source),
          known_fact(layer, "preprocessing", application.preprocessing(), "embedded target"),
          known_fact(layer, "postprocessing", application.postprocessing(), "embedded target"),
          known_fact(layer, "workload.distinct", std::to_string(workload.input.distinct),
                     "embedded target")};
}

std::vector<TargetFact> serving_facts(const TargetSpec& spec) {
  const ServingSpec& serving = spec.serving;
  std::vector<TargetFact> facts;
  const auto add = [&facts](const std::string& name, const std::string& value) {
    facts.push_back(known_fact(Layer::kServing, name, value, "embedded target"));
  };
  add("server.name", "lynxbench embedded");
  add("server.version", serving_version());
  add("instances", std::to_string(serving.instances));
  add("batching.max_batch", std::to_string(serving.max_batch));
  add("batching.timeout", exact_duration(serving.batch_timeout));
  add("queue.capacity", std::to_string(serving.queue_capacity));
  add("scheduler", "first come first served, dynamic batches");
  const FaultSpec& faults = spec.faults;
  if (faults.preprocess_sleep > Nanos{0}) {
    add("faults.preprocess_sleep", exact_duration(faults.preprocess_sleep));
  }
  if (faults.stall_for > Nanos{0}) {
    add("faults.stall_after", exact_duration(faults.stall_after));
    add("faults.stall_for", exact_duration(faults.stall_for));
  }
  return facts;
}

Result<std::vector<TargetFact>> runtime_facts(const RuntimeSpec& spec,
                                              const ort::Library& library) {
  std::vector<TargetFact> facts;
  const std::string file = library.path().filename();
  const auto add = [&](const std::string& name, const std::string& value) {
    facts.push_back(known_fact(Layer::kRuntime, name, value, file));
  };
  add("runtime.name", "ONNX Runtime");
  add("runtime.version", library.version());
  add("runtime.build", library.build());
  add("runtime.sha256", TRY(sha256_file(library.path())));
  add("provider", "CPUExecutionProvider");
  add("threads.intra", std::to_string(spec.threads));
  add("threads.inter", "1");
  add("threads.spinning", "off");
  add("graph_optimization", name_of(spec.graph_optimization));
  add("execution_mode", "sequential");
  add("runtime.path", library.path().string());
  facts.back().fact.identity = false;
  return facts;
}

}  // namespace

Result<std::unique_ptr<Target>> open_embedded(const Contract& contract, const SearchPaths& paths,
                                              Clock& clock) {
  const TargetSpec& spec = contract.target;
  TRY_STATUS(check_sizes(spec));
  std::unique_ptr<const ort::Library> library = TRY(ort::Library::load(paths.runtime_libraries));
  const ModelSource model = TRY(find_model(contract.workload, paths));
  ort::Environment environment = TRY(ort::Environment::open(*library));
  std::vector<ort::Session> sessions;
  for (std::int64_t i = 0; i < spec.serving.instances; ++i) {
    sessions.push_back(TRY(ort::Session::open(
        environment, model.source,
        {.threads = spec.runtime.threads, .graph_optimization = spec.runtime.graph_optimization})));
  }
  std::unique_ptr<Application> application =
      TRY(make_application(contract.workload, model, sessions.front()));
  std::vector<std::unique_ptr<Engine>> engines;
  for (ort::Session& session : sessions) {
    engines.push_back(
        std::make_unique<OrtEngine>(std::move(session), *application, spec.serving.max_batch));
  }
  TRY_STATUS(try_out(*engines.front(), contract.workload, spec.serving.max_batch));
  std::vector<TargetFact> facts = application_facts(contract.workload, model, *application);
  for (TargetFact& fact : serving_facts(spec)) facts.push_back(std::move(fact));
  for (TargetFact& fact : TRY(runtime_facts(spec.runtime, *library))) {
    facts.push_back(std::move(fact));
  }
  auto target = std::make_unique<EmbeddedTarget>(std::move(library), std::move(environment),
                                                 std::move(application), std::move(facts));
  target->start(spec, std::move(engines), clock);
  return std::unique_ptr<Target>(std::move(target));
}

}  // namespace lynxbench::target
