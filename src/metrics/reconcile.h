// The client's figures against the server's own: where they agree, by how much they do not, and what
// the difference says.
//
//   Reconciliation found = reconcile(tally.view(), scraper.stop(), contract.target.endpoint.model);
//
// Pure functions: any thread. docs/methodology.md has the rules.
#pragma once

#include <string>

#include "model/server_metrics.h"
#include "model/server_view.h"

namespace lynxbench::metrics {

// Counts agree when they are equal; mean times when they differ by at most 5 % of the client's or 1 ms;
// Little's law within 10 % or three standard errors, where these are at most 30 %. Nothing agrees or disagrees that one of the two
// does not tell, or where the two counted different requests (by more than 1 %).
[[nodiscard]] Reconciliation reconcile(const ClientView& client, const ServerMetrics& metrics,
                                       const std::string& model);

}  // namespace lynxbench::metrics
