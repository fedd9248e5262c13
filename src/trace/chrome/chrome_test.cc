#include <gtest/gtest.h>

#include <filesystem>

#include "base/files.h"
#include "base/random.h"
#include "trace/packed_for_test.h"
#include "trace/reader.h"
#include "trace/reading_for_tests.h"
#include "trace/timeline_for_test.h"

namespace lynxbench::trace::chrome {
namespace {

ReadOptions options_of(unsigned threads, std::size_t block_bytes) {
  ReadOptions options;
  options.threads = threads;
  options.block_bytes = block_bytes;
  return options;
}

Result<Timeline> try_read(std::string_view text, unsigned threads = 1,
                          std::size_t block_bytes = std::size_t{1} << 22) {
  const auto source = open_bytes(text, "test.json");
  if (!source.ok()) return source.error();
  return read_source(**source, options_of(threads, block_bytes));
}

std::string outcome(const Result<Timeline>& read) {
  return read.ok() ? text_of(*read) : read.error().text();
}

// Reads it with one thread, and makes sure that more threads and other blocks give the same.
Timeline read(std::string_view text) {
  Result<Timeline> one = try_read(text);
  const std::string expected = outcome(one);
  for (unsigned threads : {1U, 2U, 4U}) {
    for (std::size_t block_bytes : {7U, 50U, 64U, 333U}) {
      EXPECT_EQ(outcome(try_read(text, threads, block_bytes)), expected)
          << threads << " threads, blocks of " << block_bytes << "\n" << text;
    }
  }
  EXPECT_TRUE(one.ok()) << expected;
  return one.ok() ? std::move(*one) : Timeline{};
}

std::string trace_of(std::string_view events) {
  return fmt::format("{{\"schemaVersion\": 1, \"traceEvents\": [{}], \"traceName\": \"x\"}}",
                     events);
}

// The category, its begin and length in the file, and more members.
std::string event(std::string_view category, std::string_view begin, std::string_view length,
                  std::string_view more = "") {
  return fmt::format(
      R"({{"ph": "X", "cat": "{}", "name": "n", "pid": 5, "tid": 6, "ts": {}, "dur": {}{}{}}})",
      category, begin, length, more.empty() ? "" : ", ", more);
}

std::string losses_of(const Timeline& t) {
  std::string out;
  for (const Loss& loss : t.losses) out += fmt::format("{} x {}; ", loss.count, loss.what);
  return out;
}

TEST(Chrome, AKernelHasItsTimesToTheNanosecondItsLaneItsLinkAndItsFacts) {
  const Timeline t = read(trace_of(event(
      "kernel", "1763878266192103.001", "2.5",
      R"("args": {"device": 3, "stream": 7, "correlation": 99, "registers per thread": 40,
         "shared memory": 1024, "grid": [77, 2, 1], "block": [128, 1, 1], "graph node id": 5,
         "est. achieved occupancy %": 31, "unknown": {"deep": [1, {"x": "]"}]}})")));
  ASSERT_EQ(t.device.size(), 1U);
  EXPECT_EQ(t.device.begin_ns[0], 1'763'878'266'192'103'001);
  EXPECT_EQ(t.device.end_ns[0], 1'763'878'266'192'105'501);
  EXPECT_EQ(t.lanes[t.device.lane[0]].device, 3);
  EXPECT_EQ(t.lanes[t.device.lane[0]].stream, 7);
  EXPECT_TRUE(t.lanes[t.device.lane[0]].stream_known);
  EXPECT_EQ(t.device.link[0], 99U);
  const KernelFacts& facts = t.kernels[t.device.facts[0]];
  EXPECT_EQ(facts.grid, (std::array<std::uint32_t, 3>{77, 2, 1}));
  EXPECT_EQ(facts.block, (std::array<std::uint32_t, 3>{128, 1, 1}));
  EXPECT_EQ(facts.registers, 40);
  EXPECT_EQ(facts.shared_bytes, 1024);
  EXPECT_EQ(facts.occupancy_percent, 31);
  EXPECT_TRUE(facts.from_graph);
  EXPECT_EQ(facts.collective, kNoRow);
  EXPECT_EQ(t.format, "PyTorch profiler");
  EXPECT_EQ(t.clock.kind, TraceClock::Kind::kWall);
  EXPECT_EQ(losses_of(t), "");
}

TEST(Chrome, AKernelWithoutArgumentsKeepsItsTime) {
  const Timeline t = read(trace_of(
      R"({"ph": "X", "cat": "kernel", "name": "k", "pid": 1, "tid": "stream 20", "ts": 1, "dur": 2})"));
  ASSERT_EQ(t.device.size(), 1U);
  EXPECT_EQ(t.lanes[t.device.lane[0]].device, 1);
  EXPECT_EQ(t.lanes[t.device.lane[0]].stream, 20);
  EXPECT_EQ(t.device.link[0], kNoLink);
  EXPECT_EQ(t.device.facts[0], kNoRow);
}

TEST(Chrome, ACollectiveKernelSaysWhatItMoves) {
  const Timeline t = read(trace_of(event(
      "kernel", "1", "2",
      R"("args": {"device": 0, "stream": 1, "Collective name": "allreduce", "Seq": 12,
         "In msg nelems": 100, "Out msg nelems": 200, "Group size": 8, "dtype": "BFloat16",
         "Process Group Name": "tp"})")));
  const CollectiveFacts& facts = t.collectives[t.kernels[t.device.facts[0]].collective];
  EXPECT_EQ(t.names[facts.name], "allreduce");
  EXPECT_EQ(t.names[facts.group], "tp");
  EXPECT_EQ(t.names[facts.dtype], "BFloat16");
  EXPECT_EQ(facts.in_elements, 100);
  EXPECT_EQ(facts.out_elements, 200);
  EXPECT_EQ(facts.group_size, 8);
  EXPECT_EQ(facts.sequence, 12);
}

TEST(Chrome, CopiesSayHowMuchFromWhereToWhere) {
  const auto copy = [](std::string_view name, std::string_view args) {
    const Timeline t = read(trace_of(fmt::format(
        R"({{"ph": "X", "cat": "gpu_memcpy", "name": "{}", "pid": 0, "tid": 7, "ts": 1, "dur": 2,
            "args": {{"device": 0, "stream": 7{}}}}})",
        name, args)));
    EXPECT_EQ(t.device.work[0], DeviceWork::kCopy);
    return t.copies[t.device.facts[0]];
  };
  const CopyFacts pageable = copy("Memcpy HtoD (Pageable -> Device)", R"(, "bytes": 4096)");
  EXPECT_EQ(pageable.bytes, 4096);
  EXPECT_EQ(pageable.kind, CopyKind::kHostToDevice);
  EXPECT_EQ(pageable.source, MemoryKind::kPageable);
  EXPECT_EQ(pageable.destination, MemoryKind::kDevice);
  const CopyFacts pinned = copy("Memcpy DtoH (Device -> Pinned)", "");
  EXPECT_EQ(pinned.bytes, -1);
  EXPECT_EQ(pinned.kind, CopyKind::kDeviceToHost);
  EXPECT_EQ(pinned.destination, MemoryKind::kPinned);
  EXPECT_EQ(copy("CopyDeviceToHost", R"(, "kind": "DtoH", "size": 5)").kind,
            CopyKind::kDeviceToHost);
  EXPECT_EQ(copy("CopyDeviceToHost", R"(, "kind": "DtoH", "size": 5)").bytes, 5);
  EXPECT_EQ(copy("MEMORY_COPY_HOST_TO_DEVICE", "").kind, CopyKind::kHostToDevice);
  EXPECT_EQ(copy("Memcpy PtoP (Device -> Device)", "").kind, CopyKind::kPeerToPeer);
  EXPECT_EQ(copy("something", "").kind, CopyKind::kUnknown);
}

TEST(Chrome, EachCategoryGoesToItsTable) {
  const struct {
    std::string_view category;
    HostWork work;
  } host[] = {{"cpu_op", HostWork::kOperator},         {"Operator", HostWork::kOperator},
              {"python_function", HostWork::kPython},  {"user_annotation", HostWork::kAnnotation},
              {"cuda_runtime", HostWork::kCall},       {"cuda_driver", HostWork::kCall},
              {"Runtime", HostWork::kCall},            {"hip_runtime", HostWork::kCall},
              {"xpu_runtime", HostWork::kCall},        {"overhead", HostWork::kOverhead},
              {"anything", HostWork::kOther},          {"", HostWork::kOther}};
  for (const auto& one : host) {
    const Timeline t = read(trace_of(event(one.category, "1", "2", R"("args": {"stream": 7})")));
    ASSERT_EQ(t.host.size(), 1U) << one.category;
    EXPECT_EQ(t.host.work[0], one.work) << one.category;
    EXPECT_EQ(t.calls.size(), one.work == HostWork::kCall ? 1U : 0U);
    EXPECT_EQ(t.device.size(), 0U) << "a stream makes no device work of it";
    EXPECT_EQ(t.threads[t.host.thread[0]].process, 5);
    EXPECT_EQ(t.threads[t.host.thread[0]].thread, 6);
  }
  const struct {
    std::string_view category;
    DeviceWork work;
  } device[] = {{"kernel", DeviceWork::kKernel}, {"Kernel", DeviceWork::kKernel},
                {"gpu_memcpy", DeviceWork::kCopy}, {"Memcpy", DeviceWork::kCopy},
                {"gpu_memset", DeviceWork::kSet},  {"Memset", DeviceWork::kSet}};
  for (const auto& one : device) {
    const Timeline t = read(trace_of(event(one.category, "1", "2")));
    ASSERT_EQ(t.device.size(), 1U) << one.category;
    EXPECT_EQ(t.device.work[0], one.work);
    EXPECT_EQ(t.host.size(), 0U);
  }
  for (std::string_view ignored : {"gpu_user_annotation", "Trace", "cuda_event"}) {
    const Timeline t = read(trace_of(event(ignored, "1", "2")));
    EXPECT_EQ(t.host.size() + t.device.size(), 0U) << ignored;
    EXPECT_EQ(losses_of(t), "");
    EXPECT_EQ(t.events, 1U);
  }
}

TEST(Chrome, WaitsOnTheDeviceAreNoWork) {
  const Timeline t = read(trace_of(event(
      "cuda_sync", "1", "2",
      R"("args": {"cuda_sync_kind": "Stream Wait Event", "stream": 7, "device": 0,
         "correlation": 8, "wait_on_cuda_event_record_corr_id": 5})") + "," +
      event("cuda_sync", "3", "2", R"("args": {"cuda_sync_kind": "Context Sync", "stream": -1})")));
  EXPECT_EQ(t.device.size(), 0U);
  ASSERT_EQ(t.waits.size(), 2U);
  EXPECT_EQ(t.names[t.waits[0].name], "Stream Wait Event");
  EXPECT_EQ(t.waits[0].link, 8U);
  EXPECT_EQ(t.waits[0].recorded_by, 5U);
  EXPECT_EQ(t.lanes[t.waits[0].lane].stream, 7);
  EXPECT_EQ(t.waits[1].lane, kNoRow);
}

