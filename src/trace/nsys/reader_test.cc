#include "trace/nsys/reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <vector>

#include "base/files.h"
#include "trace/nsys/test_export.h"
#include "trace/reading_for_tests.h"

namespace lynxbench::trace::nsys {
namespace {

// Process 70, thread 71; process 80, thread 81.
constexpr std::int64_t kPid70 = std::int64_t{1} << 48 | std::int64_t{70} << 24;
constexpr std::int64_t kPid80 = std::int64_t{1} << 48 | std::int64_t{80} << 24;

std::string with_ids(std::string sql) {
  const std::pair<std::string, std::int64_t> ids[] = {
      {"P70", kPid70}, {"P80", kPid80}, {"T71", kPid70 | 71}, {"T81", kPid80 | 81}};
  for (const auto& [name, id] : ids) {
    for (std::size_t at = sql.find(name); at != std::string::npos; at = sql.find(name)) {
      sql.replace(at, name.size(), std::to_string(id));
    }
  }
  return sql;
}

const std::string kStrings =
    "CREATE TABLE StringIds (id INTEGER NOT NULL PRIMARY KEY, value TEXT NOT NULL);"
    "INSERT INTO StringIds VALUES (1, 'void gemm<float>(int)'), (2, 'cudaLaunchKernel_v7000'),"
    "(3, 'add'), (4, 'cudaMemcpyAsync_v3020'), (5, 'poll'), (6, 'worker'), (7, 'registered range'),"
    "(8, 'Buffer flush'), (9, 'TOKEN=secret');";
const std::string kKernels =
    "CREATE TABLE CUPTI_ACTIVITY_KIND_KERNEL (start INT, end INT, deviceId INT, streamId INT,"
    " correlationId INT, globalPid INT, demangledName INT, shortName INT, registersPerThread INT,"
    " gridX INT, gridY INT, gridZ INT, blockX INT, blockY INT, blockZ INT, staticSharedMemory INT,"
    " dynamicSharedMemory INT, graphNodeId INT);"
    "INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL VALUES"
    "(100, 150, 0, 7, 11, P70, 1, 3, 32, 10, 2, 1, 128, 1, 1, 16, 1000, NULL),"
    "(200, 260, 1, 7, 11, P80, 3, 3, 64, 20, 1, 1, 256, 1, 1, 0, 0, 5);";
const std::string kCalls =
    "CREATE TABLE CUPTI_ACTIVITY_KIND_RUNTIME (start INT, end INT, eventClass INT, globalTid INT,"
    " correlationId INT, nameId INT, returnValue INT);"
    "INSERT INTO CUPTI_ACTIVITY_KIND_RUNTIME VALUES (90, 95, 0, T71, 11, 2, 0),"
    "(180, 190, 0, T81, 11, 2, 0), (300, 310, 0, T71, 12, 4, 0);";
const std::string kCopies =
    "CREATE TABLE CUPTI_ACTIVITY_KIND_MEMCPY (start INT, end INT, deviceId INT, streamId INT,"
    " correlationId INT, globalPid INT, bytes INT, copyKind INT, srcKind INT, dstKind INT);"
    "INSERT INTO CUPTI_ACTIVITY_KIND_MEMCPY VALUES (320, 350, 0, 7, 12, P70, 4096, 1, 0, 2);";

Timeline read_well(const std::string& sql) {
  return trace::read_well(reader(), database_of(with_ids(sql)));
}

std::string_view name_of(const Timeline& timeline, NameId id) { return timeline.names[id]; }

bool notes(const Timeline& timeline, std::string_view part) {
  return std::any_of(timeline.notes.begin(), timeline.notes.end(),
                     [&](const std::string& note) { return note.find(part) != std::string::npos; });
}

TEST(Nsys, IsRecognisedByTheMagicOfSqliteAlone) {
  EXPECT_TRUE(reader().recognises(std::string_view("SQLite format 3\0 and more", 26)));
  EXPECT_FALSE(reader().recognises("SQLite format 3 but a text"));
  EXPECT_FALSE(reader().recognises(""));
  EXPECT_FALSE(reader().recognises("version https://git-lfs.github.com/spec/v1\n"));
}

TEST(Nsys, EqualCorrelationIdsOfTwoProcessesNeverMeet) {
  const Timeline timeline = read_well(kStrings + kKernels + kCalls);
  ASSERT_EQ(timeline.device.size(), 2U);
  ASSERT_EQ(timeline.calls.size(), 3U);
  for (std::size_t row = 0; row < 2; ++row) {
    const std::uint32_t call = timeline.device.call[row];
    ASSERT_NE(call, kNoRow);
    EXPECT_EQ(timeline.host.begin_ns[timeline.calls.host_row[call]], row == 0 ? 90 : 180);
  }
  EXPECT_TRUE(timeline.losses.empty());
  EXPECT_EQ(timeline.events, 5U);
}

TEST(Nsys, AKernelKeepsItsDemangledNameAndItsFacts) {
  const Timeline timeline = read_well(kStrings + kKernels + kCalls);
  EXPECT_EQ(name_of(timeline, timeline.device.name[0]), "void gemm<float>(int)");
  EXPECT_EQ(timeline.lanes[timeline.device.lane[1]].device, 1);
  const KernelFacts& facts = timeline.kernels[timeline.device.facts[0]];
  EXPECT_EQ(facts.grid, (std::array<std::uint32_t, 3>{10, 2, 1}));
  EXPECT_EQ(facts.block, (std::array<std::uint32_t, 3>{128, 1, 1}));
  EXPECT_EQ(facts.registers, 32);
  EXPECT_EQ(facts.shared_bytes, 1016);
  EXPECT_FALSE(facts.from_graph);
  EXPECT_TRUE(timeline.kernels[timeline.device.facts[1]].from_graph);
}

TEST(Nsys, ColumnsThatAnOlderExportLacksAreUnknownNotZero) {
  const Timeline timeline = read_well(
      kStrings + kCalls +
      "CREATE TABLE CUPTI_ACTIVITY_KIND_KERNEL (start INT, end INT, deviceId INT, streamId INT,"
      " correlationId INT, shortName INT);"
      "INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL VALUES (100, 150, 0, 7, 12, 3);");
  ASSERT_EQ(timeline.device.size(), 1U);
  const KernelFacts& facts = timeline.kernels[timeline.device.facts[0]];
  EXPECT_EQ(facts.registers, -1);
  EXPECT_EQ(facts.shared_bytes, -1);
  EXPECT_EQ(name_of(timeline, timeline.device.name[0]), "add");
  EXPECT_NE(timeline.device.call[0], kNoRow);
  EXPECT_TRUE(notes(timeline, "by correlation id alone"));
}

TEST(Nsys, ACallIsNamedWithoutTheVersionOfItsInterface) {
  const Timeline timeline = read_well(kStrings + kKernels + kCalls);
  EXPECT_EQ(host_names(timeline, HostWork::kCall),
            (std::vector<std::string>{"cudaLaunchKernel", "cudaMemcpyAsync", "cudaLaunchKernel"}));
}

TEST(Nsys, CopyAndMemoryKindsAreThoseOfTheFilesOwnTables) {
  const Timeline usual = read_well(kStrings + kCopies);
  EXPECT_EQ(name_of(usual, usual.device.name[0]), "Memcpy HtoD (Pageable -> Device)");
  EXPECT_EQ(usual.copies[0].bytes, 4096);
  EXPECT_EQ(usual.copies[0].kind, CopyKind::kHostToDevice);
  const Timeline own = read_well(
      kStrings + kCopies +
      "CREATE TABLE ENUM_CUDA_MEMCPY_OPER (id INTEGER PRIMARY KEY, name TEXT, label TEXT);"
      "INSERT INTO ENUM_CUDA_MEMCPY_OPER VALUES (1, 'CUDA_MEMCPY_KIND_DTOH', 'x');"
      "CREATE TABLE ENUM_CUDA_MEM_KIND (id INTEGER PRIMARY KEY, name TEXT, label TEXT);"
      "INSERT INTO ENUM_CUDA_MEM_KIND VALUES (0, 'CUDA_MEMOPR_MEMORY_KIND_DEVICE', ''),"
      "(2, 'CUDA_MEMOPR_MEMORY_KIND_PINNED', '');");
  EXPECT_EQ(own.copies[0].kind, CopyKind::kDeviceToHost);
  EXPECT_EQ(own.copies[0].source, MemoryKind::kDevice);
  EXPECT_EQ(own.copies[0].destination, MemoryKind::kPinned);
}

TEST(Nsys, ASetIsDeviceWorkOfItsOwnKind) {
  const Timeline timeline = read_well(
      "CREATE TABLE CUPTI_ACTIVITY_KIND_MEMSET (start INT, end INT, deviceId INT, streamId INT,"
      " correlationId INT, globalPid INT, bytes INT, memKind INT);"
      "INSERT INTO CUPTI_ACTIVITY_KIND_MEMSET VALUES (1, 5, 0, 7, 3, P70, 64, 2);");
  ASSERT_EQ(timeline.device.size(), 1U);
  EXPECT_EQ(timeline.device.work[0], DeviceWork::kSet);
  EXPECT_EQ(name_of(timeline, timeline.device.name[0]), "Memset (Device)");
  EXPECT_EQ(timeline.copies[0].bytes, 64);
  EXPECT_EQ(timeline.device.call[0], kNoRow);
}

const std::string kRanges =
    "CREATE TABLE NVTX_EVENTS (start INT, end INT, eventType INT, text TEXT, globalTid INT,"
    " textId INT);"
    "INSERT INTO NVTX_EVENTS VALUES (10, 400, 59, 'step 1', T71, NULL),"
    "(20, 300, 60, NULL, T71, 7),"
    "(30, 90, 59, 'aten::mm, seq = 7, op_id = 9, sizes = [[2, 3], [], [3, -4]]', T71, NULL),"
    "(40, 50, 59, 'aten::add, op_id = 993403', T71, NULL),"
    "(45, NULL, 59, 'open', T71, NULL),"
    "(46, 46, 34, 'mark', T71, NULL),"
    "(47, 500, 59, 'f(a, seq = 7, b)', T71, NULL);";

TEST(Nsys, RangesAreAnnotationsAndThoseOfTorchAreOperators) {
  const Timeline timeline = read_well(kStrings + kCopies + kRanges);
  EXPECT_EQ(host_names(timeline, HostWork::kAnnotation),
            (std::vector<std::string>{"step 1", "registered range", "open", "f(a, seq = 7, b)"}));
  EXPECT_EQ(host_names(timeline, HostWork::kOperator),
            (std::vector<std::string>{"aten::mm", "aten::add"}));
  ASSERT_EQ(timeline.operators.size(), 1U);
  EXPECT_EQ(name_of(timeline, timeline.operators[0].shapes), "[[2,3],[],[3,-4]]");
  EXPECT_EQ(name_of(timeline, timeline.host.name[timeline.operators[0].host_row]), "aten::mm");
  EXPECT_EQ(count_of(timeline.losses, "no range"), 1U);
}

TEST(Nsys, ARangeThatIsOpenEndsWithTheLastEventAndSaysSo) {
  const Timeline timeline = read_well(kStrings + kCopies + kRanges);
  for (std::size_t row = 0; row < timeline.host.size(); ++row) {
    if (name_of(timeline, timeline.host.name[row]) != "open") continue;
    EXPECT_EQ(timeline.host.end_ns[row], 500);
  }
  EXPECT_EQ(count_of(timeline.losses, "still open"), 1U);
}

TEST(Nsys, SystemCallsOverheadAndThreadNamesAreRead) {
  const Timeline timeline =
      read_well(kStrings +
                "CREATE TABLE OSRT_API (start INT, end INT, globalTid INT, nameId INT);"
                "INSERT INTO OSRT_API VALUES (1, 9, T71, 5);"
                "CREATE TABLE PROFILER_OVERHEAD (start INT, end INT, globalTid INT, nameId INT);"
                "INSERT INTO PROFILER_OVERHEAD VALUES (2, 3, T71, 8);"
                "CREATE TABLE ThreadNames (nameId INT, priority INT, globalTid INT);"
                "INSERT INTO ThreadNames VALUES (6, 20, T71), (6, 20, T81);");
  EXPECT_EQ(host_names(timeline, HostWork::kSystemCall), std::vector<std::string>{"poll"});
  EXPECT_EQ(host_names(timeline, HostWork::kOverhead), std::vector<std::string>{"Buffer flush"});
  ASSERT_EQ(timeline.threads.size(), 1U);
  EXPECT_EQ(timeline.threads[0].process, 70);
  EXPECT_EQ(timeline.threads[0].thread, 71);
  EXPECT_EQ(name_of(timeline, timeline.threads[0].name), "worker");
}

TEST(Nsys, AWaitNamesItsCallItsLaneAndTheCallThatRecordedTheEvent) {
  const Timeline timeline = read_well(
      "CREATE TABLE CUPTI_ACTIVITY_KIND_SYNCHRONIZATION (start INT, end INT, deviceId INT,"
      " streamId INT, correlationId INT, globalPid INT, syncType INT, eventSyncId INT);"
      "INSERT INTO CUPTI_ACTIVITY_KIND_SYNCHRONIZATION VALUES (1, 5, 0, 7, 3, P70, 2, 900),"
      "(6, 9, 0, 4294967295, 4, P70, 4, 4294967295);"
      "CREATE TABLE CUPTI_ACTIVITY_KIND_CUDA_EVENT (globalPid INT, correlationId INT,"
      " eventSyncId INT);"
      "INSERT INTO CUPTI_ACTIVITY_KIND_CUDA_EVENT VALUES (P80, 1, 900), (P70, 2, 900);");
  ASSERT_EQ(timeline.waits.size(), 2U);
  EXPECT_EQ(name_of(timeline, timeline.waits[0].name), "Stream Wait Event");
  EXPECT_EQ(timeline.waits[0].link, LinkKey{70} << 32 | 3);
  EXPECT_EQ(timeline.waits[0].recorded_by, LinkKey{70} << 32 | 2);
  EXPECT_NE(timeline.waits[0].lane, kNoRow);
  EXPECT_EQ(name_of(timeline, timeline.waits[1].name), "Context Sync");
  EXPECT_EQ(timeline.waits[1].lane, kNoRow);
  EXPECT_EQ(timeline.waits[1].recorded_by, kNoLink);
}

TEST(Nsys, AWaitIsOnTheDeviceOfItsContextWhateverDeviceItNames) {
  const Timeline timeline = read_well(
      "CREATE TABLE CUPTI_ACTIVITY_KIND_KERNEL (start INT, end INT, deviceId INT, streamId INT,"
      " correlationId INT, globalPid INT, contextId INT);"
      "INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL VALUES (1, 5, 0, 7, 1, P70, 1),"
      "(2, 6, 1, 15, 1, P80, 2), (3, 7, 1, 15, 2, P80, 2);"
      "CREATE TABLE CUPTI_ACTIVITY_KIND_SYNCHRONIZATION (start INT, end INT, deviceId INT,"
      " streamId INT, correlationId INT, globalPid INT, syncType INT, contextId INT);"
      "INSERT INTO CUPTI_ACTIVITY_KIND_SYNCHRONIZATION VALUES (2, 5, 0, 7, 3, P70, 3, 1),"
      "(3, 7, 0, 15, 3, P80, 3, 2), (8, 9, 0, 15, 4, P80, 3, 9);");
  ASSERT_EQ(timeline.waits.size(), 3U);
  const auto lane = [&](std::size_t wait) { return timeline.lanes[timeline.waits[wait].lane]; };
  EXPECT_EQ(lane(0).device, 0);
  EXPECT_EQ(lane(1).device, 1);
  EXPECT_EQ(lane(1).stream, 15);
  EXPECT_EQ(lane(2).device, 0);  // a context that did no work: as the row says
}

TEST(Nsys, AGraphTracedWholeIsWorkWithANoteThatItsInsideIsUnknown) {
  const Timeline timeline = read_well(
      "CREATE TABLE CUPTI_ACTIVITY_KIND_GRAPH_TRACE (start INT, end INT, deviceId INT,"
      " streamId INT, correlationId INT, globalPid INT, graphId INT);"
      "INSERT INTO CUPTI_ACTIVITY_KIND_GRAPH_TRACE VALUES (10, 90, 0, 7, 3, P70, 4);");
  ASSERT_EQ(timeline.device.size(), 1U);
  EXPECT_EQ(name_of(timeline, timeline.device.name[0]), "CUDA graph 4");
  EXPECT_TRUE(timeline.kernels[0].from_graph);
  EXPECT_TRUE(notes(timeline, "traced whole"));
}

TEST(Nsys, AProcessThatNumbersItsGpusItselfIsOnTheGpuThatTheFileSays) {
  const Timeline timeline = read_well(
      kStrings + kKernels +
      "CREATE TABLE TARGET_INFO_CUDA_DEVICE (gpuId INT, cudaId INT, pid INT);"
      "INSERT INTO TARGET_INFO_CUDA_DEVICE VALUES (3, 0, 70), (2, 0, 80);"
      "CREATE TABLE TARGET_INFO_GPU (id INT, name TEXT, memoryBandwidth INT, clockRate INT,"
      " smCount INT, totalMemory INT);"
      "INSERT INTO TARGET_INFO_GPU VALUES (3, 'H100', 3000000000000, 1980000000, 132, 80000000000),"
      "(2, NULL, 0, NULL, NULL, NULL);");
  EXPECT_EQ(timeline.lanes[timeline.device.lane[0]].device, 3);
  EXPECT_EQ(timeline.lanes[timeline.device.lane[1]].device, 1);  // which the file does not map
  ASSERT_EQ(timeline.devices.size(), 2U);
  EXPECT_EQ(timeline.devices[0].name, "H100");
  EXPECT_EQ(timeline.devices[0].multiprocessors, 132);
  EXPECT_EQ(timeline.devices[0].memory_bandwidth_bytes_per_s, 3e12);
  EXPECT_EQ(timeline.devices[0].clock_hz, 1.98e9);
  EXPECT_EQ(timeline.devices[1].name, "");
  EXPECT_FALSE(timeline.devices[1].memory_bandwidth_bytes_per_s.has_value());
}

TEST(Nsys, SampledMetricsBecomeASeriesForEachGpuAndMetric) {
  const Timeline timeline = read_well(
      "CREATE TABLE GPU_METRICS (rawTimestamp INT, typeId INT, metricId INT, value INT);"
      "INSERT INTO GPU_METRICS VALUES (5, 256, 1, 40), (6, 256, 1, 60), (5, 257, 2, 1980),"
      "(7, 257, 2, NULL);"
      "CREATE TABLE TARGET_INFO_GPU_METRICS (typeId INT, metricId INT, metricName TEXT);"
      "INSERT INTO TARGET_INFO_GPU_METRICS VALUES (256, 1, 'SMs Active [Throughput %]'),"
      "(257, 2, 'GPC Clock Frequency [MHz]');");
  ASSERT_EQ(timeline.series.size(), 2U);
  EXPECT_EQ(timeline.series[0].name, "SMs Active");
  EXPECT_EQ(timeline.series[0].unit, "Throughput %");
  EXPECT_EQ(timeline.series[0].labels, "gpu=0");
  EXPECT_EQ(timeline.series[0].at_ns[1], 6);
  EXPECT_EQ(timeline.series[0].value[1], 60.0);
  EXPECT_EQ(timeline.series[1].unit, "MHz");
  EXPECT_EQ(timeline.series[1].device, 1);
  EXPECT_EQ(timeline.series[1].missing, 1U);
}

TEST(Nsys, TheWriterAndTheWallClockAreKnownWhereTheFileHasThem) {
  const Timeline timeline = read_well(
      kStrings + kKernels +
      "CREATE TABLE META_DATA_EXPORT (name TEXT, value TEXT);"
      "INSERT INTO META_DATA_EXPORT VALUES ('EXPORT_HOST', 'secret-host'),"
      "('EXPORT_PRODUCT_NAME', 'NVIDIA Nsight Systems'), ('EXPORT_PRODUCT_VERSION', '2026.1');"
      "CREATE TABLE TARGET_INFO_SESSION_START_TIME (utcEpochNs INT);"
      "INSERT INTO TARGET_INFO_SESSION_START_TIME VALUES (1779787126655288414);");
  EXPECT_EQ(timeline.writer, "NVIDIA Nsight Systems 2026.1");
  EXPECT_EQ(timeline.clock.kind, TraceClock::Kind::kWall);
  EXPECT_EQ(timeline.clock.wall_offset_ns, 1779787126655288414);
  EXPECT_EQ(read_well(kStrings + kKernels).clock.kind, TraceClock::Kind::kRelative);
}

TEST(Nsys, EventsThatTheProfilerLostAreALossAndPathsAreLeftOut) {
  const Timeline timeline =
      read_well(kStrings + kKernels +
                "CREATE TABLE DIAGNOSTIC_EVENT (timestamp INT, severity INT, text TEXT);"
                "INSERT INTO DIAGNOSTIC_EVENT VALUES (0, 2, 'Not all CUDA events might have been "
                "collected.'),"
                "(0, 2, 'see /home/alice/x.log and TOKEN=abc'), (0, 1, 'Profiling has started.');");
  ASSERT_EQ(timeline.losses.size(), 1U);
  EXPECT_EQ(timeline.losses[0].severity, Severity::kLoss);
  EXPECT_EQ(timeline.losses[0].what,
            "the profiler says: Not all CUDA events might have been collected.");
  EXPECT_TRUE(notes(timeline, "the profiler warned: see ... and ..."));
}

TEST(Nsys, NoSecretOfTheFileIsInTheTimeline) {
  const Timeline timeline =
      read_well(kStrings + kKernels + kCalls +
                "CREATE TABLE META_DATA_CAPTURE (name TEXT, value TEXT);"
                "INSERT INTO META_DATA_CAPTURE VALUES ('ENVIRONMENT_VARIABLE', 'HF_TOKEN=hf_1');"
                "CREATE TABLE TARGET_INFO_SYSTEM_ENV (name TEXT, value TEXT);"
                "INSERT INTO TARGET_INFO_SYSTEM_ENV VALUES ('HostName', 'box');");
  for (NameId id = 0; id < timeline.names.size(); ++id) {
    EXPECT_EQ(timeline.names[id].find("TOKEN"), std::string_view::npos);
    EXPECT_EQ(timeline.names[id].find("box"), std::string_view::npos);
  }
}

TEST(Nsys, RowsWithoutUsableTimesAreLeftOutAndCounted) {
  const Timeline timeline = read_well(
      kStrings + kKernels +
      "INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL (start, end) VALUES (9, 8), (NULL, 3), (4, NULL),"
      "(0, 9223372036854775807);");
  EXPECT_EQ(timeline.device.size(), 2U);
  EXPECT_EQ(count_of(timeline.losses, "ends before it begins"), 1U);
  EXPECT_EQ(count_of(timeline.losses, "without a usable begin and end"), 3U);
}

TEST(Nsys, AStringTableWithoutAKeyIsReadAllTheSame) {
  std::string strings = kStrings;
  strings.erase(strings.find(" NOT NULL PRIMARY KEY"), 21);
  const Timeline timeline = read_well(strings + kKernels + kCalls);
  EXPECT_EQ(name_of(timeline, timeline.device.name[0]), "void gemm<float>(int)");
}

TEST(Nsys, AForeignDatabaseIsRefusedByWhatItHolds) {
  const std::string bytes = database_of("CREATE TABLE customers (id INT, name TEXT);");
  const Result<Timeline> timeline = read_bytes(bytes);
  ASSERT_FALSE(timeline.ok());
  EXPECT_EQ(timeline.error().code, ErrorCode::kInvalidInput);
  EXPECT_NE(timeline.error().message.find("customers"), std::string::npos);
}

TEST(Nsys, AViewOrAVirtualTableIsNoTableOfAnExport) {
  const std::string bytes = database_of(
      "CREATE VIEW CUPTI_ACTIVITY_KIND_KERNEL AS WITH RECURSIVE n(start) AS (SELECT 1 UNION ALL "
      "SELECT start + 1 FROM n) SELECT start, start AS end FROM n;");
  EXPECT_FALSE(read_bytes(bytes).ok());
}

TEST(Nsys, EveryPrefixOfAFileEndsCleanlyAndSaysWhatIsMissing) {
  const std::string bytes = database_of(with_ids(kStrings + kKernels + kCalls + kCopies + kRanges));
  const std::size_t whole = read_bytes(bytes)->events;
  EXPECT_EQ(whole, 13U);
  for (std::size_t length = 0; length < bytes.size(); length += length < 1024 ? 1 : 13) {
    const Result<Timeline> timeline = read_bytes(std::string_view(bytes).substr(0, length));
    if (!timeline.ok()) continue;
    EXPECT_TRUE(is_damaged(*timeline)) << length;
    EXPECT_LE(timeline->events, whole);
  }
  // The last page only: everything else is still there.
  const Result<Timeline> cut = read_bytes(std::string_view(bytes).substr(0, bytes.size() - 512));
  ASSERT_TRUE(cut.ok()) << cut.error().text();
  EXPECT_GT(cut->device.size(), 0U);
}

TEST(Nsys, BytesThatAreDamagedNeverCrashAndNeverMakeRows) {
  const std::string good = database_of(with_ids(kStrings + kKernels + kCalls + kRanges));
  for (std::size_t at = 16; at < good.size(); at += 5) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x5a);
    const Result<Timeline> timeline = read_bytes(bad);
    if (!timeline.ok()) continue;
    EXPECT_LE(timeline->events, good.size());
  }
}

