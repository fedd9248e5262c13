#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "bundle/example_for_tests.h"

namespace lynxbench::bundle {
namespace {

ErrorCode code_of(const Status& status) {
  EXPECT_FALSE(status.ok());
  return status.ok() ? ErrorCode::kInternal : status.error().code;
}

TEST(BundleWriter, ARunComesBackAsItWasWritten) {
  TempFolder temp;
  RunRecord run = example_run();
  Status sealed = seal_example(temp / "b", run, example_manifest());
  ASSERT_TRUE(sealed.ok()) << sealed.error().text();
  Result<RunRecord> again = read_raw(temp / "b");
  ASSERT_TRUE(again.ok()) << again.error().text();
  EXPECT_EQ(described(*again), described(run));
}

TEST(BundleWriter, CeilingsThatAreMissingComeBackWithTheirReason) {
  TempFolder temp;
  RunRecord run = example_run();
  run.ceilings.reset();
  run.ceilings_missing = "the target runs no operators";
  ASSERT_TRUE(seal_example(temp / "b", run, example_manifest()).ok());
  EXPECT_EQ(described(*read_raw(temp / "b")), described(run));
}

TEST(BundleWriter, WhatTheServerSaidOfItselfComesBack) {
  TempFolder temp;
  Writer writer = Writer::create(temp / "b", 1).value();
  ServerMetrics metrics;
  metrics.source = "http://h/metrics";
  metrics.scrapes.resize(2);
  metrics.scrapes[0].failure = "connection refused";
  metrics.scrapes[1].samples = {{"vllm:num_requests_running", {{"model_name", "m"}}, 3},
                                {"vllm:x", {}, std::numeric_limits<double>::infinity()}};
  std::vector<PhaseServerMetrics> all = {{4, metrics}, {7, {}}};
  ASSERT_TRUE(writer.set_server_metrics({all[0]}).ok());
  ASSERT_TRUE(writer.set_server_metrics(all).ok());
  EXPECT_EQ(Json(read_raw(temp / "b")->server_metrics), Json(all));
  for (const char* content : {"", "{", "{}", "[1]", R"([{"phase":1}])"}) {
    overwrite(temp / "b/server.json", content);
    Result<RunRecord> run = read_raw(temp / "b");
    ASSERT_FALSE(run.ok()) << content;
    EXPECT_NE(run.error().text().find("server.json"), std::string::npos) << run.error().text();
  }
}

TEST(BundleWriter, TimesWithoutMeaningAreNullAndNotZero) {
  TempFolder temp;
  RunRecord run = example_run();
  for (RequestRecord& request : run.phases[0].requests) {
    request.sent_ns = request.first_byte_ns = request.done_ns = 4711;
  }
  ASSERT_TRUE(seal_example(temp / "b", run, example_manifest()).ok());
  std::vector<std::string> rows = sql(
      temp / "b/raw.sqlite",
      "SELECT s.name || ':' || (sent_ns IS NULL) || (first_byte_ns IS NULL) || (done_ns IS NULL) "
      "FROM requests JOIN statuses s ON s.id = status WHERE phase = 0 AND idx < 5 ORDER BY idx");
  EXPECT_EQ(rows, (std::vector<std::string>{"ok:000", "rejected:010", "failed:010",
                                            "unfinished:011", "unsent:111"}));
  EXPECT_EQ(read_raw(temp / "b")->phases[0].requests[4].sent_ns, 0);
}

TEST(BundleWriter, AJournalledPhaseHasEveryRequestOnceInTheOrderOfItsIndex) {
  TempFolder temp;
  RunRecord run = example_run();
  Writer writer = Writer::create(temp / "b", run.epoch_wall_ns).value();
  Phase phase = run.phases[0];
  ASSERT_TRUE(writer.begin_phase(phase).ok());
  std::vector<RequestRecord> answered{phase.requests[7], phase.requests[2], phase.requests[5]};
  ASSERT_TRUE(writer.add_requests(0, answered).ok());
  ASSERT_TRUE(writer.end_phase(phase).ok());
  EXPECT_EQ(described(read_raw(temp / "b")->phases[0]), described(phase));
}

TEST(BundleWriter, APhaseThatHasNotEndedIsIncompleteAndSpansTheDueTimesOnRecord) {
  TempFolder temp;
  RunRecord run = example_run();
  Writer writer = Writer::create(temp / "b", run.epoch_wall_ns).value();
  ASSERT_TRUE(writer.begin_phase(run.phases[0]).ok());
  ASSERT_TRUE(writer.add_requests(0, std::span(run.phases[0].requests).subspan(3, 4)).ok());
  ASSERT_TRUE(writer.begin_phase(run.phases[2]).ok());
  RunRecord again = *read_raw(temp / "b");
  EXPECT_FALSE(again.phases[0].complete);
  EXPECT_EQ(again.phases[0].begin_ns, run.phases[0].requests[3].due_ns);
  EXPECT_EQ(again.phases[0].end_ns, run.phases[0].requests[6].due_ns);
  EXPECT_EQ(again.phases[1].begin_ns, 0);
}

TEST(BundleWriter, TelemetryInPartsComesBackAsOne) {
  TempFolder temp;
  RunRecord run = example_run();
  Writer writer = Writer::create(temp / "b", run.epoch_wall_ns).value();
  Telemetry first = run.telemetry, second = run.telemetry;
  first.samples.resize(1);
  first.gaps.resize(1);
  first.series.resize(1);
  second.samples.erase(second.samples.begin());
  second.gaps.erase(second.gaps.begin());
  ASSERT_TRUE(writer.add_telemetry(first).ok());
  ASSERT_TRUE(writer.add_telemetry(second).ok());
  RunRecord again = *read_raw(temp / "b");
  EXPECT_EQ(again.telemetry.samples.size(), 5u);
  EXPECT_EQ(again.telemetry.series.size(), 2u);
  EXPECT_EQ(again.telemetry.gaps.size(), 2u);
  EXPECT_EQ(again.telemetry.missing, run.telemetry.missing);
}

TEST(BundleWriter, MinusZeroComesBackAsZero) {
  TempFolder temp;
  RunRecord run = example_run();
  run.telemetry.samples = {{0, 1, -0.0}};
  ASSERT_TRUE(seal_example(temp / "b", run, example_manifest()).ok());
  EXPECT_FALSE(std::signbit(read_raw(temp / "b")->telemetry.samples[0].value));
}

TEST(BundleWriter, AMistakeOfTheCallerLeavesEverythingAsItWas) {
  TempFolder temp;
  RunRecord run = example_run();
  Writer writer = Writer::create(temp / "b", run.epoch_wall_ns).value();
  ASSERT_TRUE(write_run(writer, run).ok());
  std::string before = described(*read_raw(temp / "b"));
  constexpr ErrorCode kRefused = ErrorCode::kInvalidArgument;
  std::vector<RequestRecord> twice{example_request(20, RequestStatus::kOk),
                                   example_request(3, RequestStatus::kOk)};
  EXPECT_EQ(code_of(writer.add_requests(0, twice)), kRefused);
  std::vector<RequestRecord> huge{example_request(0, RequestStatus::kUnsent)};
  huge[0].index = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(code_of(writer.add_requests(0, huge)), kRefused);
  EXPECT_EQ(code_of(writer.add_requests(9, {})), kRefused);
  EXPECT_EQ(code_of(writer.begin_phase(run.phases[0])), kRefused);
  EXPECT_EQ(code_of(writer.end_phase(run.phases[0])), kRefused);
  EXPECT_EQ(code_of(writer.add_profile({8, 9, 1, "profiles/8.json"})), kRefused);
  EXPECT_EQ(code_of(writer.add_profile({8, 0, 1, "../8.json"})), kRefused);
  Telemetry changed;
  changed.period_ns = 1;
  changed.series = {{0, "another", "ratio", "/proc/stat"}};
  EXPECT_EQ(code_of(writer.add_telemetry(changed)), kRefused);
  Telemetry nan = run.telemetry;
  nan.samples = {{0, 1, 0.5}, {0, 2, std::numeric_limits<double>::quiet_NaN()}};
  EXPECT_EQ(code_of(writer.add_telemetry(nan)), kRefused);
  Ceilings infinite{1, {std::numeric_limits<double>::infinity()}, {}, "", ""};
  EXPECT_EQ(code_of(writer.set_ceilings(infinite)), kRefused);
  EXPECT_EQ(described(*read_raw(temp / "b")), before);
  EXPECT_TRUE(write_documents(writer).ok());
  EXPECT_TRUE(writer.seal(example_manifest()).ok());
}

TEST(BundleWriter, TextsStayInTheFolderAndOffTheWritersOwnFiles) {
  TempFolder temp;
  Writer writer = Writer::create(temp / "b", 0).value();
  for (const char* path : {"../x", "/x", "a/../../x", "", ".", "..", "a//b", "./a", "a/",
                           "manifest.json", "SEAL", "raw.sqlite", "raw.sqlite-wal"}) {
    EXPECT_EQ(code_of(writer.write_text(path, "x")), ErrorCode::kInvalidArgument) << path;
  }
  EXPECT_TRUE(writer.write_text("profiles/deep/0001.json", "x").ok());
  EXPECT_EQ(*read_file(temp / "b/profiles/deep/0001.json"), "x");
  EXPECT_FALSE(is_there(temp / "x"));
}

TEST(BundleWriter, OnlyANewOrEmptyFolderIsWrittenInto) {
  TempFolder temp;
  EXPECT_TRUE(Writer::create(temp / "new/nested", 0).ok());
  EXPECT_TRUE(fs::create_directory(temp / "empty"));
  EXPECT_TRUE(Writer::create(temp / "empty", 0).ok());
  Result<Writer> again = Writer::create(temp / "empty", 0);
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code, ErrorCode::kInvalidArgument);
  overwrite(temp / "file", "x");
  EXPECT_EQ(Writer::create(temp / "file", 0).error().code, ErrorCode::kInvalidArgument);
}

TEST(BundleWriter, NothingIsAddedAfterTheSeal) {
  TempFolder temp;
  RunRecord run = example_run();
  Writer writer = Writer::create(temp / "b", 0).value();
  ASSERT_TRUE(write_documents(writer).ok());
  ASSERT_TRUE(writer.seal(example_manifest()).ok());
  auto sealed = contents(temp / "b");
  EXPECT_FALSE(writer.begin_phase(run.phases[0]).ok());
  EXPECT_FALSE(writer.write_text("more.txt", "x").ok());
  EXPECT_FALSE(writer.add_telemetry(run.telemetry).ok());
  EXPECT_FALSE(writer.seal(example_manifest()).ok());
  EXPECT_EQ(contents(temp / "b"), sealed);
}

TEST(BundleWriter, AnUnfinishedRunIsNeverSealedAsComplete) {
  TempFolder temp;
  RunRecord run = example_run();
  Writer writer = Writer::create(temp / "b", 0).value();
  EXPECT_EQ(code_of(writer.seal(example_manifest())), ErrorCode::kInvalidArgument);  // no documents
  ASSERT_TRUE(write_documents(writer).ok());
  ASSERT_TRUE(writer.begin_phase(run.phases[0]).ok());
  EXPECT_EQ(code_of(writer.seal(example_manifest())),
            ErrorCode::kInvalidArgument);  // a phase is open
  run.phases[0].complete = false;
  ASSERT_TRUE(writer.end_phase(run.phases[0]).ok());
  EXPECT_EQ(code_of(writer.seal(example_manifest())), ErrorCode::kInvalidArgument);
  Manifest interrupted = example_manifest();
  interrupted.complete = false;
  interrupted.incomplete_reason = "stopped by the user";
  EXPECT_TRUE(writer.seal(interrupted).ok());
  EXPECT_EQ(read_raw(temp / "b")->incomplete_reason, "stopped by the user");
}

TEST(BundleWriter, ASealedBundleIsOneDatabaseFileThatAnyToolOpens) {
  TempFolder temp;
  ASSERT_TRUE(seal_example(temp / "b", example_run(), example_manifest()).ok());
  std::vector<std::string> files = *list_files(temp / "b");
  EXPECT_EQ(files, (std::vector<std::string>{"SEAL", "ceilings.json", "contract.json",
                                             "contract.yaml", "executor.json", "figures.json",
                                             "manifest.json", "profiles/0007.json", "raw.sqlite"}));
  EXPECT_EQ(sql(temp / "b/raw.sqlite", "PRAGMA integrity_check")[0], "ok");
  EXPECT_EQ(sql(temp / "b/raw.sqlite", "PRAGMA foreign_key_check").size(), 0u);
  EXPECT_EQ(sql(temp / "b/raw.sqlite", "PRAGMA journal_mode")[0], "delete");
}

}  // namespace
}  // namespace lynxbench::bundle
