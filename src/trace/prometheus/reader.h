// Readings of metrics in the text of Prometheus and OpenMetrics, as a DCGM exporter, Triton or vLLM
// give them: one reading, or several in one file -> a series for each name and set of labels.
//
//   # scraped 1717241225.177            a reading begins, and when it was taken (seconds, or RFC 3339)
//   # TYPE DCGM_FI_DEV_SM_CLOCK gauge
//   DCGM_FI_DEV_SM_CLOCK{gpu="0"} 1410
//
// Without `# scraped` a reading begins where a HELP, a TYPE or a sample is said again, and readings
// are counted. Labels that name a host are not kept. docs/formats/prometheus.md.
#pragma once

#include "trace/reader.h"

namespace lynxbench::trace::prometheus {

[[nodiscard]] Reader reader();

}  // namespace lynxbench::trace::prometheus
