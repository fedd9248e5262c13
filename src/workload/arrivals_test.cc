#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "base/digest.h"
#include "workload/workload.h"

namespace lynxbench::workload {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

LoadSpec load_of(Arrival arrival, double rate_per_s) {
  LoadSpec load;
  load.arrival = arrival;
  load.rate_per_s = rate_per_s;
  return load;
}

LoadSpec gamma(double rate_per_s, double cv) {
  LoadSpec load = load_of(Arrival::kGamma, rate_per_s);
  load.gap_cv = cv;
  return load;
}

LoadSpec ramp(double from_per_s, double to_per_s) {
  LoadSpec load = load_of(Arrival::kRamp, from_per_s);
  load.ramp_to_per_s = to_per_s;
  return load;
}

ScheduleStream stream_of(const LoadSpec& load, Nanos duration, std::uint64_t seed,
                         std::int64_t distinct = 16, std::span<const TraceArrival> recorded = {}) {
  return ScheduleStream::open(load, duration, InputSequence(distinct, seed), recorded, seed).value();
}

Schedule schedule_of(const LoadSpec& load, Nanos duration, std::uint64_t seed) {
  return collected(stream_of(load, duration, seed));
}

std::string problem_of(const LoadSpec& load, std::span<const TraceArrival> recorded = {}) {
  Result<ScheduleStream> stream =
      ScheduleStream::open(load, seconds(1), InputSequence(2, 1), recorded, 1);
  if (stream.ok()) return "";
  EXPECT_EQ(stream.error().code, ErrorCode::kInvalidArgument);
  return stream.error().text();
}

// In units of the mean gap, the first from the start.
std::vector<double> gaps_of(const Schedule& schedule, double rate_per_s) {
  std::vector<double> gaps;
  std::int64_t before = 0;
  for (const ScheduledRequest& request : schedule.requests) {
    gaps.push_back(static_cast<double>(request.due_ns - before) * rate_per_s / 1e9);
    before = request.due_ns;
  }
  return gaps;
}

// Kolmogorov and Smirnov: exceeds 1.95 / sqrt(n) once in a thousand seeds. Seeds here are fixed.
double scaled_distance(std::vector<double> values, const std::function<double(double)>& expected) {
  std::sort(values.begin(), values.end());
  double n = static_cast<double>(values.size()), distance = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    double share = expected(values[i]), step = static_cast<double>(i);
    distance = std::max({distance, share - step / n, (step + 1) / n - share});
  }
  return distance * std::sqrt(n);
}

// Counts of arrivals in [0, duration) over seeds 1 .. `seeds`.
struct Counts {
  double mean = 0;
  double variance = 0;
};
Counts counts_of(const LoadSpec& load, Nanos duration, int seeds) {
  double sum = 0, square = 0;
  for (int seed = 1; seed <= seeds; ++seed) {
    double n = static_cast<double>(schedule_of(load, duration, static_cast<std::uint64_t>(seed)).requests.size());
    sum += n;
    square += n * n;
  }
  double mean = sum / seeds;
  return {mean, square / seeds - mean * mean};
}

// Made with an implementation of its own (in Python) of the generators and the formulas.
TEST(Arrivals, GammaSchedulesAreTheSameBytesOnEveryMachine) {
  Schedule even = schedule_of(gamma(500, 0.25), seconds(10), 20261123);
  EXPECT_EQ(even.requests.size(), 5044u);
  EXPECT_EQ(even.digest, "f6bc40a703b56a4301bcdd8f4b1ded01ba6a3ed1198aae22dda6d39665b960c7");
  EXPECT_EQ(schedule_of(gamma(500, 1), seconds(10), 20261123).digest,
            "acb8d6ac27a6a8243f8391efdc38a1b67e3163fc41af8dc0c8bd0de1d70da6e4");
  EXPECT_EQ(schedule_of(gamma(500, 3), seconds(10), 20261123).digest,
            "6d820480c90f550d3f07b7a6a5baae6751d0de1bd379f07bb0682977c3008acb");
}