// --- real exports, where this machine has them

class NsysRealExports : public testing::Test {
 protected:
  void SetUp() override {
    root_ = real_traces(LYNXBENCH_SOURCE_DIR);
    if (root_.empty()) GTEST_SKIP() << "no real traces: set LYNXBENCH_DATA";
  }

  [[nodiscard]] Result<Timeline> read_path(const std::string& path) const {
    const std::unique_ptr<ByteSource> source = TRY(open_file(root_ / path));
    return read_and_link(*source);
  }
  [[nodiscard]] Timeline read_path_well(const std::string& path) const {
    Result<Timeline> timeline = read_path(path);
    EXPECT_TRUE(timeline.ok()) << timeline.error().text();
    return timeline.ok() ? std::move(*timeline) : Timeline{};
  }

  fs::path root_;
};

using Truth = std::map<std::string, std::string>;

std::vector<Truth> truths(const fs::path& path) {
  std::vector<Truth> rows;
  std::ifstream in(path);
  std::vector<std::string> header;
  for (std::string line; std::getline(in, line);) {
    std::vector<std::string> cells;
    std::istringstream rest(line);
    for (std::string cell; std::getline(rest, cell, '\t');) cells.push_back(cell);
    if (header.empty()) {
      header = cells;
      continue;
    }
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i == 0) rows.emplace_back();
      rows.back()[header[i]] = cells[i];
    }
  }
  return rows;
}

