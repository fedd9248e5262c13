#include "run/look.h"

#include <gtest/gtest.h>

#include <vector>

namespace lynxbench::run {
namespace {

// A load of 1,000 requests, every one answered after `stay`; the client beyond its limits or not.
Phase phase_of(Nanos stay, std::vector<std::string> client_problems) {
  Phase phase;
  phase.end_ns = 10'000'000'000;
  for (std::int64_t i = 0; i < 1000; ++i) {
    RequestRecord record;
    record.status = RequestStatus::kOk;
    record.index = static_cast<std::uint64_t>(i);
    record.due_ns = record.sent_ns = i * 10'000'000;
    record.done_ns = record.due_ns + stay.count();
    phase.requests.push_back(record);
  }
  phase.audit.emplace();
  phase.audit->invalid = std::move(client_problems);
  return phase;
}

SearchSpec spec() {
  SearchSpec spec;
  spec.point = std::chrono::seconds(10);
  spec.extend_to = std::chrono::seconds(30);
  return spec;
}

const Slo kSlo{0.95, std::chrono::milliseconds(50), LatencyMetric::kE2e, {}};
constexpr Nanos kFast{5'000'000}, kSlow{80'000'000};

SearchStep looked_at(std::vector<Phase> phases) {
  std::size_t next = 0;
  return look_at(spec(), kSlo, 100, 1, "confirm pass", [&](double, std::uint64_t, Nanos) -> Result<Phase> {
           CHECK(next < phases.size());
           phases[next].id = static_cast<std::uint32_t>(next);
           return std::move(phases[next++]);
         }).value();
}

TEST(Look, AClientBeyondItsLimitsSaysNothingOfTheServer) {
  for (Nanos stay : {kFast, kSlow}) {
    Phase late = phase_of(stay, {"sent late"});
    SearchStep step = looked_at({late, late, late});
    EXPECT_EQ(step.verdict, PointVerdict::kInconclusive);
    EXPECT_TRUE(step.terms.empty());
    EXPECT_NE(step.reason.find("the client went beyond its limits (sent late)"), std::string::npos) << step.reason;
  }
}

TEST(Look, ItGoesOnUntilTheClientKeptItsLimitsAndJudgesThatPartAlone) {
  SearchStep step = looked_at({phase_of(kSlow, {"sent late"}), phase_of(kFast, {})});
  EXPECT_EQ(step.verdict, PointVerdict::kPass) << step.reason;
  EXPECT_LE(step.requests, 1000u);
  EXPECT_EQ(step.over_ratio, 0);
  EXPECT_EQ(step.phases, (std::vector<std::uint32_t>{0, 1}));
  EXPECT_NE(step.reason.find("1 of 2 loads are left out"), std::string::npos) << step.reason;
}

TEST(Look, ARunJudgesWhatTheClientSawOfItselfByTheContractsLimits) {
  Contract contract;
  contract.slo = kSlo;
  contract.load.search = spec();
  contract.load.search->start_per_s = 100;
  contract.load.search->at_most_per_s = 100;
  std::vector<SearchStep> steps;
  Result<Saturation> found = search(contract, [&](double, std::uint64_t, Nanos) -> Result<Phase> {
    Phase phase = phase_of(kFast, {});
    phase.audit->stall_probes = 1000;
    phase.audit->stall_longest_ns = 10 * contract.limits.stall_longest.count();
    return phase;
  }, [&](const SearchStep& step) { steps.push_back(step); });
  ASSERT_TRUE(found.ok());
  EXPECT_FALSE(found->pass_per_s) << found->outcome;
  ASSERT_FALSE(steps.empty());
  EXPECT_NE(steps[0].reason.find("the client went beyond its limits"), std::string::npos) << steps[0].reason;
}

}  // namespace
}  // namespace lynxbench::run