TEST(Chrome, ALaunchAndItsKernelAreLinkedByTheirCorrelationWhicheverComesFirst) {
  const std::string kernel = event("kernel", "10", "5", R"("args": {"correlation": 3})");
  const std::string call = event("cuda_runtime", "1", "2", R"("args": {"correlation": 3})");
  for (const std::string& events : {kernel + "," + call, call + ",\n" + kernel}) {
    const Timeline t = read(trace_of(events));
    ASSERT_EQ(t.device.call.size(), 1U);
    EXPECT_EQ(t.device.call[0], 0U);
  }
}

TEST(Chrome, OperatorsKeepTheirShapes) {
  const Timeline t = read(trace_of(event(
      "cpu_op", "1", "2",
      R"("args": {"Input Dims": [[8, 4], []], "Input type": ["float", "Scalar"],
         "Concrete Inputs": ["", "1"]})")));
  ASSERT_EQ(t.operators.size(), 1U);
  EXPECT_EQ(t.names[t.operators[0].shapes], "[[8, 4], []]");
  EXPECT_EQ(t.names[t.operators[0].types], R"(["float", "Scalar"])");
  EXPECT_EQ(t.names[t.operators[0].inputs], R"(["", "1"])");
}

TEST(Chrome, NumbersMayBeQuoted) {
  const std::string plain = trace_of(event("kernel", "12.345", "6.789",
                                           R"("args": {"device": 1, "stream": 2, "correlation": 3})"));
  const std::string quoted = trace_of(
      R"({"ph": "X", "cat": "kernel", "name": "n", "pid": "5", "tid": "6", "ts": "12.345", )"
      R"("dur": "6.789", "args": {"device": "1", "stream": "2", "correlation": "3"}})");
  EXPECT_EQ(text_of(read(plain)), text_of(read(quoted)));
}

TEST(Chrome, MetadataBeforeAndAfterTheEventsIsTheSame) {
  const std::string metadata =
      R"("deviceProperties": [{"id": 0, "name": "H100", "numSms": 132, "totalGlobalMem": 85},
         {"id": 1, "name": ""}], "distributedInfo": {"rank": 3, "world_size": 8},
         "baseTimeNanoseconds": 1700000000000000000)";
  const std::string events = "\"traceEvents\": [" + event("kernel", "1", "2") + "]";
  const Timeline before = read("{" + metadata + ", " + events + "}");
  EXPECT_EQ(text_of(before), text_of(read("{" + events + ", " + metadata + "}")));
  ASSERT_EQ(before.devices.size(), 2U);
  EXPECT_EQ(before.devices[0].name, "H100");
  EXPECT_EQ(before.devices[0].multiprocessors, 132);
  EXPECT_EQ(before.devices[0].memory_bytes, 85);
  EXPECT_EQ(before.rank, 3);
  EXPECT_EQ(before.world_size, 8);
  EXPECT_EQ(before.clock.wall_offset_ns, 1'700'000'000'000'000'000);
}

