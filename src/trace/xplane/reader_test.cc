#include "trace/xplane/reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "base/files.h"
#include "trace/link.h"
#include "trace/xplane/test_space.h"
#include "trace/reading_for_tests.h"

namespace lynxbench::trace::xplane {
namespace {

Result<Timeline> read_and_link(ByteSource& source) {
  Timeline timeline = TRY(reader().read(source, {}));
  link(timeline);
  return timeline;
}

Timeline read_well(std::string_view bytes) { return recognise_and_read(reader(), bytes); }

TEST(Xplane, IsRecognisedByAPlaneAtTheBeginningAndTextNeverIs) {
  EXPECT_TRUE(reader().recognises(small_space()));
  EXPECT_TRUE(reader().recognises(message(1, text(2, "/host:metadata"))));
  for (const char* text : {"", "\n", "\n\n[]", "\n{\"traceEvents\": []}", "\n/device:GPU:0",
                           "timestamp,name", "\n\x0d\x12\x0b/other:thin"}) {
    EXPECT_FALSE(reader().recognises(text)) << text;
  }
}

TEST(Xplane, StreamsAreDeviceWorkAndLinesThatRepeatThemAreNot) {
  const Timeline timeline = read_well(small_space());
  ASSERT_EQ(timeline.device.size(), 2U);
  EXPECT_EQ(timeline.device.begin_ns[0], 6000);
  EXPECT_EQ(timeline.device.end_ns[0], 8500);  // 7'500.999 ns after the line's beginning
  EXPECT_EQ(timeline.names[timeline.device.name[0]], "gemm_kernel");
  EXPECT_EQ(timeline.lanes[timeline.device.lane[0]].stream, 16);
  EXPECT_EQ(count_of(timeline, "sums up what its streams have"), 1U);
  EXPECT_FALSE(is_damaged(timeline));
}

TEST(Xplane, KernelsAndCopiesKeepWhatXlaSaysOfThem) {
  const Timeline timeline = read_well(small_space());
  ASSERT_EQ(timeline.kernels.size(), 1U);
  EXPECT_EQ(timeline.kernels[0].grid, (std::array<std::uint32_t, 3>{8, 4, 1}));
  EXPECT_EQ(timeline.kernels[0].block, (std::array<std::uint32_t, 3>{256, 1, 1}));
  EXPECT_EQ(timeline.kernels[0].registers, 32);
  EXPECT_EQ(timeline.kernels[0].shared_bytes, 16);
  EXPECT_EQ(timeline.kernels[0].occupancy_percent, 50);
  ASSERT_EQ(timeline.device.work[1], DeviceWork::kCopy);
  const CopyFacts& copy = timeline.copies[timeline.device.facts[1]];
  EXPECT_EQ(copy.bytes, 4096);
  EXPECT_EQ(copy.kind, CopyKind::kHostToDevice);
  EXPECT_EQ(copy.source, MemoryKind::kPageable);
  EXPECT_EQ(copy.destination, MemoryKind::kDevice);
}

TEST(Xplane, LaunchesAreFoundByCorrelationId) {
  const Timeline timeline = read_well(small_space());
  ASSERT_EQ(timeline.calls.size(), 2U);
  for (std::size_t row = 0; row < 2; ++row) {
    ASSERT_NE(timeline.device.call[row], kNoRow);
    const std::uint32_t host = timeline.calls.host_row[timeline.device.call[row]];
    EXPECT_EQ(timeline.host.begin_ns[host], row == 0 ? 2000 : 5000);
  }
}

TEST(Xplane, TheHostsThreadsHoldCallsPythonAndTheRest) {
  const Timeline timeline = read_well(small_space());
  EXPECT_EQ(host_names(timeline, HostWork::kCall),
            (std::vector<std::string>{"cuLaunchKernel", "cuLaunchKernel"}));
  EXPECT_EQ(host_names(timeline, HostWork::kPython), std::vector<std::string>{"train.py:12 step"});
  EXPECT_EQ(host_names(timeline, HostWork::kOther),
            std::vector<std::string>{"ThenExecuteCallback"});
  EXPECT_EQ(count_of(timeline, "without a duration"), 1U);
}

TEST(Xplane, TheDeviceTheClockAndNoHostNameAreKnown) {
  const Timeline timeline = read_well(small_space());
  ASSERT_EQ(timeline.devices.size(), 1U);
  EXPECT_EQ(timeline.devices[0].multiprocessors, 132);
  EXPECT_EQ(timeline.devices[0].clock_hz, 1.98e9);
  EXPECT_EQ(timeline.clock.kind, TraceClock::Kind::kWall);
  EXPECT_EQ(timeline.clock.wall_offset_ns, 1'771'595'660'000'000'000);
  EXPECT_EQ(timeline.names.find("secret-host"), kNoRow);
  EXPECT_EQ(timeline.bytes, small_space().size());
}

TEST(Xplane, TimesOfLinesThatAreWallTimesNeedNoOffset) {
  const Timeline timeline = read_well(
      message(1, text(2, "/device:GPU:0") +
                     line(1, "Stream #1(Kernel)", 1'771'595'660'000'000'000, event(1, 1000, 2000)) +
                     named(4, 1, "k")));
  EXPECT_EQ(timeline.clock.kind, TraceClock::Kind::kWall);
  EXPECT_EQ(timeline.clock.wall_offset_ns, 0);
  EXPECT_EQ(timeline.device.begin_ns[0], 1'771'595'660'000'000'001);
}

TEST(Xplane, TheOpsOfATpuAreItsWork) {
  const Timeline timeline = read_well(
      message(1, text(2, "/device:TPU:2") + line(3, "XLA Ops", 0, event(1, 1000, 2000)) +
                     line(4, "Steps", 0, event(1, 0, 9000)) +
                     message(4, number(1, 1) + message(2, text(2, "%fusion = f32[2] long text") +
                                                              text(4, "fusion")))));
  ASSERT_EQ(timeline.device.size(), 1U);
  EXPECT_EQ(timeline.names[timeline.device.name[0]], "fusion");
  EXPECT_EQ(timeline.lanes[0].device, 2);
}

TEST(Xplane, AFileWithoutDeviceWorkSaysSo) {
  const Timeline timeline =
      read_well(message(1, text(2, "/host:CPU") + line(1, "python", 0, event(1, 0, 1000))));
  EXPECT_EQ(timeline.host.size(), 1U);
  EXPECT_EQ(timeline.notes, std::vector<std::string>{"no GPU activity recorded"});
  EXPECT_EQ(count_of(timeline, "name is not in the file"), 1U);
}

TEST(Xplane, EventsWithoutATimeOfTheirOwnAreCountedAndLeftOut) {
  const Timeline timeline = read_well(message(
      1, text(2, "/device:GPU:0") +
             line(1, "Stream #1(Kernel)", 0,
                  message(4, number(1, 1) + number(5, 12)) + event(1, 0, ~std::uint64_t{0}) +
                      event(1, ~std::uint64_t{0} >> 1, 5) + event(1, 1000, 1000)) +
             named(4, 1, "k")));
  EXPECT_EQ(timeline.device.size(), 1U);
  EXPECT_EQ(count_of(timeline, "only counts occurrences"), 1U);
  EXPECT_EQ(count_of(timeline, "without a usable time"), 2U);
}

TEST(Xplane, APartThatIsMalformedIsPassedOverAndTheRestIsRead) {
  const std::string bad_event = message(4, number(1, 1) + std::string("\x0f\x01", 2));
  const Timeline timeline =
      read_well(message(1, text(2, "/device:GPU:0") +
                               line(1, "Stream #1(Kernel)", 0, bad_event + event(1, 1000, 1000)) +
                               named(4, 1, "k")) +
                message(1, text(2, "/host:CPU") + line(1, "python", 0, event(1, 0, 1000))));
  EXPECT_EQ(timeline.device.size(), 1U);
  EXPECT_EQ(timeline.host.size(), 1U);
  EXPECT_EQ(count_of(timeline, "malformed, passed over"), 1U);
}

TEST(Xplane, EveryPrefixEndsCleanlyAndSaysThatItIsCut) {
  const std::string whole = small_space();
  std::vector<std::size_t> boundaries{0};  // between fields of the space a cut is no damage
  for (std::size_t at = 0; at < whole.size(); boundaries.push_back(at)) {
    std::size_t length = static_cast<unsigned char>(whole[at + 1]);
    std::size_t head = 2;
    if (length >= 0x80) {
      length = (length & 0x7F) | static_cast<std::size_t>(whole[at + 2]) << 7;
      head = 3;
    }
    at += head + length;
  }
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const std::string_view prefix = std::string_view(whole).substr(0, length);
    const Result<Timeline> timeline = read_with(reader(), prefix);
    if (!timeline.ok()) continue;
    const bool is_boundary =
        std::find(boundaries.begin(), boundaries.end(), length) != boundaries.end();
    EXPECT_NE(is_damaged(*timeline), is_boundary) << length;
    const bool ends_with_plane = is_boundary && length != 0;
    EXPECT_EQ(count_of(*timeline, "planes may be missing") != 0, ends_with_plane) << length;
  }
}

TEST(Xplane, EventsBeforeTheCutAreKeptWithoutTheirNames) {
  const std::string whole = small_space();
  const std::size_t names = whole.find("XLA Ops");
  const Timeline timeline = read_well(std::string_view(whole).substr(0, names));
  EXPECT_EQ(timeline.device.size(), 2U);
  EXPECT_EQ(timeline.names[timeline.device.name[0]], "event 1");
  EXPECT_TRUE(is_damaged(timeline));
}

TEST(Xplane, BytesThatAreDamagedNeverCrash) {
  const std::string good = small_space();
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const int flip : {0x01, 0x80, 0xff}) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ flip);
      const Result<Timeline> timeline = read_with(reader(), bad);
      if (!timeline.ok()) continue;
      EXPECT_LE(timeline->events, good.size());
    }
  }
}

