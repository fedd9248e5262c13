// Parts of what the terminal says of traces. Each adds itself to the paper.
//
//   if (figures.ranks) print_ranks(paper, *figures.ranks);
#pragma once

#include <cstddef>

#include "model/trace_figures.h"
#include "report/paper.h"

namespace lynxbench::report {

// Rows of a table of names.
inline constexpr std::size_t kRowsShown = 10;

// traces_terminal_compared.cc
void print_client_server(Paper& paper, const ClientServer& both);
void print_ranks(Paper& paper, const RankComparison& comparison);
void print_difference(Paper& paper, const TraceDifference& change);

}  // namespace lynxbench::report