TEST(Arrivals, RampSchedulesAreTheSameBytesOnEveryMachine) {
  EXPECT_EQ(schedule_of(ramp(5, 50), seconds(60), 20261123).digest,
            "ca2ea57fa35844666474dc8b4860eaf69bd5491e5fd1e4108124485b6f2e42be");
  EXPECT_EQ(schedule_of(ramp(200, 0), seconds(10), 7).digest,
            "eff7636b2f33af319fd071ee4036e1924dbc8205ef6d91e7eff092e960267d2a");
}

TEST(Arrivals, GammaGapsHaveTheGammaDistributionAboveShapeOne) {
  // Coefficient of variation 0.5: shape 4, Erlang.
  std::vector<double> gaps = gaps_of(schedule_of(gamma(1000, 0.5), seconds(100), 3), 1000);
  gaps.erase(gaps.begin());  // the first is what is left of a gap
  EXPECT_LT(scaled_distance(gaps, [](double x) {
    double y = 4 * x;
    return 1 - std::exp(-y) * (1 + y + y * y / 2 + y * y * y / 6);
  }), 1.95);
}

TEST(Arrivals, GammaGapsHaveTheGammaDistributionBelowShapeOne) {
  // Coefficient of variation sqrt(2): shape 1/2, the square of a normal variate.
  std::vector<double> gaps = gaps_of(schedule_of(gamma(1000, std::sqrt(2.0)), seconds(100), 4), 1000);
  gaps.erase(gaps.begin());
  EXPECT_LT(scaled_distance(gaps, [](double x) { return std::erf(std::sqrt(x / 2)); }), 1.95);
}

TEST(Arrivals, GammaOfCoefficientOneIsThePoissonProcessFromTheFirstArrivalOn) {
  std::vector<double> gaps = gaps_of(schedule_of(gamma(1000, 1), seconds(100), 5), 1000);
  EXPECT_LT(scaled_distance(gaps, [](double x) { return 1 - std::exp(-x); }), 1.95);
  std::vector<double> firsts;
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    firsts.push_back(static_cast<double>(stream_of(gamma(1, 1), seconds(100), seed).next()->due_ns) / 1e9);
  }
  EXPECT_LT(scaled_distance(firsts, [](double x) { return 1 - std::exp(-x); }), 1.95);
  Counts counts = counts_of(gamma(50, 1), seconds(1), 4000);
  EXPECT_NEAR(counts.mean, 50, 4 * std::sqrt(50.0 / 4000));
  EXPECT_NEAR(counts.variance / 50, 1, 4 * std::sqrt(2.0 / 4000));
}

TEST(Arrivals, TheMeanRateOfGammaIsRightInTheFirstSecondToo) {
  for (double cv : {0.1, 0.5, 2.0, 4.0}) {
    Counts counts = counts_of(gamma(20, cv), seconds(1), 4000);
    EXPECT_NEAR(counts.mean, 20, 4 * std::sqrt(counts.variance / 4000)) << cv;
  }
}

TEST(Arrivals, TheCountsOfGammaVaryInTheLongRunAsTheSquareOfTheCoefficient) {
  for (double cv : {0.5, 2.0, 3.0}) {
    Counts counts = counts_of(gamma(1000, cv), seconds(1), 2000);
    EXPECT_NEAR(counts.variance / counts.mean / (cv * cv), 1, 0.15) << cv;
  }
}

TEST(Arrivals, ARampIsPoissonInTheTimeThatItsRateStretches) {
  for (auto [from, to] : {std::pair{10.0, 200.0}, std::pair{200.0, 10.0}, std::pair{0.0, 100.0}, std::pair{100.0, 0.0}}) {
    Schedule schedule = schedule_of(ramp(from, to), seconds(100), 11);
    std::vector<double> shares;
    for (const ScheduledRequest& request : schedule.requests) {
      double t = static_cast<double>(request.due_ns) / 1e9;
      shares.push_back((from * t + (to - from) * t * t / 200) / ((from + to) / 2 * 100));
    }
    EXPECT_LT(scaled_distance(shares, [](double x) { return x; }), 1.95) << from;
    Counts counts = counts_of(ramp(from, to), seconds(1), 2000);
    EXPECT_NEAR(counts.mean, (from + to) / 2, 4 * std::sqrt((from + to) / 2 / 2000));
    EXPECT_NEAR(counts.variance / counts.mean, 1, 4 * std::sqrt(2.0 / 2000));
  }
}