TEST(Chrome, MetadataOfOtherShapesIsPassedOver) {
  const Timeline t = read(
      R"({"deviceProperties": {"id": 0}, "distributedInfo": [1], "baseTimeNanoseconds": "x",
          "metadata": "{\"TOKEN\": \"secret\"}", "traceEvents": [)" +
      event("kernel", "1", "2") + R"(], "INFO": ["a", {"b": [1]}]})");
  EXPECT_EQ(t.device.size(), 1U);
  EXPECT_EQ(losses_of(t), "");
  EXPECT_EQ(text_of(t).find("secret"), std::string::npos);
}

TEST(Chrome, ThreadsHaveTheirNamesWhereverTheyStand) {
  const std::string name =
      R"({"ph": "M", "name": "thread_name", "pid": 5, "tid": 6, "args": {"name": "main \u00e9"}})";
  const std::string work = event("cpu_op", "1", "2");
  for (const std::string& events : {name + "," + work, work + "," + name}) {
    const Timeline t = read(trace_of(events));
    EXPECT_EQ(t.names[t.threads[t.host.thread[0]].name], "main é");
  }
}

TEST(Chrome, BeginningsAndEndsThatStandAloneAreMatchedInnermostFirst) {
  const auto mark = [](std::string_view phase, int at, std::string_view name, int thread = 1) {
    return fmt::format(R"({{"ph": "{}", "name": "{}", "ts": {}, "pid": 1, "tid": {}}})", phase,
                       name, at, thread);
  };
  const Timeline t = read("[" + mark("B", 1, "outer") + "," + mark("B", 2, "inner") + "," +
                          mark("B", 3, "other thread", 2) + "," + mark("E", 5, "") + "," +
                          mark("E", 9, "") + "," + mark("E", 11, "") + "]");
  ASSERT_EQ(t.host.size(), 2U);
  EXPECT_EQ(t.names[t.host.name[0]], "outer");
  EXPECT_EQ(t.host.begin_ns[0], 1000);
  EXPECT_EQ(t.host.end_ns[0], 9000);
  EXPECT_EQ(t.names[t.host.name[1]], "inner");
  EXPECT_EQ(t.host.end_ns[1], 5000);
  EXPECT_EQ(losses_of(t), "2 x beginning without an end, or end without a beginning; ");
  EXPECT_EQ(t.format, "Chrome trace");
}

