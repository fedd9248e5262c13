#include "target/command/command_target.h"

#include <algorithm>

#include "base/digest.h"
#include "target/command/command_requests.h"
#include "target/facts.h"

namespace lynxbench::target {
namespace {

std::string command_text(const std::vector<std::string>& command) {
  std::string text;
  for (const std::string& word : command) {
    if (!text.empty()) text += ' ';
    bool plain = !word.empty() && word.find_first_of(" \t\n'\"\\$&|;<>()*?") == std::string::npos;
    text += plain ? word : "'" + word + "'";
  }
  return text;
}

std::vector<TargetFact> facts_of(const Contract& contract, const std::string& program, const CommandSettings& settings) {
  const EndpointSpec& spec = contract.target.endpoint;
  const std::string why = "a command does not tell it";
  bool pipe = spec.command_mode == CommandMode::kPipe;
  std::vector<TargetFact> facts = {
      known_fact(Layer::kServing, "server.name", command_text(settings.command), "contract"),
      absent_fact(Layer::kServing, "server.version", why),
      known_fact(Layer::kServing, "command.mode", pipe ? "a process that goes on" : "a process for each request", "contract"),
      known_fact(Layer::kServing, "command.processes",
                 spec.connections == 0 ? (pipe ? "1" : "as many as requests are out") : std::to_string(spec.connections),
                 "contract")};
  Result<std::string> digest = sha256_file(program);
  facts.push_back(digest.ok() ? known_fact(Layer::kServing, "command.sha256", *digest, program)
                              : absent_fact(Layer::kServing, "command.sha256", digest.error().message));
  for (const char* name : {"instances", "batching.max_batch", "batching.timeout", "queue.capacity"}) {
    facts.push_back(absent_fact(Layer::kServing, name, why));
  }
  facts.push_back(spec.model.empty() ? absent_fact(Layer::kApplication, "model.name", why)
                                     : declared_fact(Layer::kApplication, "model.name", spec.model));
  facts.push_back(declared_fact(Layer::kApplication, "precision", contract.workload.precision));
  facts.push_back(known_fact(Layer::kApplication, "workload.distinct", std::to_string(settings.bodies.size()), "requests"));
  return facts;
}

Result<CommandSettings> settings_of(const Contract& contract, const Inputs& inputs) {
  const EndpointSpec& spec = contract.target.endpoint;
  bool pipe = spec.command_mode == CommandMode::kPipe;
  CommandSettings settings{spec.command, spec.timeout, static_cast<std::uint64_t>(spec.most_answer_bytes),
                           static_cast<std::size_t>(spec.connections), contract.workload.accuracy.method, {}, {}};
  for (const Input& input : inputs.inputs) {
    if (pipe && input.body.find('\n') != std::string::npos) {
      return error(ErrorCode::kInvalidInput, "input {} has a line end, and in pipe mode a request is one line",
                   settings.bodies.size());
    }
    settings.bodies.push_back(pipe ? input.body + '\n' : input.body);
    settings.expected.push_back(input.expected);
  }
  if (settings.bodies.empty()) {
    settings.bodies.emplace_back(pipe ? "\n" : "");
    settings.expected.emplace_back();
  }
  return settings;
}

}  // namespace

Result<std::unique_ptr<Target>> open_command(const Contract& contract, const Inputs& inputs, Clock& /*clock*/) {
  const EndpointSpec& spec = contract.target.endpoint;
  if (spec.command.empty()) {
    return error(ErrorCode::kInvalidArgument, "target.endpoint.command is missing: the program and its arguments");
  }
  Result<std::string> program = program_file(spec.command[0]);
  if (!program.ok()) {
    return error(ErrorCode::kUnavailable, "{} (target.endpoint.command)", program.error().message);
  }
  CommandSettings settings = TRY(settings_of(contract, inputs));
  std::vector<TargetFact> facts = facts_of(contract, *program, settings);
  std::unique_ptr<net::Poller> poller = TRY(net::Poller::make());
  if (spec.command_mode == CommandMode::kPerRequest) {
    return make_per_request(std::move(poller), std::move(settings), std::move(facts));
  }
  Result<std::unique_ptr<Target>> target = make_pipe(std::move(poller), std::move(settings), std::move(facts));
  if (target.ok()) return target;
  return error(ErrorCode::kUnavailable, "{} (target.endpoint.command)", target.error().message);
}

}  // namespace lynxbench::target
