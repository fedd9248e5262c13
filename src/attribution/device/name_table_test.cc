#include "attribution/device/name_table.h"

#include <gtest/gtest.h>

#include "attribution/device/device_class.h"
#include "attribution/device/device_figures.h"
#include "attribution/device/timeline_for_test.h"

namespace lynxbench::attribution {
namespace {

TEST(NameTable, NamesAreRankedWithTheirShares) {
  TimelineBuilder build;
  build.kernel(0, 10, kNoLink, "small");
  build.kernel(20, 50, kNoLink, "big");
  build.kernel(60, 120, kNoLink, "big");
  const Timeline& t = build.linked();
  auto devices = device_figures(t, classify(t));
  fill_name_tables(t, classify(t), devices);
  const auto& top = devices[0].top;
  ASSERT_EQ(top.size(), 2U);
  EXPECT_EQ(top[0].name, "big");
  EXPECT_EQ(top[0].count, 2U);
  EXPECT_EQ(top[0].sum_ns, 90);
  EXPECT_EQ(top[0].share, 0.9);
  EXPECT_EQ(top[0].kind, "compute");
  EXPECT_EQ(top[1].cumulative_share, 1.0);
  EXPECT_EQ(devices[0].names, 2U);
}

TEST(NameTable, OccupancyIsThatOfComputingWeightedByTime) {
  TimelineBuilder build;
  for (const std::int32_t percent : {80, 20, 5}) {
    build.t.kernels.push_back({.occupancy_percent = percent});
  }
  build.work(DeviceWork::kKernel, 0, 30, kNoLink, "gemm", 7, 0, 0);
  build.work(DeviceWork::kKernel, 30, 40, kNoLink, "add", 7, 0, 1);
  build.work(DeviceWork::kKernel, 40, 140, kNoLink, "ncclKernel", 7, 0, 2);
  build.kernel(140, 150, kNoLink, "unknown");
  const Timeline& t = build.linked();
  auto devices = device_figures(t, classify(t));
  fill_name_tables(t, classify(t), devices);
  ASSERT_TRUE(devices[0].occupancy);
  EXPECT_EQ(devices[0].occupancy->percent, 65);  // (80 x 30 + 20 x 10) / 40
  EXPECT_EQ(devices[0].occupancy->known_ns, 40);
  EXPECT_EQ(devices[0].occupancy->unknown_ns, 10);
}

TEST(NameTable, WithoutEstimatesOccupancyIsUnknown) {
  TimelineBuilder build;
  build.kernel(0, 10);
  const Timeline& t = build.linked();
  auto devices = device_figures(t, classify(t));
  fill_name_tables(t, classify(t), devices);
  EXPECT_FALSE(devices[0].occupancy);
}

TEST(NameTable, HostTimeIsOwnTimeAndAddsUp) {
  TimelineBuilder build;
  build.host(HostWork::kOperator, "outer", 0, 100);
  build.host(HostWork::kOperator, "inner", 20, 50);
  TraceFileFigures file;
  fill_host_table(build.linked(), file);
  ASSERT_EQ(file.host_top.size(), 2U);
  EXPECT_EQ(file.host_top[0].name, "outer");
  EXPECT_EQ(file.host_top[0].sum_ns, 70);
  EXPECT_EQ(file.host_top[1].sum_ns, 30);
  EXPECT_EQ(file.host_own_ns, 100);
}

}  // namespace
}  // namespace lynxbench::attribution
