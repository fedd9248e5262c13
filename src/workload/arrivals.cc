#include "workload/arrivals.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "base/units.h"
#include "workload/gamma.h"
#include "workload/workload.h"

namespace lynxbench::workload {
namespace {

constexpr double kNanosPerSecond = 1e9;
constexpr std::int64_t kLongestTraceNs = std::int64_t{1} << 61;

// Nothing beyond what a time can hold.
std::optional<TraceArrival> at(double ns) {
  if (!(ns < 0x1p62)) return std::nullopt;
  return TraceArrival{.at_ns = static_cast<std::int64_t>(ns)};
}

// Multiplied, not summed: the millionth is as exact as the first.
class Constant final : public Arrivals {
 public:
  explicit Constant(double rate_per_s) : rate_per_s_(rate_per_s) {}
  std::optional<TraceArrival> next() override {
    return at(static_cast<double>(count_++) * kNanosPerSecond / rate_per_s_ + 0.5);
  }

 private:
  double rate_per_s_;
  std::int64_t count_ = 0;
};

class Poisson final : public Arrivals {
 public:
  Poisson(double rate_per_s, std::uint64_t seed)
      : gap_ns_(kNanosPerSecond / rate_per_s), random_(seed, "arrivals") {}
  std::optional<TraceArrival> next() override {
    at_ns_ += random_.exponential() * gap_ns_;
    return at(at_ns_);
  }

 private:
  double gap_ns_;
  Random random_;
  double at_ns_ = 0;
};

// A renewal process that has been going on for ever: the first gap is what is left of the one that
// the start falls into, which is a uniform share of a gap drawn in proportion to its length (Gamma
// of shape + 1). So the expected count of any stretch is rate x its length, from the first second
// on; and with a coefficient of variation of 1 it is the Poisson process.
class Gamma final : public Arrivals {
 public:
  Gamma(double rate_per_s, double gap_cv, std::uint64_t seed)
      : gap_ns_(kNanosPerSecond / rate_per_s), gap_(1 / (gap_cv * gap_cv)), random_(seed, "arrivals") {
    double shape = 1 / (gap_cv * gap_cv);
    at_ns_ = random_.uniform() * GammaDraw(shape + 1).next(random_) * (shape + 1) / shape * gap_ns_;
  }
  std::optional<TraceArrival> next() override {
    double now_ns = at_ns_;
    at_ns_ += gap_.next(random_) * gap_ns_;
    return at(now_ns);
  }

 private:
  double gap_ns_;
  GammaDraw gap_;
  Random random_;
  double at_ns_ = 0;
};

// Poisson with a rate that goes evenly from `from` to `to`, by the time-rescaling theorem: arrivals
// of rate 1 at s = from t + (to - from) t^2 / 2 duration, solved for t in the form that loses no
// digits when the two rates are close.
class Ramp final : public Arrivals {
 public:
  Ramp(double from_per_s, double to_per_s, Nanos duration, std::uint64_t seed)
      : from_(from_per_s), seconds_(static_cast<double>(duration.count()) / kNanosPerSecond),
        slope_((to_per_s - from_per_s) / seconds_), last_((from_per_s + to_per_s) / 2 * seconds_),
        random_(seed, "arrivals") {}
  std::optional<TraceArrival> next() override {
    area_ += random_.exponential();
    if (!(area_ < last_)) return std::nullopt;
    if (area_ == 0) return TraceArrival{};
    double square = std::max(0.0, from_ * from_ + 2 * slope_ * area_);
    return at(2 * area_ / (from_ + std::sqrt(square)) * kNanosPerSecond);
  }

 private:
  double from_, seconds_, slope_;
  double last_;  // the expected count of the whole duration
  Random random_;
  double area_ = 0;
};

// Recorded times, over and over. The pause between the last of a round and the first of the next is
// the mean gap.
class Recorded final : public Arrivals {
 public:
  Recorded(std::span<const TraceArrival> recorded, double scale, double period_ns, Nanos duration)
      : recorded_(recorded), scale_(scale), period_ns_(period_ns), duration_(duration) {}

  std::optional<TraceArrival> next() override {
    if (at_ == recorded_.size()) {
      at_ = 0;
      ++round_;
    }
    const TraceArrival& recorded = recorded_[at_++];
    std::int64_t since = recorded.at_ns - recorded_.front().at_ns;
    double begin_ns = std::floor(static_cast<double>(round_) * period_ns_ + 0.5);
    double scaled_ns = scale_ == 1 ? static_cast<double>(since) : static_cast<double>(since) * scale_;
    std::optional<TraceArrival> arrival = at(begin_ns + scaled_ns);
    if (!arrival) return std::nullopt;
    // Times that are not scaled stay exact.
    if (scale_ == 1) arrival->at_ns = static_cast<std::int64_t>(begin_ns) + since;
    // The last of a round and the first of the next may be rounded apart.
    arrival->at_ns = last_ns_ = std::max(last_ns_, arrival->at_ns);
    arrival->input = recorded.input;
    return arrival;
  }
  [[nodiscard]] bool names_inputs() const override { return true; }
  [[nodiscard]] std::vector<std::string> notes() const override {
    double asked_ns = static_cast<double>(duration_.count());
    if (asked_ns <= 0) return {};
    std::vector<std::string> notes;
    if (scale_ != 1) {
      notes.push_back(fmt::format("the trace's gaps are multiplied by {}", number_text(scale_, 4)));
    }
    std::string length = duration_text(period_ns_), asked = duration_text(asked_ns);
    if (period_ns_ < asked_ns) {
      notes.push_back(fmt::format("the trace of {} is repeated: {} times in {}", length,
                                  number_text(asked_ns / period_ns_), asked));
    } else if (period_ns_ > asked_ns) {
      notes.push_back(fmt::format("the trace of {} is cut after {}", length, asked));
    }
    return notes;
  }

