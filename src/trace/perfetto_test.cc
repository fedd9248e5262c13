#include "trace/perfetto.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include "base/files.h"
#include "base/json.h"
#include "trace/link.h"
#include "trace/reader.h"

namespace lynxbench::trace {
namespace {

constexpr std::int64_t kBegin = 1'000'000'000'000'000'001;  // doubles cannot hold it

// Two kernels on a stream that overlap, launched by a thread; then a piece of idle time.
struct Sample {
  Timeline timeline;
  std::vector<DevicePieces> devices;

  Sample() {
    const std::uint32_t lane = timeline.lane_of(0, 7);
    const std::uint32_t thread = timeline.thread_of(1, 2);
    const NameId name = timeline.names.intern("gemm \"x\"");
    const auto launch = [&](std::int64_t at, LinkKey key) {
      timeline.calls.add(timeline.host.add({kBegin + at, kBegin + at + 5, timeline.names.intern("cudaLaunchKernel"),
                                            thread, HostWork::kCall}),
                         key);
    };
    launch(0, 1);
    launch(10, 2);
    timeline.device.add({kBegin + 20, kBegin + 50, name, lane, DeviceWork::kKernel, 1, kNoRow});
    timeline.device.add({kBegin + 40, kBegin + 61, name, lane, DeviceWork::kKernel, 2, kNoRow});
    link(timeline);
    devices = {{0, "H100", {{kBegin, kBegin + 20, DeviceTime::kIdlePython, name, thread},
                            {kBegin + 20, kBegin + 61, DeviceTime::kComputeUnknown, 0, kNoRow}}}};
  }
};

std::string written(PerfettoWriter::Files files, const std::vector<const Sample*>& samples, const std::string& name) {
  const std::string path = fs::temp_directory_path() / (std::to_string(getpid()) + name);
  auto writer = PerfettoWriter::create(path, files);
  EXPECT_TRUE(writer.ok());
  for (const Sample* sample : samples) writer.value()->add(sample->timeline, sample->devices);
  EXPECT_FALSE(fs::exists(path));
  EXPECT_TRUE(writer.value()->finish().ok());
  return path;
}

Json events_of(const std::string& path) {
  const Json json = Json::parse(lynxbench::read_file(path).value());
  fs::remove(path);
  return json.at("traceEvents");
}

TEST(Perfetto, TheBudgetIsATrackWhoseSlicesTouchAndHaveItsSums) {
  const Sample sample;
  std::map<std::string, double> budget;
  double end = 0;
  for (const Json& event : events_of(written(PerfettoWriter::Files::kOne, {&sample}, "a.json"))) {
    if (event["ph"] != "X" || event["cat"] != "budget") continue;
    EXPECT_EQ(event["ts"], end);
    end = event["ts"].get<double>() + event["dur"].get<double>();
    budget[event["name"]] += event["dur"].get<double>();
  }
  EXPECT_EQ(budget.size(), 2U);
  EXPECT_EQ(budget.at("idle: host in Python"), 0.020);
  EXPECT_EQ(budget.at("kernels, bound unknown"), 0.041);
}

TEST(Perfetto, WorkThatOverlapsInItsStreamGoesToATrackBesideIt) {
  const Sample sample;
  std::map<std::int64_t, int> slices;
  std::vector<std::string> names;
  for (const Json& event : events_of(written(PerfettoWriter::Files::kOne, {&sample}, "b.json"))) {
    if (event["ph"] == "X" && event["cat"] == "kernel") ++slices[event["tid"]];
    if (event["name"] == "thread_name") names.push_back(event["args"]["name"]);
  }
  EXPECT_EQ(slices.size(), 2U);
  EXPECT_EQ(names, (std::vector<std::string>{"where the time went", "who was late", "stream 7",
                                             "stream 7, overlapping 1"}));
}

TEST(Perfetto, TheQueueCountsLaunchesThatHaveNotBegun) {
  const Sample sample;
  std::vector<std::pair<double, int>> depths;
  for (const Json& event : events_of(written(PerfettoWriter::Files::kOne, {&sample}, "c.json"))) {
    if (event["ph"] == "C") depths.emplace_back(event["ts"], event["args"]["depth"]);
  }
  EXPECT_EQ(depths, (std::vector<std::pair<double, int>>{{0, 1}, {0.010, 2}, {0.020, 1}, {0.040, 0}}));
}

TEST(Perfetto, FilesOnOneClockShareIt) {
  Sample first;
  Sample second;
  first.timeline.clock.wall_offset_ns = 0;
  second.timeline.clock.wall_offset_ns = 3'000;
  std::map<std::int64_t, double> begins;
  for (const Json& event : events_of(written(PerfettoWriter::Files::kSeveral, {&first, &second}, "d.json"))) {
    if (event["ph"] == "X") begins.try_emplace(event["pid"].get<std::int64_t>(), event["ts"].get<double>());
  }
  ASSERT_EQ(begins.size(), 2U);
  EXPECT_DOUBLE_EQ(begins.at(2) - begins.at(1), 3.0);
}

TEST(Perfetto, TheChromeReaderReadsItToTheNanosecond) {
  const Sample sample;
  const std::string path = written(PerfettoWriter::Files::kOne, {&sample}, "e.json.gz");
  const auto read = trace::read_file(path, {});
  fs::remove(path);
  ASSERT_TRUE(read.ok()) << read.error().text();
  const HostTable& host = read->front().host;
  std::int64_t budget_ns = 0;
  for (std::size_t i = 0; i < host.size(); ++i) {
    if (read->front().threads[host.thread[i]].thread == 1) budget_ns += host.end_ns[i] - host.begin_ns[i];
  }
  EXPECT_EQ(budget_ns, 61);
  EXPECT_TRUE(read->front().losses.empty());
}

TEST(Perfetto, WithoutItsEndNoFileAppears) {
  const std::string path = fs::temp_directory_path() / (std::to_string(getpid()) + "f.json");
  { auto writer = PerfettoWriter::create(path, PerfettoWriter::Files::kOne); }
  EXPECT_FALSE(fs::exists(path));
}

}  // namespace
}  // namespace lynxbench::trace