// What can be said of a device from its table alone, by the names of the truth's columns.
std::map<std::string, std::int64_t> figures_of(const Timeline& timeline, std::int64_t device) {
  std::map<std::string, std::int64_t> figures;
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  std::int64_t last = std::numeric_limits<std::int64_t>::min();
  const DeviceTable& table = timeline.device;
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (timeline.lanes[table.lane[row]].device != device) continue;
    const std::int64_t length = table.end_ns[row] - table.begin_ns[row];
    first = std::min(first, table.begin_ns[row]);
    last = std::max(last, table.end_ns[row]);
    figures["unlinked_n"] += table.call[row] == kNoRow ? 1 : 0;
    figures["n_kernel"] += table.work[row] == DeviceWork::kKernel ? 1 : 0;
    figures["n_memcpy"] += table.work[row] == DeviceWork::kCopy ? 1 : 0;
    figures["n_memset"] += table.work[row] == DeviceWork::kSet ? 1 : 0;
    figures["sum_kernel_ns"] += table.work[row] == DeviceWork::kKernel ? length : 0;
    if (table.work[row] != DeviceWork::kCopy) continue;
    const CopyFacts& facts = timeline.copies[table.facts[row]];
    const std::string way = facts.kind == CopyKind::kHostToDevice   ? "htod"
                            : facts.kind == CopyKind::kDeviceToHost ? "dtoh"
                                                                    : "other";
    figures[way + "_bytes"] += facts.bytes;
    figures[way + "_ns"] += length;
  }
  figures["span_ns"] = last - first;
  figures["n_runtime"] = static_cast<std::int64_t>(timeline.calls.size());
  return figures;
}