// --- real profiles, where this machine has them

class XplaneRealProfiles : public testing::Test {
 protected:
  void SetUp() override {
    root_ = real_traces(LYNXBENCH_SOURCE_DIR);
    if (root_.empty()) GTEST_SKIP() << "no real traces: set LYNXBENCH_DATA";
  }

  [[nodiscard]] Result<Timeline> read_path(const std::string& path) const {
    const std::unique_ptr<ByteSource> source = TRY(open_file(root_ / path));
    EXPECT_TRUE(reader().recognises(source->head()));
    return read_and_link(*source);
  }

  fs::path root_;
};

struct Expected {
  const char* path;
  std::size_t device_rows;
  std::int64_t sum_ns;
  std::int64_t span_ns;
  std::size_t copies;
  std::int64_t copied_bytes;
  std::size_t python_rows;
  std::int64_t start_ns;
};

// By a separate walk over the wire format.
constexpr Expected kExpected[] = {
    {"tracelens/history/mi300__jax08_attention__tw003.xplane.pb", 105, 3845562, 32562841, 0, 0,
     1614, 1771595660705918620},
    {"tracelens/history/mi300__jax08_gemm__tw003.xplane.pb", 54, 3475484, 9456212, 0, 0, 2224,
     1771595650217823548},
    {"tracelens/tests/test_data_jax_te_fused_attn_categorization/934987a2fc2f.xplane.pb", 150,
     12133585, 12956751, 0, 0, 59, 1779266702889805563},
    {"tracelens/tests/traces/mi300/jax_conv_minimal_08/tw003.xplane.pb", 235, 28137077, 138470832,
     0, 0, 1353, 1771595639214724894},
    {"tracelens/tests/traces/mi300/jax_conv_minimal_legacy/"
     "chi-mi300x-013.ord.vultr.cpe.ice.amd.com."
     "xplane.pb",
     78, 4475521, 27867728, 53, 34734080, 2648, 1757516928109201518},
};

