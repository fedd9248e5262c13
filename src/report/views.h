// The server's own figures beside the client's, as people read them: sentences and tables, once for
// the terminal and the page.
//
//   ViewsVerdict verdict = views_verdict(reconciliation);   // "The server's figures and this client's agree ..."
//   for (const ViewsTable& table : views_tables(reconciliation)) ...
//
// Pure functions: any thread. docs/methodology.md says when two figures agree.
#pragma once

#include <string>
#include <vector>

#include "model/server_view.h"
#include "report/paper.h"

namespace lynxbench::report {

struct ViewsVerdict {
  ViewsAgree state = ViewsAgree::kUnknown;
  std::string headline;              // one sentence
  std::string time;                  // where the mean request's time went, one sentence; "": not known
  std::vector<std::string> reasons;  // what differs, with its size
};
[[nodiscard]] ViewsVerdict views_verdict(const Reconciliation& found);

struct ViewsTable {
  std::string title;
  std::string note;     // what is counted, from when to when
  Table table;
  std::string missing;  // why there are no rows
};
// Figures by both; where the mean request's time went; requests at a time; the server's own times.
[[nodiscard]] std::vector<ViewsTable> views_tables(const Reconciliation& found, int columns);

// What was left out, and what reading the server's figures cost, a line each.
[[nodiscard]] std::vector<std::string> views_lines(const Reconciliation& found);

// The section of a report in the terminal.
void print_views(Paper& paper, const Reconciliation& found);

}  // namespace lynxbench::report