TEST(Chrome, CountersBecomeSeriesOneForEachMember) {
  const auto counter = [](int at, std::string_view args) {
    return fmt::format(R"({{"ph": "C", "name": "GPU 0 Utilization", "ts": {}, "pid": 0, "args": {}}})",
                       at, args);
  };
  const Timeline t = read("[" + counter(1, R"({"sm": 0.5, "mem": 2})") + "," +
                          counter(2, R"({"sm": 0.75, "mem": null})") + "]");
  ASSERT_EQ(t.series.size(), 2U);
  EXPECT_EQ(t.series[0].name, "GPU 0 Utilization");
  EXPECT_EQ(t.series[0].labels, "sm");
  EXPECT_EQ(t.series[0].at_ns[1], 2000);
  EXPECT_EQ(t.series[0].value[1], 0.75);
  EXPECT_EQ(t.series[1].at_ns.size(), 1U);
  EXPECT_EQ(losses_of(t), "1 x counter whose value is no number; ");
}

TEST(Chrome, MemoryInstantsBecomeSeriesOfTheirDevice) {
  const Timeline t = read(trace_of(
      R"({"ph": "i", "cat": "cpu_instant_event", "name": "[memory]", "ts": 4, "s": "t", "pid": 1,
          "tid": 1, "args": {"Total Allocated": 100, "Total Reserved": 200, "Device Id": 2,
          "Addr": 5, "Bytes": -4, "Device Type": 1}})"));
  ASSERT_EQ(t.series.size(), 2U);
  EXPECT_EQ(t.series[0].name, "memory allocated");
  EXPECT_EQ(t.series[0].unit, "B");
  EXPECT_EQ(t.series[0].device, 2);
  EXPECT_EQ(t.series[1].value[0], 200);
}

