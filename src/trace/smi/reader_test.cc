#include "trace/smi/reader.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "trace/reading_for_tests.h"

namespace lynxbench::trace::smi {
namespace {

Timeline read_well(std::string_view text, const ReadOptions& options = {}) {
  return trace::read_well(reader(), text, options);
}

const TraceSeries* find(const Timeline& timeline, std::string_view name, std::string_view labels) {
  for (const TraceSeries& series : timeline.series) {
    if (series.name == name && series.labels == labels) return &series;
  }
  return nullptr;
}

constexpr std::string_view kTwoGpus =
    "timestamp, index, name, pci.bus_id, clocks.current.sm [MHz], power.draw [W], "
    "clocks_event_reasons.active, clocks_event_reasons.sw_power_cap\n"
    "2024/06/01 11:27:05.177, 0, NVIDIA A100, 00000000:01:00.0, 1410 MHz, 251.30 W, "
    "0x0000000000000004, Active\n"
    "2024/06/01 11:27:05.179, 1, NVIDIA A100, 00000000:02:00.0, 1095 MHz, [N/A], "
    "0x0000000000000001, Not Active\n"
    "2024/06/01 11:27:06.177, 0, NVIDIA A100, 00000000:01:00.0, 1395 MHz, 249.00 W, "
    "0x0000000000000000, Not Active\n";

TEST(Smi, EachColumnOfEachGpuIsASeriesInItsHeadersUnit) {
  const Timeline timeline = read_well(kTwoGpus);
  EXPECT_TRUE(timeline.losses.empty());
  EXPECT_EQ(timeline.events, 3U);
  EXPECT_EQ(timeline.series.size(), 8U);
  const TraceSeries* clock = find(timeline, "clocks.current.sm", "gpu=0");
  ASSERT_NE(clock, nullptr);
  EXPECT_EQ(clock->unit, "MHz");
  EXPECT_EQ(clock->device, 0);
  ASSERT_EQ(clock->value.size(), 2U);
  EXPECT_EQ(clock->value[0], 1410);
  EXPECT_EQ(clock->value[1], 1395);
  EXPECT_EQ(find(timeline, "clocks_event_reasons.active", "gpu=0")->value[0], 4);
  EXPECT_EQ(find(timeline, "clocks_event_reasons.sw_power_cap", "gpu=0")->value[0], 1);
  EXPECT_EQ(find(timeline, "clocks_event_reasons.sw_power_cap", "gpu=1")->value[0], 0);
}

TEST(Smi, TimesAreLocalSoDifferencesAreExactAndTheMomentIsUnknown) {
  const Timeline timeline = read_well(kTwoGpus);
  EXPECT_EQ(timeline.clock.kind, TraceClock::Kind::kRelative);
  EXPECT_TRUE(has_note(timeline, "name no zone"));
  const TraceSeries* clock = find(timeline, "clocks.current.sm", "gpu=0");
  EXPECT_EQ(clock->at_ns[1] - clock->at_ns[0], 1'000'000'000);
  EXPECT_EQ(find(timeline, "clocks.current.sm", "gpu=1")->at_ns[0] - clock->at_ns[0], 2'000'000);
}

TEST(Smi, WhatTheDriverDoesNotTellIsMissingAndNeverZero) {
  const Timeline timeline = read_well(
      "index, power.draw [W], temperature.memory, fan.speed [%]\n"
      "0, [N/A], [Not Supported], [Unknown Error]\n"
      "0, 10.5 W, 55, N/A\n");
  for (const TraceSeries& series : timeline.series) {
    EXPECT_EQ(series.missing, series.name == "fan.speed" ? 2U : 1U) << series.name;
    for (std::size_t i = 0; i < series.value.size(); ++i) EXPECT_NE(series.value[i], 0);
  }
}

TEST(Smi, TheDevicesNameIsKeptAndItsAddressesAndSerialNumbersAreNot) {
  const Timeline timeline = read_well(kTwoGpus);
  ASSERT_EQ(timeline.devices.size(), 2U);
  EXPECT_EQ(timeline.devices[0].name, "NVIDIA A100");
  for (const TraceSeries& series : timeline.series) EXPECT_NE(series.name, "pci.bus_id");
}

TEST(Smi, AHeaderAfterARestartIsNoRowAndACutLastRowIsNone) {
  const Timeline timeline = read_well(
      "timestamp, index, utilization.gpu [%]\n"
      "2024/06/01 11:27:05.177, 0, 97 %\n"
      "timestamp, index, utilization.gpu [%]\n"
      "2024/06/01 11:29:05.177, 0, [N/A]\n"
      "2024/06/01 11:29:06.1");
  EXPECT_EQ(loss_count(timeline, "header again: the tool was started anew"), 1U);
  EXPECT_EQ(loss_count(timeline, "row that the file's end cuts"), 1U);
  ASSERT_EQ(timeline.series.size(), 1U);
  EXPECT_EQ(timeline.series[0].value.size(), 1U);
  EXPECT_EQ(timeline.series[0].missing, 1U);
}

TEST(Smi, ACellThatLostItsUnitToTheFilesEndIsNoValue) {
  const Timeline timeline =
      read_well("index, power.draw [W]\n0, 251.30 W\n0, 25");
  ASSERT_EQ(timeline.series.size(), 1U);
  EXPECT_EQ(timeline.series[0].value.size(), 1U);
  EXPECT_EQ(loss_count(timeline, "cell without the unit that others of its column have"), 1U);
}

TEST(Smi, AColumnOfWhichEveryCellIsInAnotherUnitIsLostAndNoSeries) {
  const Timeline timeline = read_well("index, clocks.sm [MHz]\n0, 1 GHz\n0, 2 GHz\n");
  EXPECT_TRUE(timeline.series.empty());
  EXPECT_EQ(loss_count(timeline, "cell in another unit than its column"), 2U);
}

TEST(Smi, ATableWithoutAHeaderIsRefusedUnlessTheUserNamesItsColumns) {
  constexpr std::string_view kBare =
      "2024/06/01 11:27:05.177, 0, 1410, 251.30\n2024/06/01 11:27:06.177, 0, 1395, 249.00\n";
  EXPECT_TRUE(reader().recognises(kBare));
  const Result<Timeline> refused = read_with(reader(), kBare);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("--columns"), std::string::npos);
  const Timeline timeline =
      read_well(kBare, {.threads = 0, .columns = "timestamp,index,clocks.sm [MHz],power.draw"});
  ASSERT_EQ(timeline.series.size(), 2U);
  EXPECT_EQ(timeline.series[0].name, "clocks.sm");
  EXPECT_EQ(timeline.series[0].unit, "MHz");
  EXPECT_EQ(timeline.series[0].value.size(), 2U);
  EXPECT_EQ(timeline.series[1].value[0], 251.3);
  const Result<Timeline> other =
      read_with(reader(), kBare, {.threads = 0, .columns = "timestamp,index"});
  ASSERT_FALSE(other.ok());
  EXPECT_NE(other.error().message.find("names 2 columns"), std::string::npos);
}

TEST(Smi, WithoutATimestampTheRowsOfEachGpuAreCounted) {
  const Timeline timeline = read_well(
      "index, utilization.gpu [%]\n0, 1 %\n1, 2 %\n0, [N/A]\n1, 4 %\n0, 5 %\n");
  EXPECT_EQ(timeline.clock.kind, TraceClock::Kind::kSamples);
  const TraceSeries* first = find(timeline, "utilization.gpu", "gpu=0");
  ASSERT_EQ(first->at_ns.size(), 2U);
  EXPECT_EQ(first->at_ns[0], 0);
  EXPECT_EQ(first->at_ns[1], 2);
}

constexpr std::string_view kDmon =
    "# gpu    pwr  gtemp  mtemp     sm\n"
    "# Idx      W      C      C      %\n"
    "    0     44     35      -      0\n"
    "    1    251     71      -     99\n"
    "# gpu    pwr  gtemp  mtemp     sm\n"
    "# Idx      W      C      C      %\n"
    "    0     45     35      -      7\n";

TEST(Smi, DmonIsReadWithItsSamplesCounted) {
  const Timeline timeline = read_well(kDmon);
  EXPECT_EQ(timeline.clock.kind, TraceClock::Kind::kSamples);
  EXPECT_TRUE(timeline.losses.empty());
  const TraceSeries* power = find(timeline, "pwr", "gpu=0");
  ASSERT_NE(power, nullptr);
  EXPECT_EQ(power->unit, "W");
  ASSERT_EQ(power->value.size(), 2U);
  EXPECT_EQ(power->value[1], 45);
  EXPECT_EQ(power->at_ns[1], 1);
  EXPECT_EQ(find(timeline, "mtemp", "gpu=0")->missing, 2U);
  EXPECT_EQ(find(timeline, "mtemp", "gpu=0")->value.size(), 0U);
}

TEST(Smi, DmonsTimeOfDayGoesOnPastMidnight) {
  const Timeline timeline = read_well(
      "#Time        gpu    pwr\n#HH:MM:SS    Idx      W\n"
      " 23:59:59      0     44\n 00:00:01      0     45\n");
  EXPECT_EQ(timeline.clock.kind, TraceClock::Kind::kRelative);
  const TraceSeries* power = find(timeline, "pwr", "gpu=0");
  ASSERT_EQ(power->at_ns.size(), 2U);
  EXPECT_EQ(power->at_ns[1] - power->at_ns[0], 2'000'000'000);
}

TEST(Smi, DmonsDateAndTimeAreOneMoment) {
  const Timeline timeline = read_well(
      "#Date       Time        gpu    pwr\n#YYYYMMDD   HH:MM:SS    Idx      W\n"
      " 20240601   23:59:59      0     44\n 20240602   00:00:01      0     45\n");
  const TraceSeries* power = find(timeline, "pwr", "gpu=0");
  ASSERT_EQ(power->at_ns.size(), 2U);
  EXPECT_EQ(power->at_ns[1] - power->at_ns[0], 2'000'000'000);
}

TEST(Smi, RowsOfProcessesAreRefused) {
  for (const char* text : {"timestamp, pid, used_gpu_memory [MiB]\n2024/06/01 11:27:05.177, 7, 9 MiB\n",
                           "# gpu    pid  type    sm\n# Idx      #   C/G     %\n    0   7  C  5\n"}) {
    const Result<Timeline> refused = read_with(reader(), text);
    ASSERT_FALSE(refused.ok());
    EXPECT_NE(refused.error().message.find("processes"), std::string::npos);
  }
}

TEST(Smi, OtherTextIsNotRecognised) {
  for (const char* text : {"", "\n", "{\"a\": 1}", "[1, 2]", "up 1\n", "# HELP a b\n", "a,b\n1,2\n",
                           "\"Kind\",\"Agent_Id\"\n", "<html>", "hello, world\n"}) {
    EXPECT_FALSE(reader().recognises(text)) << text;
  }
}

TEST(Smi, EveryPrefixOfATableGivesTheRowsThatAreWholeInIt) {
  for (std::size_t length = 1; length <= kTwoGpus.size(); ++length) {
    const std::string_view prefix = kTwoGpus.substr(0, length);
    const Result<Timeline> timeline = read_with(reader(), prefix);
    if (!timeline.ok()) continue;
    EXPECT_LE(timeline->events, 4U);
    for (const TraceSeries& series : timeline->series) {
      EXPECT_EQ(series.value.size(), series.at_ns.size());
      if (series.name != "power.draw") continue;
      for (std::size_t i = 0; i < series.value.size(); ++i) EXPECT_GT(series.value[i], 200);
    }
  }
}

// The damaged files, as EXPECT.tsv says.
TEST(SmiBroken, FilesOfTheDataFolderAreReadAsTheyShould) {
  const std::filesystem::path root = real_traces(LYNXBENCH_SOURCE_DIR);
  if (root.empty()) GTEST_SKIP() << "no real traces on this machine";
  int read = 0;
  const auto timeline_of = [&](const char* name, const ReadOptions& options = {}) {
    const Result<std::string> text = lynxbench::read_file(root / "broken" / name);
    if (!text.ok()) return std::optional<Result<Timeline>>();
    ++read;
    EXPECT_TRUE(reader().recognises(*text)) << name;
    return std::optional(read_with(reader(), *text, options));
  };
  if (const auto dmon = timeline_of("smi_hms_only.csv")) {
    ASSERT_TRUE(dmon->ok());
    EXPECT_EQ((*dmon)->clock.kind, TraceClock::Kind::kSamples);
    EXPECT_EQ((*dmon)->series.size(), 9U);
    EXPECT_EQ((*dmon)->series[0].value.size(), 2U);
    EXPECT_EQ((*dmon)->series[2].missing, 2U);
    EXPECT_TRUE((*dmon)->losses.empty());
  }
  if (const auto restart = timeline_of("smi_restart_partial.csv")) {
    ASSERT_TRUE(restart->ok());
    EXPECT_EQ(loss_count(**restart, "row that the file's end cuts"), 1U);
    EXPECT_EQ((*restart)->events, 3U);
  }
  if (const auto bare = timeline_of("smi_nounits_noheader.csv")) {
    ASSERT_FALSE(bare->ok());
    EXPECT_NE(bare->error().message.find("--columns"), std::string::npos);
  }
  EXPECT_GT(read, 0);
}

}  // namespace
}  // namespace lynxbench::trace::smi