TEST_F(NsysRealExports, FiguresAreThoseOfTheIndependentComputation) {
  const std::vector<Truth> rows = truths(root_ / "TRUTH_NSYS.tsv");
  ASSERT_GE(rows.size(), 7U);
  for (const Truth& truth : rows) {
    const Timeline timeline = read_path_well(truth.at("file"));
    std::map<std::string, std::int64_t> got = figures_of(timeline, std::stoll(truth.at("device")));
    for (const char* name :
         {"n_kernel", "n_memcpy", "n_memset", "sum_kernel_ns", "span_ns", "htod_bytes", "htod_ns",
          "dtoh_bytes", "dtoh_ns", "unlinked_n", "n_runtime"}) {
      EXPECT_EQ(got[name], std::stoll(truth.at(name)))
          << truth.at("file") << " device " << truth.at("device") << " " << name;
    }
    if (truth.at("gpu").empty()) continue;
    EXPECT_EQ(timeline.devices.at(0).name, truth.at("gpu"));
  }
}

TEST_F(NsysRealExports, RangesOfTorchAreOperatorsOnTheThreadsThatLaunch) {
  const Timeline timeline = read_path_well("nsys-ai/tests/fixtures/mfu_2gpu_after.sqlite");
  EXPECT_GT(host_names(timeline, HostWork::kOperator).size(), 16'000U);
  EXPECT_EQ(timeline.waits.size(), 334U);
  EXPECT_EQ(timeline.clock.wall_offset_ns, 1779787126655288414);
  EXPECT_FALSE(is_damaged(timeline));
}

TEST_F(NsysRealExports, APackedExportIsReadAsThePlainOneIs) {
  const Result<std::string> bytes =
      lynxbench::read_file(root_ / "nsys-ai/tests/fixtures/healthy_1pct.sqlite");
  ASSERT_TRUE(bytes.ok());
  const Result<Timeline> timeline = read_bytes(*bytes);
  ASSERT_TRUE(timeline.ok());
  EXPECT_EQ(timeline->device.size(), 400U);
}

// Its pages with events are all behind the cut.
TEST_F(NsysRealExports, ACutExportWithoutAnEventIsAnErrorThatSaysWhereItIsCut) {
  const Result<Timeline> timeline = read_path("broken/n_truncated.sqlite");
  ASSERT_FALSE(timeline.ok());
  EXPECT_EQ(timeline.error().code, ErrorCode::kInvalidInput);
  EXPECT_NE(timeline.error().message.find("30000 of 57344 bytes"), std::string::npos);
  EXPECT_NE(timeline.error().message.find("database disk image is malformed"), std::string::npos);
}

TEST_F(NsysRealExports, ACutExportGivesTheEventsBeforeTheCut) {
  const Result<std::string> bytes =
      lynxbench::read_file(root_ / "nsys-ai/tests/fixtures/mfu_2gpu_after.sqlite");
  ASSERT_TRUE(bytes.ok());
  const Result<Timeline> timeline =
      read_bytes(std::string_view(*bytes).substr(0, bytes->size() / 2));
  ASSERT_TRUE(timeline.ok()) << timeline.error().text();
  EXPECT_TRUE(is_damaged(*timeline));
  EXPECT_GT(timeline->device.size(), 0U);
}

TEST_F(NsysRealExports, WithoutStringsKernelsAreNamedByNumber) {
  const Timeline timeline = read_path_well("broken/n_no_stringids.sqlite");
  ASSERT_EQ(timeline.device.size(), 400U);
  EXPECT_EQ(name_of(timeline, timeline.device.name[0]), "kernel 5");
  EXPECT_EQ(count_of(timeline.losses, "has no StringIds"), 1U);
}

TEST_F(NsysRealExports, WithoutCallsTheHostSideIsSaidToBeUnknown) {
  const Timeline timeline = read_path_well("broken/n_no_runtime.sqlite");
  EXPECT_EQ(timeline.device.size(), 400U);
  EXPECT_EQ(timeline.calls.size(), 0U);
  EXPECT_TRUE(notes(timeline, "no calls of the CUDA runtime"));
}

TEST_F(NsysRealExports, WithoutKernelsNoActivityIsSaidToBeRecorded) {
  const Timeline timeline = read_path_well("broken/n_no_kernels.sqlite");
  EXPECT_EQ(timeline.calls.size(), 400U);
  EXPECT_TRUE(notes(timeline, "no GPU activity recorded"));
}

TEST_F(NsysRealExports, AnEmptyFileAndAPointerAreNoneOfOurs) {
  for (const char* path : {"broken/n_zero.sqlite", "broken/n_lfs_pointer.sqlite"}) {
    const Result<std::unique_ptr<ByteSource>> source = open_file(root_ / path);
    ASSERT_TRUE(source.ok());
    EXPECT_FALSE(reader().recognises((*source)->head())) << path;
  }
}

}  // namespace
}  // namespace lynxbench::trace::nsys
