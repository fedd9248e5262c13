#include <memory>

#include "cli/commands.h"
#include "cli/shared.h"
#include "report/words.h"
#include "run/redact.h"

namespace lynxbench::cli {
namespace {

using trace::redact::NameChoice;

struct RedactArguments {
  run::RedactJob job;
  NameChoice names = NameChoice::kUsual;
  bool unchecked = false;
};

// "2 devices, 1,200 requests"
std::string compared_text(const run::RedactedCopy::Compared& compared) {
  std::string text;
  const auto add = [&text](std::uint64_t count, const char* noun) {
    if (count != 0) text += (text.empty() ? "" : ", ") + report::counted(count, noun);
  };
  add(compared.devices, "device");
  add(compared.requests, "request");
  add(compared.series, "metric");
  add(compared.totals, "total");
  return text.empty() ? "the host's time, the first and the last event" : text;
}

std::string text_of(const run::RedactedCopy& copy, const run::RedactJob& job) {
  std::string text = fmt::format("Written: {} ({}, {} events)\n", job.to, copy.redaction.format,
                                 report::grouped(copy.redaction.events));
  if (copy.redaction.removed.empty()) text += "Removed or replaced: nothing\n";
  for (const auto& [kind, count] : copy.redaction.removed) {
    text += fmt::format("Removed or replaced: {} {}\n", report::grouped(count), kind);
  }
  for (const Loss& loss : copy.redaction.losses) {
    text += fmt::format("Left out: {} × {}\n", report::grouped(loss.count), loss.what);
  }
  if (job.check == run::RedactJob::Check::kNone) return text + "Attribution: not compared";
  return text + fmt::format("Attribution: the same as the original's, to the nanosecond ({})",
                            compared_text(copy.compared));
}

Result<ExitCode> redact(const RedactArguments& arguments) {
  run::RedactJob job = arguments.job;
  job.options.names = arguments.names;
  if (arguments.unchecked) job.check = run::RedactJob::Check::kNone;
  const run::RedactedCopy copy = TRY(run::redact(job));
  TRY_STATUS(print_out(text_of(copy, job)));
  return ExitCode::kDone;
}

}  // namespace

void add_redact(Commands& commands) {
  auto arguments = std::make_shared<RedactArguments>();
  CLI::App* command = commands.app.add_subcommand(
      "redact", "Copy a trace of any format without what must not leave the house; the times stay");
  command->add_option("FILE", arguments->job.from, "The trace, gz or not; it is not changed")
      ->required();
  command->add_option("--out", arguments->job.to, "The copy; packed when its name ends in .gz")
      ->required();
  command->add_option("--names", arguments->names,
                      "usual: Python functions lose their folders, names that people gave (ranges, "
                      "models and their nodes) become digests; hash: both become digests; keep: "
                      "both stay")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, NameChoice>{{"usual", NameChoice::kUsual},
                                            {"hash", NameChoice::kHash},
                                            {"keep", NameChoice::kKeep}}));
  command->add_option("--salt", arguments->job.options.salt,
                      "Mixed into the digests, so that nobody can confirm a guess; the same for files "
                      "that belong together");
  command->add_flag("--unchecked", arguments->unchecked,
                    "Do not compare the attribution of both (which reads both)");
  command->footer("Kept: times, numbers, ids, names of kernels, runtime calls, well-known operators "
                  "and metrics, types of operators. Everything else goes: environment, command lines, "
                  "paths, hosts, users, labels, attributes, and whatever is not known.\n"
                  "Formats: every one that attribute reads. Not archives (unpack them), nor tables of "
                  "nvidia-smi without a header.\n"
                  "Example: lynxbench redact rank0.json.gz --out to_send.json.gz");
  command->callback([&commands, arguments] {
    commands.action = [arguments] { return redact(*arguments); };
  });
}

}  // namespace lynxbench::cli
