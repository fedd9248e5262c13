#include "metrics/load_percentiles.h"

#include <algorithm>
#include <cmath>

#include "base/result.h"
#include "stats/quantile.h"
#include "stats/quantile_interval.h"
#include "stats/ranks.h"

namespace lynxbench::metrics {
namespace {

Estimate without(const std::string& unit, std::uint64_t samples, const std::string& why) {
  Estimate estimate;
  estimate.unit = unit;
  estimate.samples = samples;
  estimate.withheld = why;
  return estimate;
}

void give_interval(Estimate& estimate, std::span<const double> series, double q) {
  const std::size_t one_run[] = {series.size()};
  stats::QuantileInterval interval = stats::quantile_interval(series, one_run, q);
  if (!interval.low || !interval.high) {
    double part = static_cast<double>(series.size()) / static_cast<double>(estimate.samples);
    estimate.withheld = fmt::format("no interval: these requests are worth {:.0f} independent ones; about {:.2g} requests would do",
                                    std::floor(interval.effective), interval.needed / part);
    return;
  }
  estimate.low = std::min(*interval.low, *estimate.value);
  estimate.high = std::max(*interval.high, *estimate.value);
  estimate.confidence = stats::kQuantileConfidence;
  estimate.method += fmt::format("; worth {:.0f} independent ones", std::floor(interval.effective));
}

struct Wanted {
  std::string id;
  double q = 0;
  std::uint64_t rank = 0;
};

// Those percentiles of which there are enough values; the others are withheld at once.
std::vector<Wanted> wanted_of(std::map<std::string, Estimate>& figures, const std::string& name,
                              std::uint64_t count, const std::string& unit, std::string_view what) {
  std::vector<Wanted> wanted;
  for (const auto& [percentile, q] : kLoadPercentiles) {
    std::string id = name + "." + std::string(percentile);
    std::string few = too_few(count, std::string(percentile), q, what);
    if (few.empty()) wanted.push_back({id, q, stats::quantile_rank(count, q)});
    else figures[id] = without(unit, count, few);
  }
  return wanted;
}

void withhold_all(std::map<std::string, Estimate>& figures, const std::string& name, const std::string& unit,
                  const std::string& why) {
  for (const auto& [percentile, q] : kLoadPercentiles) {
    figures[name + "." + std::string(percentile)] = without(unit, 0, why);
  }
  figures[name + ".max"] = without(unit, 0, why);
}

}  // namespace

std::string too_few(std::uint64_t count, const std::string& name, double q, std::string_view what) {
  // Whole numbers, so that 500 x 0.01 is enough.
  auto needed = static_cast<std::uint64_t>(std::llround(kLeastBeyond / (1 - q)));
  if (count >= needed) return "";
  return fmt::format("{} {}: {} needs {}", count, what, name, needed);
}

void add_row_percentiles(std::map<std::string, Estimate>& figures, const std::string& name,
                         const LoadWindow& window, RowTime time, const std::string& missing,
                         const std::string& rounding) {
  auto each = [&](const auto& take) {
    window.for_each_due([&](const LoadRow& row) {
      if (std::optional<std::int64_t> value = time(row)) take(*value);
    });
  };
  std::uint64_t count = 0;
  each([&](std::int64_t) { ++count; });
  if (count == 0) return withhold_all(figures, name, "ns", missing);
  std::vector<Wanted> wanted = wanted_of(figures, name, count, "ns", "requests");
  std::vector<std::uint64_t> ranks{count};
  for (const Wanted& one : wanted) ranks.push_back(one.rank);
  std::vector<std::int64_t> values = stats::at_ranks(ranks, each);

  // Of a long load only a part of the requests (load_window.h): what it says of itself holds for all.
  std::vector<double> series = series_of(window, [&](const LoadRow& row) -> std::optional<double> {
    std::optional<std::int64_t> value = time(row);
    return value ? std::optional<double>(static_cast<double>(*value)) : std::nullopt;
  });
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    Estimate& estimate = figures[wanted[i].id] = without("ns", count, "");
    estimate.value = static_cast<double>(values[i + 1]);
    estimate.method = fmt::format("of {} requests, {}", count, rounding.empty() ? "exact" : rounding);
    give_interval(estimate, series, wanted[i].q);
  }
  Estimate& largest = figures[name + ".max"] = without("ns", count, "no interval: a maximum has none");
  largest.value = static_cast<double>(values[0]);
}

void add_histogram_percentiles(std::map<std::string, Estimate>& figures, const std::string& name,
                               const stats::LogHistogram& histogram, const std::string& unit,
                               const std::string& what, const std::string& missing) {
  if (histogram.count() == 0) return withhold_all(figures, name, unit, missing);
  for (const Wanted& one : wanted_of(figures, name, histogram.count(), unit, what)) {
    Estimate& estimate = figures[one.id] =
        without(unit, histogram.count(), "no interval: they are counted by size, not kept in order");
    estimate.value = static_cast<double>(*histogram.quantile(one.q));
    estimate.method = fmt::format("of {} {}, to 1 part in 1024", histogram.count(), what);
  }
  Estimate& largest = figures[name + ".max"] = without(unit, histogram.count(), "no interval: a maximum has none");
  largest.value = static_cast<double>(*histogram.largest());
}

}  // namespace lynxbench::metrics
