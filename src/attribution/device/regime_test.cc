#include "attribution/device/regime.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace lynxbench::attribution {
namespace {

// A sample each second.
class Recording {
 public:
  Timeline timeline;

  explicit Recording(int seconds) : seconds_(seconds) {
    timeline.clock.kind = TraceClock::Kind::kWall;
  }
  Recording& with(std::string_view name, const std::function<double(int)>& value,
                  TraceSeries::Kind kind = TraceSeries::Kind::kGauge, std::int64_t device = 0) {
    TraceSeries& series = timeline.series.emplace_back();
    series.name = name;
    series.device = device;
    series.kind = kind;
    for (int second = 0; second < seconds_; ++second) {
      series.at_ns.push_back(second * std::int64_t{1'000'000'000});
      series.value.push_back(value(second));
    }
    return *this;
  }
  [[nodiscard]] RegimeFigure regime() const {
    const std::vector<RegimeFigure> all = regimes_of(timeline);
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? RegimeFigure{} : all.front();
  }

 private:
  int seconds_;
};

// 35 C before the load, 70 C in the end, by a time constant of 300 s; in whole degrees, as sensors say.
double warming(int second) { return std::round(70 - 35 * std::exp(-second / 300.0)); }
double never(int) { return 0; }

TEST(Regime, ADeviceThatStillWarmsUpIsAColdBurst) {
  const RegimeFigure one = Recording(120)
                               .with("temperature.gpu", warming)
                               .with("clocks_event_reasons.active", never)
                               .regime();
  EXPECT_EQ(one.regime, "cold burst") << one.because;
  EXPECT_EQ(one.device, 0);
}

TEST(Regime, ALongPlateauIsEquilibrium) {
  const RegimeFigure one = Recording(1800).with("DCGM_FI_DEV_GPU_TEMP", warming).regime();
  EXPECT_EQ(one.regime, "equilibrium") << one.because;
  EXPECT_NE(one.because.find("whether clocks were held back is not in the file"), std::string::npos);
}

TEST(Regime, AShortPlateauIsNotYetEquilibrium) {
  const RegimeFigure one = Recording(120).with("gtemp", [](int) { return 71; }).regime();
  EXPECT_EQ(one.regime, "unknown");
  EXPECT_NE(one.because.find("too short"), std::string::npos) << one.because;
}

TEST(Regime, ADeviceThatCoolsIsNoEquilibrium) {
  const RegimeFigure one =
      Recording(600).with("gtemp", [](int second) { return 80 - second / 30; }).regime();
  EXPECT_EQ(one.regime, "cooling");
}

TEST(Regime, ClocksHeldBackComeBeforeTemperatures) {
  const auto hot = [](int second) { return second % 10 == 0 ? 0x20 : 0; };
  EXPECT_EQ(Recording(400)
                .with("temperature.gpu", warming)
                .with("clocks_event_reasons.active", hot)
                .regime()
                .regime,
            "throttled (thermal)");
  const auto rarely = [](int second) { return second % 50 == 0 ? 0x20 : 0; };
  EXPECT_EQ(Recording(120)
                .with("temperature.gpu", warming)
                .with("clocks_event_reasons.active", rarely)
                .regime()
                .regime,
            "cold burst");
  const auto both = [](int second) { return second % 2 == 0 ? 0x40 : 0x4; };
  EXPECT_EQ(Recording(60).with("DCGM_FI_DEV_CLOCKS_EVENT_REASONS", both).regime().regime,
            "throttled (power and thermal)");
  EXPECT_EQ(Recording(60).with("clocks_event_reasons.active", [](int) { return 0x1; }).regime().regime,
            "unknown");
}

TEST(Regime, APowerCapWhileLittleIsDrawnIsNotTheLoads) {
  const auto drawing = [](double watts) {
    return Recording(60)
        .with("clocks_event_reasons.active", [](int) { return 0x4; })
        .with("power.limit", [](int) { return 700; })
        .with("power.draw", [=](int) { return watts; })
        .regime();
  };
  EXPECT_NE(drawing(150).because.find("150 W of 700 W"), std::string::npos);
  EXPECT_EQ(drawing(690).because.find("capped or faulty"), std::string::npos);
  EXPECT_EQ(drawing(690).regime, "throttled (power)");
}

TEST(Regime, ViolationCountersThatRiseAreThrottling) {
  const auto rising = [](int second) { return 1000.0 * second; };
  const auto still = [](int) { return 5e6; };
  EXPECT_EQ(Recording(30)
                .with("DCGM_FI_DEV_THERMAL_VIOLATION", rising, TraceSeries::Kind::kCounter)
                .with("DCGM_FI_DEV_POWER_VIOLATION", still, TraceSeries::Kind::kCounter)
                .regime()
                .regime,
            "throttled (thermal)");
}

TEST(Regime, AnIdleDeviceIsInNone) {
  EXPECT_EQ(Recording(900)
                .with("temperature.gpu", [](int) { return 35; })
                .with("utilization.gpu", never)
                .regime()
                .regime,
            "idle");
}

TEST(Regime, DevicesHaveRowsOfTheirOwnAndTracesHaveNone) {
  Recording two(120);
  two.with("temperature.gpu", warming).with("temperature.gpu", warming, TraceSeries::Kind::kGauge, 1);
  EXPECT_EQ(regimes_of(two.timeline).size(), 2U);
  EXPECT_TRUE(regimes_of(Recording(10).with("memory allocated", never).timeline).empty());
}

}  // namespace
}  // namespace lynxbench::attribution
