#include "report/sections.h"

namespace lynxbench::report {

std::string terminal(const Bundle& bundle, const Context& context, const TerminalOptions& options) {
  Paper paper(options);
  print_decision(paper, bundle, context);
  print_targets(paper, bundle, context);
  print_throughput(paper, bundle);
  print_saturation(paper, bundle);
  print_latency(paper, bundle);
  print_streams(paper, bundle);
  print_failures(paper, bundle);
  print_run_views(paper, bundle);
  print_breakdowns(paper, bundle);
  bool in_this_process = bundle.contract.target.kind == "embedded" || bundle.contract.target.kind == "null";
  if (in_this_process) print_operators(paper, bundle);
  if (in_this_process) print_profiling(paper, bundle);
  print_instrument(paper, bundle);
  print_executor(paper, bundle);
  print_validity(paper, bundle);
  print_record(paper, bundle, context);
  return paper.text();
}

}  // namespace lynxbench::report