TEST(Chrome, WhatCannotBeUsedIsCountedByKindAndCostsNothingElse) {
  const std::string good = event("kernel", "1", "2");
  const auto lost = [&](const std::string& bad) {
    const Timeline t = read(trace_of(good + "," + bad + "," + good));
    EXPECT_EQ(t.device.size(), 2U) << bad;
    return losses_of(t);
  };
  EXPECT_EQ(lost(event("kernel", "NaN", "2")), "1 x event whose time is no number that fits; ");
  EXPECT_EQ(lost(event("kernel", "1", "NaN")), "1 x event whose duration is no number that fits; ");
  EXPECT_EQ(lost(event("kernel", "1", "-5")), "1 x event with a negative duration; ");
  EXPECT_EQ(lost(event("kernel", "99999999999999999999", "5")),
            "1 x event whose time is no number that fits; ");
  EXPECT_EQ(lost(event("kernel", "9000000000000000", "5")),
            "1 x event whose time is no number that fits; ");
  EXPECT_EQ(lost(event("kernel", "-9000000000000000", "5")),
            "1 x event whose time is no number that fits; ");
  EXPECT_EQ(lost(event("kernel", "1", "9100000000000")),
            "1 x event whose duration is no number that fits; ");
  EXPECT_EQ(lost(R"({"ph": "X", "cat": "kernel", "name": "n", "ts": 5})"),
            "1 x event without a duration; ");
  EXPECT_EQ(lost(R"({"ph": "X", "cat": "kernel", "name": "n", "dur": 5})"),
            "1 x event without a time; ");
  EXPECT_EQ(lost(R"({"cat": "kernel", "name": "n", "dur": 5})"),
            "1 x element that is no event (no \"ph\"); ");
  EXPECT_EQ(lost("17"), "1 x element that is no event; ");
  EXPECT_EQ(lost("\"text\""), "1 x element that is no event; ");
  EXPECT_EQ(lost("[1, [2]]"), "1 x element that is no event; ");
  EXPECT_EQ(lost(R"({"ph": "Q", "ts": 1})"), "1 x event of a phase that is not used; ");
  EXPECT_EQ(lost(R"({"ph": "X", "name": "a"b", "ts": 1, "dur": 1})"), "1 x event that is no JSON; ");
  EXPECT_EQ(lost(R"({"ph": "X" "ts": 1})"), "1 x event that is no JSON; ");
  EXPECT_EQ(lost(R"({"ph": "X", "args": )" + std::string(1000, '[') + std::string(1000, ']') + "}"),
            "1 x event nested deeper than 512 brackets; ");
  EXPECT_EQ(lost(std::string("{\"ph\": \"X\", \"ts\": \0}", 22)), "1 x event that is no JSON; ");
}

