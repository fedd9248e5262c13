#include "attribution/device/copy_rows.h"

#include <gtest/gtest.h>

#include "attribution/device/device_figures.h"
#include "attribution/device/timeline_for_test.h"

namespace lynxbench::attribution {
namespace {

constexpr CopyFacts kPageableIn{1000, CopyKind::kHostToDevice, MemoryKind::kPageable,
                                MemoryKind::kDevice};
constexpr CopyFacts kPinnedIn{4000, CopyKind::kHostToDevice, MemoryKind::kPinned,
                              MemoryKind::kDevice};
constexpr CopyFacts kPinnedOut{600, CopyKind::kDeviceToHost, MemoryKind::kDevice,
                               MemoryKind::kPinned};

std::vector<CopyRow> rows_of(TimelineBuilder& build) {
  const Timeline& t = build.linked();
  const DeviceClasses classes = classify(t);
  std::vector<DeviceFigures> devices = device_figures(t, classes);
  fill_copy_rows(t, classes, devices);
  return devices.at(0).copy_rows;
}

TEST(CopyRows, ACopyIsHiddenWhenOtherWorkRunsFromItsBeginToItsEnd) {
  TimelineBuilder build;
  build.kernel(0, 100);
  build.copy(10, 30, kPinnedIn, kNoLink, 8);    // hidden
  build.copy(20, 100, kPinnedIn, kNoLink, 9);   // hidden: until the very end
  build.copy(90, 110, kPinnedIn, kNoLink, 10);  // hidden in part
  build.copy(110, 120, kPageableIn, kNoLink, 8);
  build.kernel(130, 200, kNoLink, "ncclKernel");
  build.kernel(150, 250);
  build.copy(140, 240, kPinnedOut, kNoLink, 8);  // behind two that touch each other
  const std::vector<CopyRow> rows = rows_of(build);
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0].direction, "host_to_device");
  EXPECT_EQ(rows[0].memory, "pageable");
  EXPECT_FALSE(rows[0].hidden);
  EXPECT_EQ(rows[0].copies.bytes_per_s(), 1e11);  // 1000 bytes in 10 ns
  EXPECT_EQ(rows[1].memory, "pinned");
  EXPECT_FALSE(rows[1].hidden);
  EXPECT_EQ(rows[1].copies.count, 1U);
  EXPECT_EQ(rows[1].copies.bytes_per_s(), 2e11);
  EXPECT_EQ(rows[2].memory, "pinned");
  EXPECT_TRUE(rows[2].hidden);
  EXPECT_EQ(rows[2].copies.count, 2U);
  EXPECT_EQ(rows[2].copies.sum_ns, 100);
  EXPECT_EQ(rows[2].copies.bytes_per_s(), 8e10);  // 8000 bytes in 100 ns
  EXPECT_EQ(rows[3].direction, "device_to_host");
  EXPECT_TRUE(rows[3].hidden);
  EXPECT_EQ(rows[3].copies.bytes, 600);
}

TEST(CopyRows, WorkOfAnotherDeviceHidesNothingAndOtherCopiesAreNoRow) {
  TimelineBuilder build;
  build.copy(10, 20, kPageableIn);
  build.kernel(0, 100, kNoLink, "gemm", 7, 1);
  build.copy(30, 40, {5, CopyKind::kDeviceToDevice, MemoryKind::kDevice, MemoryKind::kDevice});
  build.work(DeviceWork::kSet, 50, 60, kNoLink, "set", 7, 0, kNoRow);
  const std::vector<CopyRow> rows = rows_of(build);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_FALSE(rows[0].hidden);
  EXPECT_EQ(rows[0].copies.count, 1U);
}

TEST(CopyRows, AddUpToTheFiguresOfTheirDirection) {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const Timeline t = random_timeline(seed);
    const DeviceClasses classes = classify(t);
    std::vector<DeviceFigures> devices = device_figures(t, classes);
    fill_copy_rows(t, classes, devices);
    for (const DeviceFigures& device : devices) {
      CopyFigure in;
      CopyFigure out;
      for (const CopyRow& row : device.copy_rows) {
        CopyFigure& sum = row.direction == "host_to_device" ? in : out;
        sum.count += row.copies.count;
        sum.bytes += row.copies.bytes;
        sum.sum_ns += row.copies.sum_ns;
      }
      EXPECT_EQ(in.count, device.host_to_device.count) << seed;
      EXPECT_EQ(in.bytes, device.host_to_device.bytes);
      EXPECT_EQ(in.sum_ns, device.host_to_device.sum_ns);
      EXPECT_EQ(out.count, device.device_to_host.count);
      EXPECT_EQ(out.sum_ns, device.device_to_host.sum_ns);
    }
  }
}

}  // namespace
}  // namespace lynxbench::attribution
