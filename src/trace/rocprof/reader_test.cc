#include "trace/rocprof/reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "base/files.h"
#include "trace/link.h"
#include "trace/reading_for_tests.h"

namespace lynxbench::trace::rocprof {
namespace {

const std::string kMetadata =
    R"("metadata":{"node":{"hostname":"secret-host"},"pid":908,"command":["train","--token=x"]},)"
    R"("agents":[{"id":{"handle":11},"type":1,"name":"CPU"},)"
    R"({"id":{"handle":12},"type":2,"name":"gfx950","product_name":"MI350X","cu_count":256,)"
    R"("logical_node_type_id":3,"max_engine_clk_fcompute":2200},)"
    R"({"id":{"handle":13},"type":2,"name":"gfx942","cu_count":0}],)";
const std::string kStrings =
    R"("strings":{"callback_records":[],"buffer_records":[{"kind":"NONE","operations":[]},)"
    R"({"kind":"HIP_RUNTIME_API","operations":["hipMalloc","hipLaunchKernel"]},)"
    R"({"kind":"MEMORY_COPY","operations":["MEMORY_COPY_NONE","MEMORY_COPY_HOST_TO_DEVICE",)"
    R"("MEMORY_COPY_DEVICE_TO_DEVICE"]}],"marker_api":[{"key":9,"value":"step 1"}]},)";
const std::string
    kSymbols =
        R"("kernel_symbols":[{"kernel_id":0,"kernel_name":""},{"kernel_id":8,"kernel_name":"_Z4gemm.kd",)"
        R"("formatted_kernel_name":"gemm<int>",
    "demangled_kernel_name" : "gemm<int> [clone .kd]"
}],)";
const std::string kDispatch =
    R"({"kind":11,"operation":2,"thread_id":70,"correlation_id":{"internal":5,"external":0},)"
    R"("start_timestamp":100,"end_timestamp":150,"dispatch_info":{"agent_id":{"handle":12},)"
    R"("queue_id":{"handle":16},"kernel_id":8,"group_segment_size":4096,)"
    R"("workgroup_size":{"x":256,"y":1,"z":1},"grid_size":{"x":1000,"y":2,"z":1}},)"
    R"("stream_id":{"handle":7}})";
const std::string kRecords =
    R"("buffer_records":{"kernel_dispatch":[)" + kDispatch +
    R"(],"hip_api":[{"kind":1,"operation":1,"thread_id":70,"correlation_id":{"internal":5},)"
    R"("start_timestamp":80,"end_timestamp":90}],"memory_copy":[{"kind":2,"operation":1,)"
    R"("thread_id":70,"correlation_id":{"internal":6},"start_timestamp":200,"end_timestamp":220,)"
    R"("src_agent_id":{"handle":11},"dst_agent_id":{"handle":12},"bytes":4096},{"kind":2,)"
    R"("operation":2,"correlation_id":{"internal":7},"start_timestamp":230,"end_timestamp":240,)"
    R"("src_agent_id":{"handle":12},"dst_agent_id":{"handle":13}}],"marker_api":[{"kind":0,)"
    R"("operation":0,"thread_id":70,"correlation_id":{"internal":9},"start_timestamp":10,)"
    R"("end_timestamp":300}],"scratch_memory":[{"kind":12}]})";

std::string file_of(const std::string& members) {
  return R"({"rocprofiler-sdk-tool":[{)" + members + "}]}";
}
const std::string kSmall = file_of(kMetadata + kStrings + kSymbols + kRecords);

Result<Timeline> read_and_link(ByteSource& source) {
  Timeline timeline = TRY(reader().read(source, {}));
  link(timeline);
  return timeline;
}

Timeline read_well(std::string_view text) { return recognise_and_read(reader(), text); }

std::string_view host_name(const Timeline& timeline, HostWork work) {
  for (std::size_t row = 0; row < timeline.host.size(); ++row) {
    if (timeline.host.work[row] == work) return timeline.names[timeline.host.name[row]];
  }
  return {};
}

TEST(Rocprof, IsRecognisedByItsRootAlone) {
  EXPECT_TRUE(reader().recognises(kSmall));
  EXPECT_TRUE(reader().recognises("\n{ \"rocprofiler-sdk-tool\" : ["));
  for (const char* text : {"", "{", "[]", R"({"traceEvents":[]})", R"("rocprofiler-sdk-tool")"}) {
    EXPECT_FALSE(reader().recognises(text)) << text;
  }
}

