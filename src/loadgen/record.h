// An answer into its record. Inside loadgen only.
#pragma once

#include "model/request.h"
#include "target/target.h"

namespace lynxbench::loadgen {

// Fills in what came of a request; times of the answer are on the Clock, the record's since the epoch.
void fill(RequestRecord& record, const target::Answer& answer, std::int64_t epoch_ns);

}  // namespace lynxbench::loadgen