TEST(Chrome, ControlCharactersAndOddEscapesCostNothing) {
  const Timeline t = read(trace_of("{\"ph\": \"X\", \"cat\": \"cpu_op\", \"name\": \"a\x01\\w\xff\", "
                                   "\"pid\": 1, \"tid\": 1, \"ts\": 1, \"dur\": 2}"));
  ASSERT_EQ(t.host.size(), 1U);
  EXPECT_EQ(t.names[t.host.name[0]], "a\x01\\w\xff");
  EXPECT_EQ(losses_of(t), "1 x event with a raw control character in a string (kept); ");
}

TEST(Chrome, OfMembersThatOccurTwiceTheLastCounts) {
  const Timeline t = read(trace_of(
      R"({"ph": "B", "ph": "X", "cat": "cpu_op", "cat": "kernel", "name": "a", "name": "b",
          "pid": 1, "tid": 1, "ts": 1, "ts": 5, "dur": 2,
          "args": {"stream": 1, "correlation": 4}, "args": {"stream": 2, "stream": 3}})"));
  ASSERT_EQ(t.device.size(), 1U);
  EXPECT_EQ(t.names[t.device.name[0]], "b");
  EXPECT_EQ(t.device.begin_ns[0], 5000);
  EXPECT_EQ(t.lanes[t.device.lane[0]].stream, 3);
  EXPECT_EQ(t.device.link[0], kNoLink);
}

TEST(Chrome, TextThatLooksLikeAnEventInsideAStringMisleadsNoThread) {
  std::string events;
  for (int i = 0; i < 60; ++i) {
    events += fmt::format(
        R"({}{{"ph": "X", "cat": "cpu_op", "name": "x, {{\"ph\": \"X\", [{{"ts": 1, "args": {}", )",
        i == 0 ? "" : ",\n", i);
    // The bare quotation marks above end the name: what follows is no JSON, or by chance is.
    events += fmt::format(R"("pid": 1, "tid": 1, "ts": {}, "dur": 1}})", i);
    events += fmt::format(
        R"(, {{"name": "y, {{\"ph\":\"X\",\"ts\":1,\"dur\":1}}, {{\"name\":", "ph": "X",
           "cat": "kernel", "pid": 1, "tid": 1, "ts": {}, "dur": 1,
           "args": {{"list": [{{"name": 1}}, {{"ph": "X", "ts": 5, "dur": 6}}, {{"id": 2}}],
           "stream": {}}}}})",
        i, i % 3);
  }
  const Timeline t = read(trace_of(events));
  EXPECT_GE(t.device.size(), 60U);
}