TEST(Rocprof, ADispatchIsAKernelOnItsAgentAndStream) {
  const Timeline timeline = read_well(kSmall);
  ASSERT_EQ(timeline.device.size(), 3U);
  EXPECT_EQ(timeline.names[timeline.device.name[0]], "gemm<int>");
  const Lane& lane = timeline.lanes[timeline.device.lane[0]];
  EXPECT_EQ(lane.device, 3);
  EXPECT_EQ(lane.stream, 7);
  const KernelFacts& facts = timeline.kernels[timeline.device.facts[0]];
  EXPECT_EQ(facts.block, (std::array<std::uint32_t, 3>{256, 1, 1}));
  EXPECT_EQ(facts.grid, (std::array<std::uint32_t, 3>{4, 2, 1}));  // 1,000 work items in 256s
  EXPECT_EQ(facts.shared_bytes, 4096);
  EXPECT_FALSE(is_damaged(timeline));
}

TEST(Rocprof, ACallAndItsKernelShareACorrelationId) {
  const Timeline timeline = read_well(kSmall);
  ASSERT_EQ(timeline.calls.size(), 1U);
  EXPECT_EQ(timeline.device.call[0], 0U);
  EXPECT_EQ(timeline.device.call[1], kNoRow);
  EXPECT_EQ(host_name(timeline, HostWork::kCall), "hipLaunchKernel");
  EXPECT_EQ(timeline.threads[0].process, 908);
  EXPECT_EQ(timeline.threads[0].thread, 70);
}

TEST(Rocprof, CopiesHaveTheirWayAndTheirBytes) {
  const Timeline timeline = read_well(kSmall);
  ASSERT_EQ(timeline.copies.size(), 2U);
  EXPECT_EQ(timeline.copies[0].kind, CopyKind::kHostToDevice);
  EXPECT_EQ(timeline.copies[0].bytes, 4096);
  EXPECT_EQ(timeline.copies[0].destination, MemoryKind::kDevice);
  EXPECT_EQ(timeline.lanes[timeline.device.lane[1]].device, 3);
  EXPECT_FALSE(timeline.lanes[timeline.device.lane[1]].stream_known);
  EXPECT_EQ(timeline.copies[1].kind, CopyKind::kPeerToPeer);
  EXPECT_EQ(timeline.copies[1].bytes, -1);
}

TEST(Rocprof, AMarkersTextIsItsName) {
  EXPECT_EQ(host_name(read_well(kSmall), HostWork::kAnnotation), "step 1");
}

TEST(Rocprof, GpusAreDevicesAndNothingPrivateIsKept) {
  const Timeline timeline = read_well(kSmall);
  ASSERT_EQ(timeline.devices.size(), 2U);
  EXPECT_EQ(timeline.devices[0].id, 3);
  EXPECT_EQ(timeline.devices[0].name, "MI350X");
  EXPECT_EQ(timeline.devices[0].multiprocessors, 256);
  EXPECT_EQ(timeline.devices[0].clock_hz, 2.2e9);
  EXPECT_EQ(timeline.devices[1].id, 1);  // the second, since it has no number of its own
  EXPECT_EQ(timeline.devices[1].name, "gfx942");
  EXPECT_FALSE(timeline.devices[1].multiprocessors.has_value());
  for (NameId id = 0; id < timeline.names.size(); ++id) {
    EXPECT_EQ(timeline.names[id].find("secret"), std::string_view::npos);
    EXPECT_EQ(timeline.names[id].find("token"), std::string_view::npos);
  }
  EXPECT_EQ(timeline.clock.kind, TraceClock::Kind::kRelative);
}

TEST(Rocprof, RecordsOfOtherKindsAreCountedByTheirArray) {
  const Timeline timeline = read_well(kSmall);
  EXPECT_EQ(count_of(timeline, "scratch_memory"), 1U);
  EXPECT_EQ(timeline.events, 6U);
}

TEST(Rocprof, NamesOfKernelsMayComeAfterTheirDispatches) {
  const std::string symbols = kSymbols.substr(0, kSymbols.size() - 1);
  const Timeline timeline = read_well(file_of(kMetadata + kStrings + kRecords + "," + symbols));
  EXPECT_EQ(timeline.names[timeline.device.name[0]], "gemm<int>");
  EXPECT_EQ(count_of(timeline, "symbol is not in the file"), 0U);
}

TEST(Rocprof, AKernelWithoutASymbolIsKeptByItsNumber) {
  const Timeline timeline = read_well(file_of(kMetadata + kStrings + kRecords));
  EXPECT_EQ(timeline.names[timeline.device.name[0]], "kernel 8");
  EXPECT_EQ(count_of(timeline, "symbol is not in the file"), 1U);
}

TEST(Rocprof, EqualCorrelationIdsOfTwoProcessesNeverMeet) {
  const std::string call = R"("buffer_records":{"hip_api":[{"kind":1,"operation":1,"thread_id":1,)"
                           R"("correlation_id":{"internal":5},"start_timestamp":1,)"
                           R"("end_timestamp":2}]})";
  const std::string kernel = R"("buffer_records":{"kernel_dispatch":[)" + kDispatch + "]}";
  const Timeline timeline =
      read_well(R"({"rocprofiler-sdk-tool":[{)" + kernel + "},{" + call + "}]}");
  ASSERT_EQ(timeline.device.size(), 1U);
  EXPECT_EQ(timeline.device.call[0], kNoRow);
}

