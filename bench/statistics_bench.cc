// How often the statistics are wrong, and how often they say that they do not know: queues in
// simulated time whose truth is known by formula. Seeds are fixed; the same numbers everywhere.
//
//   statistics_bench passes RUNS      a look at a rate exactly at its limit, and below it
//   statistics_bench capacity RUNS [SERVER]   whole searches, of servers whose name begins so
//   statistics_bench quantiles RUNS   intervals of p50 and p99
#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "base/random.h"
#include "loadgen/simulated_queue.h"
#include "metrics/metrics.h"
#include "run/look.h"
#include "stats/quantile.h"
#include "stats/quantile_interval.h"
#include "workload/workload.h"

namespace lynxbench {
namespace {

using loadgen::Service;
using loadgen::SimulatedQueue;

constexpr double kServicePerS = 100;

// --- A series of stays of M/M/1, first come first served (Lindley's recursion) ---

enum class Begin { kEmpty, kSteady };

// In units of 1 s at 100 services a second. In the steady state after 30 relaxation times.
std::vector<double> stays(double load, std::size_t count, Begin begin, std::uint64_t seed) {
  Random random(seed, "M/M/1");
  auto warm = begin == Begin::kEmpty ? 0 : static_cast<std::size_t>(30 * (1 + 4 / ((1 - load) * (1 - load))));
  std::vector<double> values;
  values.reserve(count);
  double left_s = 0;
  for (std::size_t i = 0; i < count + warm; ++i) {
    double gap_s = random.exponential() / (load * kServicePerS);
    left_s = std::max(0.0, left_s - gap_s) + random.exponential() / kServicePerS;
    if (i >= warm) values.push_back(left_s);
  }
  return values;
}

// The same as a phase, due at the times of a Poisson process.
Phase look_at(double load, std::size_t count, Begin begin, std::uint64_t seed) {
  Random random(seed, "M/M/1");
  auto warm = begin == Begin::kEmpty ? 0 : static_cast<std::size_t>(30 * (1 + 4 / ((1 - load) * (1 - load))));
  Phase phase;
  phase.offered_per_s = load * kServicePerS;
  double left_s = 0, now_s = 0;
  for (std::size_t i = 0; i < count + warm; ++i) {
    double gap_s = random.exponential() / (load * kServicePerS);
    left_s = std::max(0.0, left_s - gap_s) + random.exponential() / kServicePerS;
    if (i < warm) continue;
    now_s += gap_s;
    RequestRecord record;
    record.index = i - warm;
    record.due_ns = static_cast<std::int64_t>(now_s * 1e9);
    record.sent_ns = record.due_ns;
    record.done_ns = record.due_ns + static_cast<std::int64_t>(left_s * 1e9);
    record.status = RequestStatus::kOk;
    phase.requests.push_back(record);
  }
  phase.end_ns = phase.requests.back().due_ns + 1;
  return phase;
}

// --- passes: false PASS, and power ---

// MLPerf LoadGen's early stopping (Server scenario): valid when so few over the limit among so many
// independent requests have a probability of at most 1 % at exactly the allowed share.
bool early_stopping_passes(const Phase& phase, const Slo& slo) {
  auto over = static_cast<double>(std::count_if(phase.requests.begin(), phase.requests.end(), [&](const auto& r) {
    return r.done_ns - r.due_ns > slo.at_most.count();
  }));
  boost::math::binomial_distribution<double> late(static_cast<double>(phase.requests.size()), 1 - slo.quantile);
  return cdf(late, over) <= 0.01;
}

// What the search does: a look that begins with an empty queue, and goes on (begun empty once more)
// when a third of the requests could not tell.
PointVerdict verdict_of_two(double load, std::size_t count, std::uint64_t seed, const Slo& slo) {
  Phase first = look_at(load, count / 3, Begin::kEmpty, derived_seed(seed, "first", 0));
  PointVerdict verdict = metrics::judge(first, slo).verdict;
  if (verdict != PointVerdict::kInconclusive) return verdict;
  Phase second = look_at(load, count - count / 3, Begin::kEmpty, derived_seed(seed, "second", 0));
  const Phase* const both[] = {&first, &second};
  return metrics::judge(both, slo).verdict;
}

// `only`: of one load alone; 0: of all.
void print_passes(int runs, double only) {
  fmt::print("| allowed | load | requests | true share / allowed | PASS | INCONCLUSIVE | FAIL | PASS of a look that goes on | LoadGen's early stopping: valid |\n"
             "|---|---|---|---|---|---|---|---|---|\n");
  for (double quantile : {0.99, 0.95}) {
    for (double load : {0.5, 0.8, 0.9}) {
      if (only > 0 && load != only) continue;
      for (std::size_t count : {2'000, 20'000}) {
        for (double share : {1.0, 0.5, 0.25}) {
          double limit_s = std::log(1 / ((1 - quantile) * share)) / ((1 - load) * kServicePerS);
          Slo slo{.quantile = quantile, .at_most = Nanos{static_cast<std::int64_t>(limit_s * 1e9)}};
          // Power needs no decimal place.
          int times = share < 1 ? std::max(1, runs / 5) : runs;
          int verdicts[3] = {0, 0, 0}, goes_on = 0, peer = 0;
          for (int run = 0; run < times; ++run) {
            auto seed = static_cast<std::uint64_t>(run + 1);
            Phase steady = look_at(load, count, Begin::kSteady, seed);
            ++verdicts[static_cast<int>(metrics::judge(steady, slo).verdict)];
            peer += early_stopping_passes(steady, slo);
            goes_on += verdict_of_two(load, count, seed, slo) == PointVerdict::kPass;
          }
          auto percent = [&](int cases) { return fmt::format("{:.1f} %", 100.0 * cases / times); };
          fmt::print("| {:.0f} % | {} | {} | {} | {} | {} | {} | {} | {} |\n", 100 * (1 - quantile), load, count, share,
                     percent(verdicts[0]), percent(verdicts[2]), percent(verdicts[1]), percent(goes_on), percent(peer));
          std::fflush(stdout);
        }
      }
    }
  }
}

// --- capacity: whole searches ---

// Of a look, in seconds.
struct Length {
  int point_s = 2;
  int extend_s = 6;
};

struct Known {
  std::string name;
  SimulatedQueue queue;
  double capacity = 0;
  std::vector<Length> lengths;  // the last takes a quarter of the runs
};

constexpr double kQuantile = 0.95;
constexpr double kLimitS = 0.1;

// P(stay > t) of the queue at a rate, falling with none: the capacity is where it is 1 - quantile.
double capacity_of(const std::function<double(double)>& over, double full_per_s) {
  double low = 0, high = full_per_s;
  for (int i = 0; i < 80; ++i) {
    double middle = (low + high) / 2;
    (over(middle) <= 1 - kQuantile ? low : high) = middle;
  }
  return low;
}

double exponential_over(double rate) { return std::exp(-(kServicePerS - rate) * kLimitS); }

// Erlang 1909, in long double: the terms alternate.
double constant_over(double rate, double limit_s) {
  long double service_s = 1 / static_cast<long double>(kServicePerS), wait_s = limit_s - service_s, sum = 0;
  for (int k = 0; k * service_s <= wait_s; ++k) {
    long double u = rate * (wait_s - k * service_s), term = std::exp(u);
    for (int j = 1; j <= k; ++j) term *= -u / j;
    sum += term;
  }
  return static_cast<double>(1 - (1 - rate * service_s) * sum);
}

// Batches of up to `most`, whatever is there, exponential (M/M(1,b)/1: Medhi, "Stochastic models in
// queueing theory", 4.4): the number waiting is geometric with the root r of mu r^(b+1) - (lambda +
// mu) r + lambda in (0, 1), so a wait is exponential with rate mu (1 - r^b), and then comes a service.
double batch_over(double rate, double mu, int most) {
  double low = 0, high = 1;
  auto positive = [&](double r) { return mu * std::pow(r, most + 1) - (rate + mu) * r + rate > 0; };
  // The root lies below the polynomial's lowest point.
  high = std::pow((rate + mu) / (mu * (most + 1)), 1.0 / most);
  for (int i = 0; i < 200; ++i) {
    double middle = (low + high) / 2;
    (positive(middle) ? low : high) = middle;
  }
  double r = low, idle = 1 / (1 + rate / (mu * (1 - r))), a = mu * (1 - std::pow(r, most));
  double both = (mu * std::exp(-a * kLimitS) - a * std::exp(-mu * kLimitS)) / (mu - a);
  return idle * std::exp(-mu * kLimitS) + (1 - idle) * both;
}

std::vector<Known> known_queues() {
  constexpr int kBatch = 8;
  constexpr double kBatchesPerS = 100;
  return {
      {"M/M/1", {.service_per_s = kServicePerS}, capacity_of(exponential_over, kServicePerS),
       {{2, 6}, {60, 240}, {500, 4000}}},
      {"M/D/1",
       {.service_per_s = kServicePerS, .service = Service::kConstant},
       capacity_of([](double rate) { return constant_over(rate, kLimitS); }, kServicePerS),
       {{2, 6}, {60, 240}, {500, 4000}}},
      {"batches of up to 8, exponential",
       {.service_per_s = kBatchesPerS, .batch = kBatch},
       capacity_of([](double rate) { return batch_over(rate, kBatchesPerS, kBatch); }, kBatch * kBatchesPerS),
       {{2, 6}, {20, 80}, {100, 800}}},
  };
}

void print_searches(const Known& known, Length length, int runs) {
  SearchSpec spec;
  spec.start_per_s = 10;
  spec.at_most_per_s = 1000;
  spec.point = std::chrono::seconds(length.point_s);
  spec.extend_to = std::chrono::seconds(length.extend_s);
  spec.resolution = 0.02;
  spec.repeats = 2;
  Slo slo{.quantile = kQuantile, .at_most = Nanos{static_cast<std::int64_t>(kLimitS * 1e9)}};
  int both = 0, near = 0, covered = 0, pass_above = 0, fail_below = 0, low_found = 0;
  std::vector<double> low_errors, widths;
  double looks = 0, measured_s = 0;
  for (int run = 0; run < runs; ++run) {
    run::NextPhase next = [&](double rate, std::uint64_t seed, Nanos duration) -> Result<Phase> {
      Phase phase;
      phase.offered_per_s = rate;
      phase.end_ns = duration.count();
      Schedule schedule = workload::open_schedule(Arrival::kPoisson, rate, duration, 1, seed);
      phase.requests = loadgen::simulate(schedule, known.queue, seed);
      measured_s += static_cast<double>(duration.count()) / 1e9;
      return phase;
    };
    Saturation found =
        run::search(spec, slo, static_cast<std::uint64_t>(run + 1), next, [](const SearchStep&) {}).value();
    looks += static_cast<double>(found.steps.size());
    double low = found.pass_per_s.value_or(0) / known.capacity;
    bool high_ok = !found.fail_per_s || *found.fail_per_s >= known.capacity;
    covered += low <= 1 && high_ok;
    pass_above += low > 1;
    fail_below += !high_ok;
    if (found.pass_per_s) {
      ++low_found;
      low_errors.push_back(std::abs(low - 1));
      near += low >= 0.97 && low <= 1.03;
    }
    if (!found.pass_per_s || !found.fail_per_s) continue;
    ++both;
    widths.push_back((*found.fail_per_s - *found.pass_per_s) / *found.pass_per_s);
  }
  auto percent = [&](int times) { return fmt::format("{:.1f} %", 100.0 * times / runs); };
  fmt::print("| {} | {:.2f}/s | {} s, {} s | {} | {} | {} | {:.1f} % | {:.1f} % | {} | {} | {:.0f} | {:.0f} s |\n", known.name,
             known.capacity, length.point_s, length.extend_s, percent(both), percent(near), percent(covered),
             100 * stats::median(low_errors).value_or(NAN), 100 * stats::median(widths).value_or(NAN), percent(pass_above),
             percent(fail_below), looks / runs, measured_s / runs);
  std::fflush(stdout);
}

void print_capacity(int runs, const std::string& only) {
  fmt::print("| server | capacity | look, at most | both ends found | low end within 3 % | interval covers | "
             "low end is off by (median) | width (median) | passed above | failed below | looks | seconds of load |\n"
             "|---|---|---|---|---|---|---|---|---|---|---|---|\n");
  for (const Known& known : known_queues()) {
    if (!only.empty() && known.name.rfind(only, 0) != 0) continue;
    for (const Length& length : known.lengths) {
      print_searches(known, length, &length == &known.lengths.back() ? std::max(1, runs / 4) : runs);
    }
  }
}

// --- quantiles ---

// The formula for independent values: ranks that the binomial distribution of the count covers.
bool independent_covers(std::vector<double> sorted, double q, double truth) {
  std::sort(sorted.begin(), sorted.end());
  auto n = static_cast<double>(sorted.size());
  double half = 1.959964 * std::sqrt(n * q * (1 - q));
  auto low = static_cast<std::size_t>(std::max(0.0, std::floor(n * q - half) - 1));
  auto high = static_cast<std::size_t>(std::min(n - 1, std::ceil(n * q + half)));
  return sorted[low] <= truth && truth <= sorted[high];
}

void print_quantiles(int runs) {
  fmt::print("| load | requests | quantile | both ends given | of these cover | wrong of all runs | low end given | "
             "width / true value | requests needed, as it says | formula for independent requests covers |\n"
             "|---|---|---|---|---|---|---|---|---|---|\n");
  for (double load : {0.5, 0.8, 0.9}) {
    for (std::size_t count : {2'000, 20'000, 200'000}) {
      for (double q : {0.5, 0.99}) {
        double truth = std::log(1 / (1 - q)) / ((1 - load) * kServicePerS);
        int times = count > 100'000 ? std::max(1, runs / 4) : runs;
        int given = 0, covers = 0, low_given = 0, wrong = 0, independent = 0;
        double width = 0, needed = 0;
        for (int run = 0; run < times; ++run) {
          std::vector<double> values = stays(load, count, Begin::kSteady, static_cast<std::uint64_t>(run + 1));
          const std::size_t lengths[] = {values.size()};
          stats::QuantileInterval interval = stats::quantile_interval(values, lengths, q);
          bool low_right = !interval.low || *interval.low <= truth, high_right = !interval.high || truth <= *interval.high;
          low_given += interval.low.has_value();
          wrong += !low_right || !high_right;
          needed += interval.needed / times;
          independent += independent_covers(values, q, truth);
          if (!interval.low || !interval.high) continue;
          ++given;
          covers += low_right && high_right;
          width += (*interval.high - *interval.low) / truth;
        }
        auto percent = [](int part, int of) { return of > 0 ? fmt::format("{:.1f} %", 100.0 * part / of) : std::string("-"); };
        fmt::print("| {} | {} | p{:.0f} | {} | {} | {} | {} | {} | {:.0f} | {} |\n", load, count, q * 100, percent(given, times),
                   percent(covers, given), percent(wrong, times), percent(low_given, times),
                   given > 0 ? fmt::format("{:.2f}", width / given) : "-", needed, percent(independent, times));
        std::fflush(stdout);
      }
    }
  }
}

}  // namespace
}  // namespace lynxbench

int main(int argc, char** argv) {
  std::string what = argc > 1 ? argv[1] : "";
  int runs = argc > 2 ? std::atoi(argv[2]) : 1000;
  if (what == "passes") lynxbench::print_passes(runs, argc > 3 ? std::atof(argv[3]) : 0);
  else if (what == "capacity") lynxbench::print_capacity(runs, argc > 3 ? argv[3] : "");
  else if (what == "quantiles") lynxbench::print_quantiles(runs);
  else return fmt::print(stderr, "statistics_bench passes|capacity|quantiles RUNS [LOAD | SYSTEM]\n"), 2;
  return 0;
}