TEST(Chrome, StringsThatHoldEventsAreStrings) {
  std::string events;
  for (int i = 0; i < 80; ++i) {
    events += fmt::format(
        R"({}{{"args": {{"a": [{{"name": "q"}}, {{"ts": 1}}], "s": ", {{'ph': 1}}, {{"}},
           "name": ", {{\"ph\":\"X\",\"cat\":\"kernel\",\"ts\":{},\"dur\":1}},", "ph": "X",
           "cat": "kernel", "pid": 0, "tid": {}, "ts": {}, "dur": 1}})",
        i == 0 ? "" : ",", i, i % 5, 10 * i);
  }
  const Timeline t = read(trace_of(events));
  EXPECT_EQ(t.device.size(), 80U);
  EXPECT_EQ(t.events, 80U);
  EXPECT_EQ(losses_of(t), "");
}

TEST(Chrome, ABrokenEventWithAListOfObjectsDoesNotEndTheArray) {
  const std::string good = event("kernel", "1", "2");
  const Timeline t = read(trace_of(
      good + R"(, {"ph": "X", "name": "a"b", "args": {"list": [{"name": 1}, {"id": 2}]}, "ts": 1},)" +
      good + "," + good));
  EXPECT_EQ(t.device.size(), 3U) << losses_of(t);
}

TEST(Chrome, AnEventBeyondAllBoundsCostsItselfAlone) {
  const std::string good = event("kernel", "1", "2");
  const std::string text = trace_of(good + R"(, {"ph": "X", "name": ")" +
                                    std::string(std::size_t{17} << 20, 'x') +
                                    R"(", "ts": 1, "dur": 1}, )" + good);
  const std::string expected = outcome(try_read(text));
  EXPECT_NE(expected.find("event longer than 16 MiB x 1"), std::string::npos) << expected;
  const Result<Timeline> t = try_read(text, 3, std::size_t{1} << 20);
  EXPECT_EQ(outcome(t), expected);
  EXPECT_EQ(t->device.size(), 2U);
}

TEST(Chrome, ABareArrayMayStayOpenAndAnObjectMayNot) {
  const std::string events = event("kernel", "1", "2") + "," + event("kernel", "4", "2");
  EXPECT_EQ(losses_of(read("[" + events)), "");
  EXPECT_EQ(losses_of(read("[" + events + ", ")), "");
  EXPECT_EQ(losses_of(read("[" + events + ",]")), "");
  EXPECT_EQ(losses_of(read("{\"traceEvents\": [" + events)),
            "1 x the file ends before traceEvents does; ");
  EXPECT_EQ(losses_of(read("{\"traceEvents\": [" + events + "]")),
            "1 x the file is cut behind its events; ");
  EXPECT_EQ(losses_of(read("{\"traceEvents\": [" + events + "], garbage}")),
            "1 x what stands outside of the events is no JSON; ");
}

TEST(Chrome, EveryPrefixOfATraceGivesTheEventsBeforeTheCut) {
  std::string events;
  for (int i = 0; i < 6; ++i) {
    events += (i == 0 ? "" : ",\n  ") +
              event(i % 2 == 0 ? "kernel" : "cuda_runtime", std::to_string(10 * i), "4",
                    fmt::format(R"("args": {{"correlation": {}, "note": "a\\\"}}]"}})", i / 2));
  }
  const std::string text = trace_of(events);
  std::size_t most = 0;
  for (std::size_t length = 0; length <= text.size(); ++length) {
    const std::string_view prefix = std::string_view(text).substr(0, length);
    const Result<Timeline> whole = try_read(prefix);
    EXPECT_EQ(outcome(try_read(prefix, 2, 50)), outcome(whole)) << prefix;
    EXPECT_EQ(outcome(try_read(prefix, 4, 7)), outcome(whole)) << prefix;
    if (!whole.ok()) {
      EXPECT_EQ(most, 0U) << outcome(whole);
      continue;
    }
    EXPECT_EQ(whole->losses.empty(), length == text.size()) << prefix;
    const std::size_t rows = whole->device.size() + whole->host.size();
    EXPECT_GE(rows, most);
    most = rows;
  }
  EXPECT_EQ(most, 6U);
}