TEST(Rocprof, ARecordWithoutUsableTimesIsALossWithItsPlace) {
  const std::string text =
      file_of(R"("buffer_records":{"kernel_dispatch":[{"start_timestamp":9,"end_timestamp":8},)"
              R"({"start_timestamp":9},{"start_timestamp":1e3,"end_timestamp":9999}]})");
  const Timeline timeline = read_well(text);
  EXPECT_EQ(timeline.device.size(), 0U);
  EXPECT_EQ(count_of(timeline, "without a usable begin and end"), 3U);
  EXPECT_EQ(timeline.losses[0].where, "byte " + std::to_string(text.find(R"({"start)")));
  EXPECT_EQ(timeline.notes.at(0), "no GPU activity recorded");
}

TEST(Rocprof, WithoutCallsTheHostSideIsSaidToBeUnknown) {
  const Timeline timeline =
      read_well(file_of(R"("buffer_records":{"kernel_dispatch":[)" + kDispatch + "]}"));
  ASSERT_EQ(timeline.notes.size(), 1U);
  EXPECT_NE(timeline.notes[0].find("no calls of HIP"), std::string::npos);
}

TEST(Rocprof, ValuesOfAnotherShapeThanExpectedArePassedOver) {
  const Timeline timeline = read_well(
      R"({"rocprofiler-sdk-tool":[5,[1],{"agents":{"a":[1]},"strings":[{}],"kernel_symbols":7,)"
      R"("buffer_records":{"hip_api":{"x":1},"kernel_dispatch":[)" +
      kDispatch + R"(,3]}}],"other":{"a":[{}]}})");
  EXPECT_EQ(timeline.device.size(), 1U);
  EXPECT_EQ(count_of(timeline, "cannot be read"), 1U);
}

TEST(Rocprof, EveryPrefixEndsCleanlyAndSaysThatItIsCut) {
  for (std::size_t length = 0; length < kSmall.size(); ++length) {
    const Result<Timeline> timeline = read_with(reader(), std::string_view(kSmall).substr(0, length));
    if (!timeline.ok()) continue;
    EXPECT_TRUE(is_damaged(*timeline)) << length;
    EXPECT_LE(timeline->events, 6U);
  }
  const std::string_view cut = std::string_view(kSmall).substr(0, kSmall.find("memory_copy"));
  EXPECT_EQ(read_well(cut).device.size(), 1U);
}

// --- a real file, where this machine has it

TEST(RocprofRealFile, FiguresAreThoseOfAnotherJsonLibrary) {
  const fs::path root = real_traces(LYNXBENCH_SOURCE_DIR);
  if (root.empty()) GTEST_SKIP() << "no real traces: set LYNXBENCH_DATA";
  const auto source = open_file(root / "tracelens/tests/rocprof/908_results.json.gz");
  ASSERT_TRUE(source.ok()) << source.error().text();
  ASSERT_TRUE(reader().recognises((*source)->head()));
  const Result<Timeline> timeline = read_and_link(**source);
  ASSERT_TRUE(timeline.ok()) << timeline.error().text();
  const DeviceTable& device = timeline->device;
  ASSERT_EQ(device.size(), 43'915U);
  std::int64_t sum_ns = 0;
  std::int64_t last_ns = 0;
  std::vector<NameId> names;
  for (std::size_t row = 0; row < device.size(); ++row) {
    sum_ns += device.end_ns[row] - device.begin_ns[row];
    last_ns = std::max(last_ns, device.end_ns[row]);
    names.push_back(device.name[row]);
  }
  EXPECT_EQ(sum_ns, 4'441'741'378);
  EXPECT_EQ(last_ns - device.begin_ns[0], 15'122'023'494);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::unique(names.begin(), names.end()) - names.begin(), 80);
  const NameId fill = timeline->names.find("__amd_rocclr_fillBufferAligned");
  std::int64_t fills = 0;
  for (std::size_t row = 0; row < device.size(); ++row) fills += device.name[row] == fill ? 1 : 0;
  EXPECT_EQ(fills, 3'213);
  EXPECT_EQ(timeline->devices.size(), 8U);
  EXPECT_EQ(timeline->devices[0].name, "AMD Instinct MI350X");
  EXPECT_TRUE(timeline->losses.empty()) << timeline->losses[0].what;
  EXPECT_EQ(timeline->bytes, 37'455'763U);
}

}  // namespace
}  // namespace lynxbench::trace::rocprof
