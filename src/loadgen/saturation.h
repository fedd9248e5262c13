// Where a system saturates: bracket by doubling, bisect, and confirm the two decisive rates with
// other seeds. Pure control: `look` does the measuring, so the same code searches a real server, a
// queue in simulated time, and the records of a finished run (to recompute it).
//
//   Saturation found = TRY(loadgen::find_saturation(*spec, slo, seed, look));
//   if (found.pass_per_s && found.fail_per_s) ...   // the capacity lies between the two
//
// The search, in order:
// 1. From `start` the rate is doubled while a look's share over the limit is within the SLO (a short
//    look at a low rate can seldom prove more), or halved, at most 6 times, until it is.
// 2. A rate is decided by PASS or FAIL of one look; an inconclusive rate is looked at again,
//    1 + `repeats` times at most and only while so many looks like those so far would pass; all its
//    looks together decide.
// 3. Between the highest rate that passed and the lowest that did not (it failed, or could not be
//    decided), the geometric mean is decided, until (not passed - passed) / passed <= `resolution`.
// 4. The highest passed rate is confirmed: `repeats` fresh looks, each with a seed of its own, must
//    agree by themselves and none may fail, and with those before they must still pass. Otherwise the
//    next lower rate is tried.
// 5. The lowest failed rate above is moved down in at most 3 looks while the gap that could not be
//    decided is wider than `resolution`, and confirmed in the same way.
// 6. Between the rates below the confirmed one that were looked at, the two widest gaps get a look
//    each. Where one fails and fails again, the answers are not monotone, and 4 begins below it.
//    Where no low rate passed at all, higher ones are tried before giving up.
// At most kMostLooks looks in all.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "model/contract.h"
#include "model/figures.h"

namespace lynxbench::loadgen {

inline constexpr std::size_t kMostLooks = 60;

// What was seen at one rate: a SearchStep whose `purpose` the search fills in. Its verdict is final
// for the look: `look` itself goes on measuring up to SearchSpec::extend_to where that helps.
using Look = std::function<Result<SearchStep>(double rate_per_s, std::uint64_t seed,
                                              const std::string& purpose)>;

// The looks are described too (`findings`): rates that passed above one that failed, the cliff of a
// bounded queue, completions that collapse under more load, a server that did not recover.
//
// Fails only when `look` fails. A search that cannot decide says so in `outcome` and leaves
// pass_per_s or fail_per_s without a value; `outcome` begins with "found" when both have one. No
// rate above a failed one counts as passed: where the answers are not monotone, pass_per_s is the
// largest rate below which nothing failed, and `outcome` says so.
//
// The same verdicts give the same search: look number k (from 0) has the seed
// derived_seed(seed, "search", k).
[[nodiscard]] Result<Saturation> find_saturation(const SearchSpec& spec, const Slo& slo,
                                                 std::uint64_t seed, const Look& look);

}  // namespace lynxbench::loadgen