 private:
  std::span<const TraceArrival> recorded_;
  double scale_;
  double period_ns_;
  Nanos duration_;
  std::size_t at_ = 0;
  std::int64_t round_ = 0;
  std::int64_t last_ns_ = 0;
};

Result<std::unique_ptr<Arrivals>> open_recorded(const LoadSpec& load, Nanos duration,
                                                std::span<const TraceArrival> recorded) {
  if (recorded.empty()) {
    return error(ErrorCode::kInvalidArgument,
                 "arrivals of a trace need a trace: the workload's prompts come from none");
  }
  auto earlier = [](const TraceArrival& a, const TraceArrival& b) { return a.at_ns < b.at_ns; };
  if (recorded.front().at_ns < 0 || recorded.back().at_ns > kLongestTraceNs ||
      !std::is_sorted(recorded.begin(), recorded.end(), earlier)) {
    return error(ErrorCode::kInvalidArgument, "the times of a trace must be sorted, from 0 to {} ns",
                 kLongestTraceNs);
  }
  double count = static_cast<double>(recorded.size());
  double length_ns = static_cast<double>(recorded.back().at_ns - recorded.front().at_ns);
  double period_ns = recorded.size() > 1 ? length_ns * (count / (count - 1)) : 0;
  if (!load.rate_per_s) {
    if (period_ns > 0) return std::unique_ptr<Arrivals>(std::make_unique<Recorded>(recorded, 1, period_ns, duration));
    return error(ErrorCode::kInvalidArgument,
                 "a trace of {} request{} at one moment has no rate of its own: give one",
                 recorded.size(), recorded.size() == 1 ? "" : "s");
  }
  double wanted_ns = count / *load.rate_per_s * kNanosPerSecond;
  double scale = period_ns > 0 ? wanted_ns / period_ns : 1;
  return std::unique_ptr<Arrivals>(std::make_unique<Recorded>(recorded, scale, wanted_ns, duration));
}

bool is_rate(double value) { return value > 0 && value <= kMostRatePerS; }

Status check_rates(const LoadSpec& load) {
  if (load.arrival == Arrival::kTrace && !load.rate_per_s) return ok_status();
  if (!load.rate_per_s) return error(ErrorCode::kInvalidArgument, "an open loop needs a rate");
  double from = *load.rate_per_s, to = load.ramp_to_per_s;
  if (load.arrival != Arrival::kRamp) {
    if (is_rate(from)) return ok_status();
    return error(ErrorCode::kInvalidArgument, "a rate of {}/s is out of range; give more than 0 and at most {}",
                 from, kMostRatePerS);
  }
  bool ends = (from == 0 || is_rate(from)) && (to == 0 || is_rate(to));
  if (ends && from + to > 0) return ok_status();
  return error(ErrorCode::kInvalidArgument,
               "a ramp from {}/s to {}/s is none; give two rates of at most {}, one of them above 0",
               from, to, kMostRatePerS);
}

}  // namespace

Result<std::unique_ptr<Arrivals>> open_arrivals(const LoadSpec& load, Nanos duration,
                                                std::span<const TraceArrival> recorded,
                                                std::uint64_t seed) {
  TRY_STATUS(check_rates(load));
  std::unique_ptr<Arrivals> arrivals;
  switch (load.arrival) {
    case Arrival::kConstant: arrivals = std::make_unique<Constant>(*load.rate_per_s); break;
    case Arrival::kPoisson: arrivals = std::make_unique<Poisson>(*load.rate_per_s, seed); break;
    case Arrival::kGamma:
      if (!(load.gap_cv >= kLeastGapCv && load.gap_cv <= kMostGapCv)) {
        return error(ErrorCode::kInvalidArgument,
                     "a coefficient of variation of {} is out of range; give {} to {} (1: Poisson)",
                     load.gap_cv, kLeastGapCv, kMostGapCv);
      }
      arrivals = std::make_unique<Gamma>(*load.rate_per_s, load.gap_cv, seed);
      break;
    case Arrival::kRamp:
      arrivals = std::make_unique<Ramp>(*load.rate_per_s, load.ramp_to_per_s, std::max(duration, Nanos{1}), seed);
      break;
    case Arrival::kTrace: return open_recorded(load, duration, recorded);
  }
  return arrivals;
}

}  // namespace lynxbench::workload
