#include "attribution/device/interval_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bitset>

#include "base/random.h"

namespace lynxbench::attribution {
namespace {

constexpr std::int64_t kMoments = 64;
using Bits = std::bitset<kMoments>;

struct Both {
  IntervalSet set;
  Bits bits;
};

// Random intervals as a set, and moment by moment.
Both random_set(Random& random) {
  std::vector<Moment> intervals;
  for (std::uint64_t i = random.below(12); i > 0; --i) {
    const auto begin = static_cast<std::int64_t>(random.below(kMoments));
    const auto length = static_cast<std::int64_t>(random.below(8));
    intervals.push_back({begin, std::min(kMoments, begin + length)});
  }
  std::sort(intervals.begin(), intervals.end(),
            [](const Moment& a, const Moment& b) { return a.begin_ns < b.begin_ns; });
  Both both;
  for (const Moment& one : intervals) {
    add(both.set, one.begin_ns, one.end_ns);
    for (std::int64_t at = one.begin_ns; at < one.end_ns; ++at) {
      both.bits.set(static_cast<std::size_t>(at));
    }
  }
  return both;
}

Bits bits_of(const IntervalSet& set) {
  Bits bits;
  for (const Moment& one : set) {
    for (std::int64_t at = one.begin_ns; at < one.end_ns; ++at) {
      EXPECT_FALSE(bits.test(static_cast<std::size_t>(at)));
      bits.set(static_cast<std::size_t>(at));
    }
  }
  return bits;
}

void expect_proper(const IntervalSet& set) {
  for (std::size_t i = 0; i < set.size(); ++i) {
    EXPECT_LT(set[i].begin_ns, set[i].end_ns);
    if (i > 0) EXPECT_LT(set[i - 1].end_ns, set[i].begin_ns) << "touching";
  }
}

TEST(IntervalSet, IsWhatASetOfMomentsIs) {
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    Random random(seed, "intervals");
    const Both a = random_set(random);
    const Both b = random_set(random);
    for (const IntervalSet& set : {a.set, b.set, unite(a.set, b.set), difference(a.set, b.set),
                                   intersection(a.set, b.set)}) {
      expect_proper(set);
    }
    EXPECT_EQ(bits_of(a.set), a.bits);
    EXPECT_EQ(bits_of(unite(a.set, b.set)), a.bits | b.bits);
    EXPECT_EQ(bits_of(intersection(a.set, b.set)), a.bits & b.bits);
    EXPECT_EQ(bits_of(difference(a.set, b.set)), a.bits & ~b.bits);
    EXPECT_EQ(length(a.set), static_cast<std::int64_t>(a.bits.count()));
    const auto begin = static_cast<std::int64_t>(random.below(40));
    const auto end = static_cast<std::int64_t>(random.below(40));
    const IntervalSet stretch = begin < end ? IntervalSet{{begin, end}} : IntervalSet();
    expect_proper(within(a.set, begin, end));
    EXPECT_EQ(bits_of(within(a.set, begin, end)), bits_of(intersection(a.set, stretch)));
  }
}

TEST(IntervalSet, EmptyIntervalsAddNothing) {
  IntervalSet set;
  add(set, 5, 5);
  add(set, 7, 6);
  EXPECT_TRUE(set.empty());
}

}  // namespace
}  // namespace lynxbench::attribution