TEST_F(XplaneRealProfiles, FiguresAreThoseOfASeparateWalk) {
  for (const Expected& expected : kExpected) {
    const Result<Timeline> timeline = read_path(expected.path);
    ASSERT_TRUE(timeline.ok()) << timeline.error().text();
    const DeviceTable& device = timeline->device;
    ASSERT_EQ(device.size(), expected.device_rows) << expected.path;
    std::int64_t sum_ns = 0;
    std::int64_t last_ns = 0;
    std::int64_t bytes = 0;
    for (std::size_t row = 0; row < device.size(); ++row) {
      sum_ns += device.end_ns[row] - device.begin_ns[row];
      last_ns = std::max(last_ns, device.end_ns[row]);
      EXPECT_NE(device.call[row], kNoRow) << expected.path;
      if (device.work[row] == DeviceWork::kCopy) bytes += timeline->copies[device.facts[row]].bytes;
    }
    EXPECT_EQ(sum_ns, expected.sum_ns) << expected.path;
    EXPECT_EQ(last_ns - device.begin_ns[0], expected.span_ns) << expected.path;
    EXPECT_EQ(timeline->copies.size(), expected.copies) << expected.path;
    EXPECT_EQ(bytes, expected.copied_bytes) << expected.path;
    EXPECT_EQ(host_names(*timeline, HostWork::kPython).size(), expected.python_rows);
    EXPECT_EQ(timeline->clock.wall_offset_ns, expected.start_ns);
    EXPECT_GE(timeline->devices.at(0).multiprocessors.value_or(0), 256);
    EXPECT_FALSE(is_damaged(*timeline)) << expected.path;
    EXPECT_EQ(count_of(*timeline, "planes may be missing"), 0U) << expected.path;
  }
}

TEST_F(XplaneRealProfiles, AProfileThatWasStoredAsTextIsRefusedWithTheReason) {
  const Result<Timeline> timeline =
      read_path("xprof/xprof/convert/test_xplanes/tpu_inference_2.xplane.pb");
  ASSERT_FALSE(timeline.ok());
  EXPECT_NE(timeline.error().message.find("stored as text"), std::string::npos);
}

}  // namespace
}  // namespace lynxbench::trace::xplane
