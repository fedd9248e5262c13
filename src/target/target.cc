#include "target/target.h"

#include "target/command/command_target.h"
#include "target/embedded/embedded_target.h"
#include "target/http/http_target.h"
#include "target/kserve_grpc/grpc_target.h"
#include "target/kserve_http/http_target.h"
#include "target/null_target.h"
#include "target/openai/openai_target.h"

namespace lynxbench::target {

Status Target::profile(std::int64_t /*every*/, const fs::path& /*folder*/) {
  return error(ErrorCode::kUnavailable, "this target has no profiler");
}

Result<std::unique_ptr<Target>> open(const Contract& contract, const Inputs& inputs,
                                     const SearchPaths& paths, Clock& clock) {
  const std::string& kind = contract.target.kind;
  if (kind == "null") return make_null_target(clock);
  if (kind == "embedded") return open_embedded(contract, paths, clock);
  if (kind == "command") return open_command(contract, inputs, clock);
  if (kind == "kserve-grpc") return open_kserve_grpc(contract, inputs, clock);
  if (kind == "kserve-http") return open_kserve_http(contract, inputs, clock);
  if (kind == "http") return open_http(contract, inputs);
  if (kind == "openai-chat") return open_openai(protocol::OpenAiKind::kChat, contract, inputs);
  if (kind == "openai-completions") return open_openai(protocol::OpenAiKind::kCompletions, contract, inputs);
  return error(ErrorCode::kInvalidArgument,
               "target.kind is \"{}\": it must be \"embedded\", \"http\", \"openai-chat\", "
               "\"openai-completions\", \"kserve-http\", \"kserve-grpc\", \"command\" or \"null\"",
               kind);
}

}  // namespace lynxbench::target
