// The client's figures against the server's own: where they agree, by how much they do not, and what
// the difference says.
//
//   Reconciliation found = reconcile(tally.view(), scraper.stop(), contract.target.endpoint.model);
//   for (const PlainTable& table : plain_tables(found)) ...
//
// Pure functions: any thread. docs/methodology.md has the rules.
#pragma once

#include <string>
#include <vector>

#include "model/server_metrics.h"
#include "model/server_view.h"

namespace lynxbench::metrics {

// Counts agree when they are equal; mean times when they differ by at most 5 % or 1 ms; Little's law
// within 10 % or three standard errors. Nothing agrees or disagrees that one of the two does not
// tell, or that other requests than ours went into (more than 1 %).
[[nodiscard]] Reconciliation reconcile(const ClientView& client, const ServerMetrics& metrics,
                                       const std::string& model);

// For people: what a report shows, cells as text.
struct PlainTable {
  std::string title;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
  std::string missing;  // why there are no rows
};
[[nodiscard]] std::vector<PlainTable> plain_tables(const Reconciliation& reconciliation);

}  // namespace lynxbench::metrics