TEST(Chrome, WhatIsNoTraceIsAnErrorThatSaysWhatItIs) {
  const auto problem = [](std::string_view text) { return outcome(try_read(text)); };
  EXPECT_NE(problem("{\"a\": 1}").find("has no traceEvents"), std::string::npos);
  EXPECT_NE(problem("{\"traceEvents\": []}").find("empty traceEvents"), std::string::npos);
  EXPECT_NE(problem("{\"traceEvents\": 5}").find("has no traceEvents"), std::string::npos);
  for (std::string_view text : {"", "<html>", "[1, 2]", "\xff\xfe[\0", "[]"}) {
    EXPECT_FALSE(try_read(text).ok()) << text;
  }
}

TEST(Chrome, ElementsThatAreNoEventsAreCountedWhereverABlockEnds) {
  const std::string good = event("kernel", "1", "2");
  for (std::size_t blanks = 0; blanks < 60; ++blanks) {
    const std::string text = "[" + good + ", " + std::string(blanks, ' ') + good +
                             ",17,{\"name\": 1},18,\"x\"," + good + ",{\"id\": 1}," + good + "]";
    const std::string expected = outcome(try_read(text));
    EXPECT_NE(expected.find("element that is no event x 3"), std::string::npos) << expected;
    EXPECT_NE(expected.find("no \"ph\") x 2"), std::string::npos) << expected;
    for (std::size_t block : {7U, 20U, 50U, 128U}) {
      ASSERT_EQ(outcome(try_read(text, 3, block)), expected) << blanks << ", blocks of " << block;
    }
  }
}

TEST(Chrome, RandomDamageIsTheSameForEveryNumberOfThreads) {
  std::string events;
  for (int i = 0; i < 12; ++i) {
    events += (i == 0 ? "" : ",\n  ") +
              event(i % 2 == 0 ? "kernel" : "cpu_op", std::to_string(10 * i), "4",
                    R"("args": {"l": [{"name": "x"}, {"ph": "X", "ts": 1, "dur": 1}], "q": ", {\"ph\":"})");
  }
  const std::string text = trace_of(events);
  static constexpr std::string_view kBytes = "\"{}[],:\\ \n\0x1";
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Random random(seed, "damage");
    std::string damaged = text;
    for (std::uint64_t i = 0; i <= random.below(4); ++i) {
      const std::size_t at = random.below(damaged.size());
      switch (random.below(3)) {
        case 0: damaged[at] = kBytes[random.below(kBytes.size())]; break;
        case 1: damaged.erase(at, 1 + random.below(30)); break;
        default: damaged.insert(at, 1 + random.below(80), kBytes[random.below(kBytes.size())]);
      }
    }
    const std::string expected = outcome(try_read(damaged));
    for (unsigned threads : {1U, 3U}) {
      for (std::size_t block : {1U, 13U, 50U}) {
        ASSERT_EQ(outcome(try_read(damaged, threads, block)), expected)
            << seed << ": " << threads << " threads, blocks of " << block << "\n" << damaged;
      }
    }
  }
}

TEST(Chrome, RealTracesAreTheSameForEveryNumberOfThreads) {
  const std::filesystem::path folder = real_traces(LYNXBENCH_SOURCE_DIR);
  if (folder.empty()) GTEST_SKIP() << "no real traces: set LYNXBENCH_DATA";
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const bool is_json = name.ends_with(".json") || name.ends_with(".json.gz");
    if (!is_json || entry.file_size() > 300'000) continue;
    const Result<std::vector<Timeline>> one =
        read_file(entry.path().string(), options_of(1, 1 << 22));
    if (!one.ok() || one->front().format != "PyTorch profiler") continue;
    ++files;
    for (std::size_t block : {1000U, 50'000U}) {
      const Result<std::vector<Timeline>> more =
          read_file(entry.path().string(), options_of(4, block));
      ASSERT_TRUE(more.ok());
      EXPECT_TRUE(text_of(more->front()) == text_of(one->front())) << entry.path() << block;
    }
  }
  EXPECT_GT(files, 20);
}

}  // namespace
}  // namespace lynxbench::trace::chrome
