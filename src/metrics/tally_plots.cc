// What the report draws: whole distributions, and the window cut into slices.
#include <algorithm>

#include "metrics/tally_reading.h"
#include "stats/quantile.h"
#include "stats/ranks.h"

namespace lynxbench::metrics {
namespace {

constexpr std::int64_t kMostSlices = 120;
constexpr std::int64_t kShortestSlice = 100'000'000;

// Dense towards the tail: 0, 0.02 ... 0.9, then each nine in nine steps, to the last value.
std::vector<double> quantile_grid(std::uint64_t count) {
  std::vector<double> grid;
  for (int i = 0; i <= 45; ++i) grid.push_back(i * 0.02);
  double rest = 0.1;
  for (int nine = 0; nine < 5; ++nine, rest /= 10) {
    for (int i = 8; i >= 0; --i) {
      double beyond = rest * (i + 1) / 10;
      if (beyond * static_cast<double>(count) >= 1) grid.push_back(1 - beyond);
    }
  }
  grid.push_back(1);
  return grid;
}

template <typename Time>
void add_curve(std::vector<QuantileCurve>& curves, const std::string& metric, const LoadWindow& window,
               const Time& time) {
  auto each = [&](const auto& take) {
    window.for_each_due([&](const LoadRow& row) {
      if (std::optional<std::int64_t> value = time(row)) take(*value);
    });
  };
  std::uint64_t count = 0;
  each([&](std::int64_t) { ++count; });
  if (count < 2) return;
  QuantileCurve& curve = curves.emplace_back();
  curve.metric = metric;
  curve.quantile = quantile_grid(count);
  std::vector<std::uint64_t> ranks;
  for (double q : curve.quantile) ranks.push_back(stats::quantile_rank(count, q));
  for (std::int64_t value : stats::at_ranks(ranks, each)) curve.value_ns.push_back(static_cast<double>(value));
}

void add_curve(std::vector<QuantileCurve>& curves, const std::string& metric, const stats::LogHistogram& histogram) {
  if (histogram.count() < 2) return;
  QuantileCurve& curve = curves.emplace_back();
  curve.metric = metric;
  curve.quantile = quantile_grid(histogram.count());
  for (double q : curve.quantile) curve.value_ns.push_back(static_cast<double>(*histogram.quantile(q)));
}

std::optional<std::int64_t> quantile_of(std::vector<std::int64_t>& values, double q) {
  std::sort(values.begin(), values.end());
  return stats::quantile(values, q);
}

class Slicer {
 public:
  explicit Slicer(const LoadWindow& window)
      : window_(window),
        count_(std::clamp<std::int64_t>((window.end_ns - window.begin_ns) / kShortestSlice, 1, kMostSlices)),
        slices_(static_cast<std::size_t>(count_)), sent_(slices_.size()), left_(slices_.size()) {}

  std::vector<LoadSlice> slices() {
    for (std::size_t i = 0; i < window_.rows.size(); ++i) take(window_.rows[i]);
    finish_slice();
    std::int64_t in_flight = before_;
    double length_s = window_.length_s() / static_cast<double>(count_);
    for (std::size_t i = 0; i < slices_.size(); ++i) {
      slices_[i].length_s = length_s;
      slices_[i].at_s = (static_cast<double>(i) + 0.5) * length_s;
      in_flight += sent_[i] - left_[i];
      slices_[i].in_flight = in_flight;
    }
    return std::move(slices_);
  }

 private:
  [[nodiscard]] std::size_t slice_of(std::int64_t at_ns) const {
    double ratio = static_cast<double>(at_ns - window_.begin_ns) / static_cast<double>(window_.end_ns - window_.begin_ns);
    return static_cast<std::size_t>(std::clamp<std::int64_t>(static_cast<std::int64_t>(ratio * static_cast<double>(count_)), 0, count_ - 1));
  }
  void take(const LoadRow& row) {
    if (row.was_sent()) {
      if (row.sent_ns() < window_.begin_ns) ++before_;
      else if (row.sent_ns() < window_.end_ns) ++sent_[slice_of(row.sent_ns())];
    }
    if (row.left()) {
      if (row.left_ns() < window_.begin_ns) --before_;
      else if (row.left_ns() < window_.end_ns) ++left_[slice_of(row.left_ns())];
    }
    if (row.ok() && window_.holds(row.left_ns())) ++slices_[slice_of(row.left_ns())].answered;
    if (!window_.holds(row.due_ns())) return;
    std::size_t slice = slice_of(row.due_ns());
    if (slice != open_) finish_slice();
    open_ = slice;
    ++slices_[slice].due;
    slices_[slice].failed += row.ok() ? 0 : 1;
    if (row.ok()) e2e_.push_back(row.e2e_ns());
    if (std::optional<std::int64_t> ttft = row.ttft_from_due_ns()) ttft_.push_back(*ttft);
  }
  // Rows come by due time, so a slice's are neighbours.
  void finish_slice() {
    LoadSlice& slice = slices_[open_];
    slice.e2e_p50_ns = quantile_of(e2e_, 0.5);
    slice.e2e_p99_ns = quantile_of(e2e_, 0.99);
    slice.ttft_p50_ns = quantile_of(ttft_, 0.5);
    slice.ttft_p99_ns = quantile_of(ttft_, 0.99);
    e2e_.clear();
    ttft_.clear();
  }

  const LoadWindow& window_;
  std::int64_t count_;
  std::vector<LoadSlice> slices_;
  std::vector<std::int64_t> sent_, left_;
  std::int64_t before_ = 0;  // in flight when the window began
  std::size_t open_ = 0;
  std::vector<std::int64_t> e2e_, ttft_;
};

}  // namespace

std::vector<QuantileCurve> curves_of(const LoadWindow& window, const stats::LogHistogram& itl) {
  std::vector<QuantileCurve> curves;
  add_curve(curves, "e2e", window, [](const LoadRow& row) { return row.ok() ? std::optional(row.e2e_ns()) : std::nullopt; });
  add_curve(curves, "service", window,
            [](const LoadRow& row) { return row.ok() ? std::optional(row.service_ns()) : std::nullopt; });
  add_curve(curves, "ttft", window, [](const LoadRow& row) { return row.ttft_from_due_ns(); });
  add_curve(curves, "itl", itl);
  return curves;
}

std::vector<LoadSlice> slices_of(const LoadWindow& window) {
  if (window.end_ns <= window.begin_ns) return {};
  return Slicer(window).slices();
}

}  // namespace lynxbench::metrics
