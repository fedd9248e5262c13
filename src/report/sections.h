// The sections of the terminal report, in the order in which they are printed. Each prints its heading
// and something below it: what could not be measured stands there with the reason.
#pragma once

#include "model/bundle.h"
#include "report/paper.h"
#include "report/report.h"

namespace lynxbench::report {

// decision
void print_decision(Paper& paper, const Bundle& bundle, const Context& context);
void print_targets(Paper& paper, const Bundle& bundle, const Context& context);

// measurement
void print_throughput(Paper& paper, const Bundle& bundle);
void print_saturation(Paper& paper, const Bundle& bundle);
void print_latency(Paper& paper, const Bundle& bundle);
// Nothing where the contract names no metrics of the server.
void print_run_views(Paper& paper, const Bundle& bundle);

// server: of targets on the network alone
void print_streams(Paper& paper, const Bundle& bundle);
void print_failures(Paper& paper, const Bundle& bundle);
void print_instrument(Paper& paper, const Bundle& bundle);

// attribution
void print_breakdowns(Paper& paper, const Bundle& bundle);
void print_operators(Paper& paper, const Bundle& bundle);
void print_profiling(Paper& paper, const Bundle& bundle);

// record
void print_executor(Paper& paper, const Bundle& bundle);
void print_validity(Paper& paper, const Bundle& bundle);
void print_record(Paper& paper, const Bundle& bundle, const Context& context);

}  // namespace lynxbench::report
