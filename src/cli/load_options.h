// The words of `lynxbench load` as a job: a contract with one point, made in memory. Every word that
// means nothing, or nothing to this protocol, is refused with what would be right.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "run/load.h"

namespace lynxbench::cli {

// As given; "" where nothing was.
struct LoadArguments {
  std::string protocol;
  std::string url;
  std::string model;
  std::string concurrency, rate, arrival;
  std::string duration = "30s";
  std::string warm_up;
  std::string seed = "1";
  std::vector<std::string> slo;
  std::string prompt_tokens, output_tokens;
  std::string turns, shared_prefix, distinct;
  std::string input;
  std::vector<std::string> headers;
  std::string extra_body;
  std::string connections, keep_alive, timeout, ca;
  std::string metrics;
  std::vector<std::string> tensors;
  std::string method, body;
  std::vector<std::string> command;
  std::string max_in_flight, threads, cpu;
  std::string at_most, resolution;
  std::string score, accuracy;
  std::string score_command;
  std::string record, html;
  bool stream = false;
  bool no_stream = false;
  bool insecure = false;
  bool json_tensors = false;
  bool pipe = false;
  bool search = false;
  bool require_slo = false;
  bool json = false;
  bool quiet = false;
};

// The protocols, as `--protocol` takes them.
[[nodiscard]] const std::vector<std::string>& load_protocols();

// kInvalidArgument, naming the option, what was read and what would be right.
[[nodiscard]] Result<run::LoadJob> load_job(const LoadArguments& arguments);

// "128", "100..200", "lognormal:MEDIAN:SIGMA"
[[nodiscard]] Result<LengthSpec> parse_length(const std::string& option, const std::string& text);
// "ttft.p99=200ms"
[[nodiscard]] Result<SloTerm> parse_slo(const std::string& text);
// "NAME:1x3x224x224", "NAME:1,3:FILE"
[[nodiscard]] Result<TensorSpec> parse_tensor(const std::string& text);

}  // namespace lynxbench::cli