TEST(Arrivals, ARampFromARateToItselfIsThePoissonProcess) {
  Schedule flat = schedule_of(ramp(80, 80), seconds(10), 3);
  Schedule poisson = schedule_of(load_of(Arrival::kPoisson, 80), seconds(10), 3);
  ASSERT_EQ(flat.requests.size(), poisson.requests.size());
  for (std::size_t k = 0; k < flat.requests.size(); ++k) {
    EXPECT_NEAR(static_cast<double>(flat.requests[k].due_ns), static_cast<double>(poisson.requests[k].due_ns), 8);
  }
}

TEST(Arrivals, EveryProcessGoesForwardInTimeAndStaysInTheDuration) {
  std::vector<TraceArrival> recorded{{0, 1}, {5, 0}, {5, 1}, {900'000'007, 0}};
  for (LoadSpec load : {gamma(3000, 0.01), gamma(3000, 100), ramp(0, 5000), ramp(5000, 0),
                        load_of(Arrival::kConstant, 7e5), load_of(Arrival::kTrace, 1e6)}) {
    ScheduleStream stream = stream_of(load, milliseconds(1500), 1, 2, recorded);
    std::int64_t before = 0;
    std::uint64_t count = 0;
    while (std::optional<ScheduledRequest> request = stream.next()) {
      EXPECT_EQ(request->index, count++);
      EXPECT_GE(request->due_ns, before);
      EXPECT_LT(request->due_ns, 1'500'000'000);
      before = request->due_ns;
    }
    EXPECT_GT(count, 100u);
    EXPECT_FALSE(stream.next().has_value());
  }
}

TEST(Arrivals, ATraceKeepsItsTimesAndInputs) {
  std::vector<TraceArrival> recorded{{100, 3}, {150, 1}, {150, 0}, {1'000'000'099, 2}};
  LoadSpec load;
  load.arrival = Arrival::kTrace;
  Schedule schedule = collected(stream_of(load, seconds(1), 1, 4, recorded));
  ASSERT_EQ(schedule.requests.size(), 4u);
  EXPECT_EQ(schedule.requests[0].due_ns, 0);
  EXPECT_EQ(schedule.requests[1].due_ns, 50);
  EXPECT_EQ(schedule.requests[3].due_ns, 999'999'999);
  EXPECT_EQ(schedule.requests[0].input, 3u);
  EXPECT_EQ(schedule.requests[2].input, 0u);
}

TEST(Arrivals, ATraceThatIsTooShortIsRepeatedAfterItsMeanGapAndThisIsSaid) {
  // Three requests in 2 s: 1 s apart in the mean, so the next round begins after 3 s.
  std::vector<TraceArrival> recorded{{0, 0}, {500'000'000, 1}, {2'000'000'000, 0}};
  LoadSpec load;
  load.arrival = Arrival::kTrace;
  ScheduleStream stream = stream_of(load, seconds(7), 1, 2, recorded);
  EXPECT_EQ(stream.notes(), std::vector<std::string>{"the trace of 3.00 s is repeated: 2.33 times in 7.00 s"});
  std::vector<std::int64_t> dues;
  while (std::optional<ScheduledRequest> request = stream.next()) dues.push_back(request->due_ns / 1'000'000);
  EXPECT_EQ(dues, (std::vector<std::int64_t>{0, 500, 2000, 3000, 3500, 5000, 6000, 6500}));
}

TEST(Arrivals, ATraceThatIsTooLongIsCutAndThisIsSaid) {
  std::vector<TraceArrival> recorded{{0, 0}, {500'000'000, 1}, {2'000'000'000, 0}};
  LoadSpec load;
  load.arrival = Arrival::kTrace;
  ScheduleStream stream = stream_of(load, seconds(1), 1, 2, recorded);
  EXPECT_EQ(stream.notes(), std::vector<std::string>{"the trace of 3.00 s is cut after 1.00 s"});
  EXPECT_EQ(collected(std::move(stream)).requests.size(), 2u);
}

TEST(Arrivals, ATraceIsStretchedToTheRateThatIsAskedFor) {
  std::vector<TraceArrival> recorded{{0, 0}, {500'000'000, 1}, {2'000'000'000, 0}};
  ScheduleStream stream = stream_of(load_of(Arrival::kTrace, 10), seconds(30), 1, 2, recorded);
  EXPECT_EQ(stream.notes().front(), "the trace's gaps are multiplied by 0.1000");
  Schedule schedule = collected(std::move(stream));
  EXPECT_EQ(schedule.requests.size(), 300u);
  EXPECT_EQ(schedule.requests[1].due_ns, 50'000'000);
  EXPECT_EQ(schedule.requests[2].due_ns, 200'000'000);
  EXPECT_EQ(schedule.requests[3].due_ns, 300'000'000);
}

TEST(Arrivals, ATraceOfOneMomentNeedsARate) {
  std::vector<TraceArrival> recorded{{7, 0}, {7, 1}};
  LoadSpec load;
  load.arrival = Arrival::kTrace;
  EXPECT_NE(problem_of(load, recorded).find("no rate of its own"), std::string::npos);
  Schedule schedule = collected(stream_of(load_of(Arrival::kTrace, 4), seconds(1), 1, 2, recorded));
  ASSERT_EQ(schedule.requests.size(), 4u);
  EXPECT_EQ(schedule.requests[1].due_ns, 0);
  EXPECT_EQ(schedule.requests[2].due_ns, 500'000'000);
}

TEST(Arrivals, ATraceWithoutTimesOrOutOfOrderOrWithUnknownInputsIsRefused) {
  LoadSpec load;
  load.arrival = Arrival::kTrace;
  EXPECT_NE(problem_of(load).find("need a trace"), std::string::npos);
  EXPECT_NE(problem_of(load, std::vector<TraceArrival>{{5, 0}, {4, 0}}).find("sorted"), std::string::npos);
  EXPECT_NE(problem_of(load, std::vector<TraceArrival>{{-5, 0}, {4, 0}}).find("sorted"), std::string::npos);
  EXPECT_NE(problem_of(load, std::vector<TraceArrival>{{5, 0}, {6, 2}}).find("names input 2, and there are 2"),
            std::string::npos);
}

TEST(Arrivals, ALoadThatCannotBeIsRefusedWithWhatWouldBeRight) {
  EXPECT_NE(problem_of(LoadSpec{}).find("needs a rate"), std::string::npos);
  for (double rate : {0.0, -1.0, std::nan(""), HUGE_VAL}) {
    EXPECT_NE(problem_of(load_of(Arrival::kPoisson, rate)).find("out of range"), std::string::npos) << rate;
  }
  for (double cv : {0.0, -1.0, std::nan(""), 101.0}) {
    EXPECT_NE(problem_of(gamma(1, cv)).find("coefficient of variation"), std::string::npos) << cv;
  }
  EXPECT_NE(problem_of(ramp(0, 0)).find("is none"), std::string::npos);
  EXPECT_NE(problem_of(ramp(-1, 5)).find("is none"), std::string::npos);
}

TEST(Arrivals, AStreamThatIsLeftEarlyHasTheDigestOfWhatItGave) {
  ScheduleStream stream = stream_of(load_of(Arrival::kConstant, 1), seconds(100), 1, 1);
  (void)stream.next();
  (void)stream.next();
  const char bytes[] =
      "\0\0\0\0\0\0\0\0"
      "\0\0\0\0"
      "\x00\xca\x9a\x3b\0\0\0\0"
      "\0\0\0\0";
  EXPECT_EQ(stream.digest(), sha256_hex(std::string_view(bytes, 24)));
  EXPECT_EQ(stream.digest(), sha256_hex(std::string_view(bytes, 24)));
  EXPECT_FALSE(stream.next().has_value());
}

std::vector<Input> sessions_of(std::uint32_t sessions, std::uint32_t turns) {
  std::vector<Input> inputs;
  for (std::uint32_t turn = 0; turn < turns; ++turn) {
    for (std::uint32_t session = 0; session < sessions; ++session) {
      Input input;
      input.session = session;
      input.turn = turn;
      inputs.push_back(input);
    }
  }
  return inputs;
}

TEST(InputSequence, TheTurnsOfASessionComeInOrderOverAndOver) {
  std::vector<Input> inputs = sessions_of(7, 3);
  InputSequence sequence(inputs, 5);
  std::map<std::uint32_t, std::uint32_t> next_turn;
  std::map<std::uint32_t, int> seen;
  for (int i = 0; i < 21'000; ++i) {
    std::uint32_t at = sequence.next();
    ASSERT_LT(at, inputs.size());
    const Input& input = inputs[at];
    EXPECT_EQ(input.turn, next_turn[input.session]);
    next_turn[input.session] = (input.turn + 1) % 3;
    ++seen[at];
  }
  for (auto [at, count] : seen) EXPECT_NEAR(count, 1000, 150) << at;
}

TEST(InputSequence, OfSingleTurnsItDrawsAsWithoutTheTable) {
  std::vector<Input> inputs = sessions_of(16, 1);
  InputSequence of_table(inputs, 5), of_count(16, 5);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(of_table.next(), of_count.next());
  EXPECT_EQ(of_table.distinct(), 16u);
}

TEST(ArrivalWords, EveryProcessHasAWord) {
  EXPECT_EQ(parse_arrival("constant").value().load.arrival, Arrival::kConstant);
  EXPECT_EQ(parse_arrival("poisson").value().load.arrival, Arrival::kPoisson);
  ArrivalChoice bursts = parse_arrival("gamma:2.5").value();
  EXPECT_EQ(bursts.load.arrival, Arrival::kGamma);
  EXPECT_EQ(bursts.load.gap_cv, 2.5);
  ArrivalChoice up = parse_arrival("ramp:5:3000/min").value();
  EXPECT_EQ(up.load.arrival, Arrival::kRamp);
  EXPECT_EQ(up.load.rate_per_s, 5.0);
  EXPECT_EQ(up.load.ramp_to_per_s, 50.0);
  ArrivalChoice replay = parse_arrival("trace:/tmp/a:b.csv").value();
  EXPECT_EQ(replay.load.arrival, Arrival::kTrace);
  EXPECT_EQ(replay.trace_file, "/tmp/a:b.csv");
}

TEST(ArrivalWords, AnotherWordIsRefusedWithWhatWouldBeRight) {
  auto problem = [](std::string_view text) {
    Result<ArrivalChoice> choice = parse_arrival(text);
    EXPECT_FALSE(choice.ok()) << text;
    return choice.ok() ? "" : choice.error().text();
  };
  EXPECT_EQ(problem("poison"),
            "\"poison\" is no arrival process: did you mean \"poisson\"?; write constant, poisson, gamma:CV "
            "(gamma:2), ramp:FROM:TO (ramp:5:50) or trace:FILE");
  EXPECT_NE(problem("").find("there is no such word"), std::string::npos);
  EXPECT_NE(problem("poisson:3").find("poisson takes nothing after it"), std::string::npos);
  EXPECT_NE(problem("gamma").find("coefficient of variation"), std::string::npos);
  EXPECT_NE(problem("gamma:nan").find("must be 0.01 to 100"), std::string::npos);
  EXPECT_NE(problem("gamma:0").find("must be 0.01 to 100"), std::string::npos);
  EXPECT_NE(problem("gamma:2x").find("gamma needs"), std::string::npos);
  EXPECT_NE(problem("ramp:5").find("two rates"), std::string::npos);
  EXPECT_NE(problem("ramp:5:x").find("\"x\" is no rate"), std::string::npos);
  EXPECT_NE(problem("ramp:-5:5").find("\"-5\" is no rate"), std::string::npos);
  EXPECT_NE(problem("ramp:nan:5").find("\"nan\" is no rate"), std::string::npos);
  EXPECT_NE(problem("ramp:0:0").find("above 0"), std::string::npos);
  EXPECT_NE(problem("trace:").find("needs a file"), std::string::npos);
}

}  // namespace
}  // namespace lynxbench::workload
