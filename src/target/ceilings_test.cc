#include <gtest/gtest.h>

#include <fstream>

#include "target/stream_triad.h"
#include "target/target.h"

namespace lynxbench::target {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

TEST(StreamTriad, ArraysAreFourTimesTheLastLevelCacheWithinLimits) {
  EXPECT_EQ(triad_elements(32 * kMiB, std::size_t{64} << 30) * 8, 128 * kMiB);
  EXPECT_EQ(triad_elements(0, std::size_t{64} << 30) * 8, 32 * kMiB);
  EXPECT_EQ(triad_elements(512 * kMiB, std::size_t{64} << 30) * 8, 256 * kMiB);
  EXPECT_EQ(triad_elements(512 * kMiB, 60 * kMiB) * 8, 10 * kMiB);
  EXPECT_EQ(triad_elements(512 * kMiB, 0), 0U);
}

TEST(StreamTriad, TheLastLevelCacheIsTheLargestThatTheKernelLists) {
  const fs::path root = fs::path(::testing::TempDir()) / "sys_cache";
  fs::remove_all(root);
  EXPECT_EQ(last_level_cache_bytes(root), 0U);
  const char* sizes[] = {"48K", "32K", "1024K", "32768K"};
  for (int index = 0; index < 4; ++index) {
    const fs::path folder =
        root / "devices/system/cpu/cpu0/cache" / ("index" + std::to_string(index));
    fs::create_directories(folder);
    std::ofstream(folder / "size") << sizes[index] << "\n";
  }
  EXPECT_EQ(last_level_cache_bytes(root), 32 * kMiB);
}

// A clock that moves by a second with each look: rates follow by arithmetic.
class CountingClock final : public Clock {
 public:
  Nanos now() const override { return std::chrono::seconds(++looks_); }
  void sleep_until(Nanos /*when*/) override {}

 private:
  mutable std::atomic<std::int64_t> looks_{0};
};

TEST(StreamTriad, ARepeatCountsTwentyFourBytesAnElement) {
  CountingClock clock;
  for (const std::int64_t threads : {1, 3}) {
    const TriadRates rates = *measure_triad(1000, threads, 2, clock);
    EXPECT_EQ(rates.bytes_per_s, (std::vector<double>{24'000, 24'000}));  // one pass, one second
  }
}

TEST(Ceilings, TheyAreMeasuredThroughTheRuntime) {
  SystemClock clock;
  const SearchPaths paths = default_search_paths();
  const Result<Ceilings> ceilings = measure_ceilings(1, 2, paths, clock);
  if (!ceilings.ok()) GTEST_SKIP() << ceilings.error().text();
  ASSERT_EQ(ceilings->matmul_flops_per_s.size(), 2U);
  ASSERT_EQ(ceilings->stream_bytes_per_s.size(), 2U);
  // Any processor of this century does more than 0.1 GFLOP/s and 0.1 GB/s, and no core 10 TFLOP/s.
  for (const double rate : ceilings->matmul_flops_per_s) {
    EXPECT_GT(rate, 1e8);
    EXPECT_LT(rate, 1e13);
  }
  for (const double rate : ceilings->stream_bytes_per_s) {
    EXPECT_GT(rate, 1e8);
    EXPECT_LT(rate, 1e12);
  }
  EXPECT_NE(ceilings->matmul_method.find("MatMul"), std::string::npos);
  EXPECT_NE(ceilings->stream_method.find("triad"), std::string::npos);
}

TEST(Ceilings, WithoutTheRuntimeTheyAreUnavailable) {
  SystemClock clock;
  const SearchPaths nowhere{.runtime_libraries = {"/nowhere/libonnxruntime.so.1"},
                            .model_folders = {}};
  EXPECT_EQ(measure_ceilings(1, 1, nowhere, clock).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(measure_ceilings(0, 1, nowhere, clock).error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace lynxbench::target
