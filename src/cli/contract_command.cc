#include <memory>

#include "cli/commands.h"
#include "cli/shared.h"
#include "contract/contract.h"
#include "model/json.h"

namespace lynxbench::cli {
namespace {

struct ContractArguments {
  std::string file;
  std::string name = "mine";
  std::string kind = "embedded";
  bool schema = false;
  std::vector<std::string> levers;
};
using Shared = std::shared_ptr<ContractArguments>;

Result<ExitCode> check(const ContractArguments& arguments) {
  ReadContract read = TRY(read_contract(arguments.file, {}));
  TRY_STATUS(print_out(fmt::format("{}: a valid contract\ndigest {}", arguments.file, contract::digest(read.contract))));
  return ExitCode::kDone;
}

Result<ExitCode> show(const ContractArguments& arguments) {
  if (arguments.schema) {
    TRY_STATUS(print_out(std::string(contract::schema())));
    return ExitCode::kDone;
  }
  if (arguments.file.empty()) return error(ErrorCode::kInvalidArgument, "name a contract, or --schema");
  ReadContract read = TRY(read_contract(arguments.file, arguments.levers));
  TRY_STATUS(print_out(pretty_text(Json(read.contract))));
  return ExitCode::kDone;
}

Result<ExitCode> digest(const ContractArguments& arguments) {
  ReadContract read = TRY(read_contract(arguments.file, arguments.levers));
  TRY_STATUS(print_out(contract::digest(read.contract)));
  return ExitCode::kDone;
}

Result<ExitCode> init(const ContractArguments& arguments) {
  std::string text = TRY(contract::initial(arguments.name, arguments.kind));
  TRY_STATUS(print_out(text));
  return ExitCode::kDone;
}

CLI::App* add(CLI::App* group, Commands& commands, const Shared& arguments, const std::string& name,
              const std::string& what, Result<ExitCode> (*action)(const ContractArguments&)) {
  CLI::App* app = group->add_subcommand(name, what);
  app->callback([&commands, arguments, action] { commands.action = [=] { return action(*arguments); }; });
  return app;
}

}  // namespace

void add_contract(Commands& commands) {
  auto arguments = std::make_shared<ContractArguments>();
  CLI::App* group = commands.app.add_subcommand("contract", "Write, check and identify contracts");
  group->require_subcommand(1);
  CLI::App* init_app = add(group, commands, arguments, "init", "Print a contract to start from", init);
  init_app->add_option("--name", arguments->name, "Its name")->capture_default_str();
  init_app->add_option("--for", arguments->kind,
                       "What is measured: embedded, openai-chat, openai-completions, kserve-http, kserve-grpc, http or "
                       "command")
      ->capture_default_str();
  init_app->footer("Examples:\n  lynxbench contract init --name checkout > checkout.yaml\n"
                   "  lynxbench contract init --for openai-chat --name chat > chat.yaml");
  CLI::App* check_app = add(group, commands, arguments, "check", "Say everything that is wrong with a contract", check);
  check_app->add_option("contract", arguments->file, "The contract, a YAML file")->required();
  check_app->footer("Example:\n  lynxbench contract check contracts/quickstart.yaml");
  CLI::App* show_app = add(group, commands, arguments, "show", "Print a contract as it is understood, as JSON", show);
  show_app->add_option("contract", arguments->file, "The contract, a YAML file");
  show_app->add_option("--set", arguments->levers, "With one term changed: KEY=VALUE")->allow_extra_args(false);
  show_app->add_flag("--schema", arguments->schema, "Print the JSON Schema of contracts instead");
  show_app->footer("Examples:\n  lynxbench contract show contracts/quickstart.yaml\n"
                   "  lynxbench contract show --schema > contract.schema.json");
  CLI::App* digest_app = add(group, commands, arguments, "digest", "Print the digest that teams sign", digest);
  digest_app->add_option("contract", arguments->file, "The contract, a YAML file")->required();
  digest_app->add_option("--set", arguments->levers, "With one term changed: KEY=VALUE")->allow_extra_args(false);
  digest_app->footer("Example:\n  lynxbench contract digest contracts/quickstart.yaml\n\n"
                     "Comments, order and the spelling of units do not change the digest; any term does.");
  group->footer("Examples:\n  lynxbench contract init > mine.yaml\n  lynxbench contract check mine.yaml\n"
                "  lynxbench contract digest mine.yaml");
}

}  // namespace lynxbench::cli
