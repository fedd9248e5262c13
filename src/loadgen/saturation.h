// Where a system saturates: bracket by doubling, bisect, and confirm the two decisive rates with
// other seeds. Pure control: `look` does the measuring, so the same code searches a real server, a
// queue in simulated time, and the records of a finished run (to recompute it).
#pragma once

#include <functional>
#include <string>

#include "base/result.h"

#include "model/contract.h"
#include "model/figures.h"

namespace lynxbench::loadgen {

// What was seen at one rate: a SearchStep whose `purpose` the search fills in.
using Look = std::function<Result<SearchStep>(double rate_per_s, std::uint64_t seed, const std::string& purpose)>;

// Fails only when `look` fails. A search that cannot decide says so in `outcome` and leaves
// pass_per_s or fail_per_s without a value.
[[nodiscard]] Result<Saturation> find_saturation(const SearchSpec& spec, const Slo& slo,
                                                 std::uint64_t seed, const Look& look);

}  // namespace lynxbench::loadgen
