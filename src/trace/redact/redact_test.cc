#include "trace/reading_for_tests.h"
#include "trace/redact/redact.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "base/json.h"
#include "trace/reader.h"
#include "trace/redact/chrome_event.h"
#include "trace/redact/copies_for_test.h"
#include "trace/redact/names.h"

namespace lynxbench::trace::redact {
namespace {

// Every place where a string can stand in a trace of PyTorch holds a secret of its own.
constexpr const char* kFull = R"json({
 "schemaVersion": 1, "hostname": "PLANTED-host", "traceName": "/home/PLANTED-user/trace.json",
 "deviceProperties": [{"id": 0, "name": "NVIDIA H100", "totalGlobalMem": 84929347584, "numSms": 132,
                       "uuid": "PLANTED-uuid", "path": {"a": ["PLANTED-deep"]}}],
 "distributedInfo": {"backend": "nccl", "rank": 1, "world_size": 2, "master_addr": "PLANTED-addr",
                     "pg_config": [{"pg_name": "PLANTED-group", "pg_desc": "PLANTED-desc", "pg_size": 2}]},
 "env": {"HF_TOKEN": "PLANTED-token", "PATH": "/opt/PLANTED-path"},
 "WITH_STACK": "PLANTED-word", "baseTimeNanoseconds": 1700000000000000000, "displayTimeUnit": "ms",
 "traceEvents": [
 {"ph": "M", "name": "process_name", "pid": 7, "tid": 0, "args": {"name": "PLANTED-process"}},
 {"ph": "M", "name": "process_labels", "pid": 7, "tid": 0, "args": {"labels": "PLANTED-label"}},
 {"ph": "M", "name": "thread_name", "pid": 7, "tid": 8, "args": {"name": "thread 8 (PLANTED-thread)"}},
 {"ph": "M", "name": "PLANTED-meta", "pid": 7, "tid": 8, "args": {"name": "PLANTED-metaname"}},
 {"ph": "X", "cat": "cpu_op", "name": "aten::mm", "pid": 7, "tid": 8, "ts": 10, "dur": 20,
  "args": {"Input Dims": [[512, 128], [128, 64], ["PLANTED-dim"]], "Input type": ["float", "PLANTED-type", "c10::Half"],
           "Concrete Inputs": ["1.5", "PLANTED-input", "[1, 2]", "[True, None]", "[1e-05]"], "External id": 5, "Comment": "PLANTED-arg",
           "Call stack": "/home/PLANTED-stack/x.py(1): f", "Nested": {"k": [{"x": "PLANTED-nested"}]}}},
 {"ph": "X", "cat": "cpu_op", "name": "PLANTED-lib::op", "pid": 7, "tid": 8, "ts": 31, "dur": 2},
 {"ph": "X", "cat": "python_function", "name": "/home/PLANTED-user/train.py(12): step", "pid": 7, "tid": 8, "ts": 34, "dur": 4},
 {"ph": "X", "cat": "python_function", "name": "\/home\/PLANTED-user\/utils\/data\/dataloader.py(3): next", "pid": 7, "tid": 8, "ts": 40, "dur": 4},
 {"ph": "X", "cat": "user_annotation", "name": "PLANTED-annotation hf_abcdefghijklmnop", "pid": 7, "tid": 8, "ts": 45, "dur": 3},
 {"ph": "X", "cat": "user_annotation", "name": "ProfilerStep#12", "pid": 7, "tid": 8, "ts": 5, "dur": 90},
 {"ph": "X", "cat": "PLANTED-category", "name": "PLANTED-other", "pid": "PLANTED-pid", "tid": "PLANTED-tid", "ts": 50, "dur": 1, "PLANTED-member": 1},
 {"ph": "X", "cat": "cuda_runtime", "name": "cudaLaunchKernel", "pid": 7, "tid": 8, "ts": 12, "dur": 3, "args": {"correlation": 77, "cbid": 211}},
 {"ph": "X", "cat": "cuda_runtime", "name": "PLANTEDcall", "pid": 7, "tid": 8, "ts": 60, "dur": 3, "args": {"correlation": "PLANTED-key"}},
 {"ph": "X", "cat": "kernel", "name": "gemm {lambda at /home/PLANTED-user/a.cu:12}", "pid": 0, "tid": "stream 7", "ts": 20.125, "dur": 9.5,
  "args": {"device": 0, "stream": 7, "correlation": 77, "grid": [1, 2, "PLANTED-grid"], "block": [64, 1, 1],
           "registers per thread": 40, "Collective name": "PLANTED-collective", "dtype": "PLANTED-dtype",
           "Process Group Name": "PLANTED-pg", "kind": "PLANTED-kind", "direction": "PLANTED-direction"}},
 {"ph": "X", "cat": "kernel", "name": "elementwise", "pid": 0, "tid": 7, "ts": 70.5, "dur": 2, "args": {"device": 0, "stream": 7, "correlation": "PLANTED-key"}},
 {"ph": "X", "cat": "gpu_memcpy", "name": "Memcpy HtoD (Pageable -> Device)", "pid": 0, "tid": 7, "ts": 80, "dur": 2.001, "args": {"device": 0, "stream": 7, "bytes": 4096}},
 {"ph": "X", "cat": "cuda_sync", "name": "x", "pid": 0, "tid": 7, "ts": 80, "dur": 2, "args": {"stream": 7, "cuda_sync_kind": "PLANTED-sync", "wait_on_cuda_event_record_corr_id": "PLANTED-event"}},
 {"ph": "C", "name": "PLANTED-counter", "pid": 7, "ts": 1, "args": {"PLANTED-quantity": 3, "other": "PLANTED-value"}},
 {"ph": "i", "name": "[memory]", "pid": 7, "tid": 8, "ts": 2, "args": {"Total Allocated": 10, "Total Reserved": "PLANTED-reserved", "Device Id": 0, "Addr": "PLANTED-address"}},
 {"ph": "i", "name": "PLANTED-instant", "pid": 7, "tid": 8, "ts": 2, "s": "PLANTED-scope"},
 {"ph": "s", "id": "PLANTED-flow", "cat": "ac2g", "name": "PLANTED-arrow", "pid": 7, "tid": 8, "ts": 12},
 {"ph": "B", "name": "PLANTED-begin", "pid": 7, "tid": 8, "ts": 90}, {"ph": "E", "name": "PLANTED-end", "pid": 7, "tid": 8, "ts": 91},
 {"ph": "PLANTED-phase", "name": "PLANTED-p", "pid": 7, "tid": 8, "ts": 92}, "PLANTED-element"
 ], "after": {"user": "PLANTED-after"}})json";

TEST(Redact, NothingThatWasPlantedAnywhereIsInTheCopy) {
  for (NameChoice names : {NameChoice::kUsual, NameChoice::kHash}) {
    const std::string copy = redacted(kFull, {.names = names, .salt = ""});
    const std::size_t at = copy.find("PLANTED");
    EXPECT_EQ(at, std::string::npos) << copy.substr(at < 60 ? 0 : at - 60, 160);
    EXPECT_EQ(copy.find("/home"), std::string::npos);
    EXPECT_EQ(copy.find("hf_"), std::string::npos);
    EXPECT_FALSE(Json::parse(copy, nullptr, false).is_discarded());
  }
}

TEST(Redact, WhatAttributionUsesIsKept) {
  const Json copy = Json::parse(redacted(kFull));
  EXPECT_EQ(copy["deviceProperties"][0]["name"], "NVIDIA H100");
  EXPECT_EQ(copy["deviceProperties"][0]["numSms"], 132);
  EXPECT_EQ(copy["distributedInfo"]["rank"], 1);
  EXPECT_EQ(copy["distributedInfo"]["pg_config"][0]["pg_size"], 2);
  EXPECT_EQ(copy["baseTimeNanoseconds"], 1700000000000000000);
  std::map<std::string, Json> events;
  for (const Json& event : copy["traceEvents"]) {
    if (event.is_object()) events[event.value("name", "")] = event;
  }
  ASSERT_TRUE(events.contains("aten::mm"));
  EXPECT_EQ(events["aten::mm"]["args"]["Input Dims"][0], Json({512, 128}));
  EXPECT_EQ(events["aten::mm"]["args"]["Input type"], Json({"float", "", "c10::Half"}));
  EXPECT_EQ(events["aten::mm"]["args"]["Concrete Inputs"], Json({"1.5", "", "[1, 2]", "[True, None]", "[1e-05]"}));
  EXPECT_TRUE(events.contains("train.py(12): step"));
  EXPECT_TRUE(events.contains("dataloader.py(3): next"));
  EXPECT_TRUE(events.contains("ProfilerStep#12"));
  EXPECT_TRUE(events.contains("Memcpy HtoD (Pageable -> Device)"));
  EXPECT_EQ(events["elementwise"]["ts"], 70.5);
}

TEST(Redact, TheCopyIsReadAsTheSameTimeline) {
  const Folder folder;
  ASSERT_TRUE(write_file_atomic(folder.file("in.json"), kFull).ok());
  ASSERT_TRUE(redact_file(folder.file("in.json"), folder.file("out.json.gz"), {}).ok());
  expect_same_files(folder.file("in.json"), folder.file("out.json.gz"));
}

TEST(Redact, EveryArgumentThatTheReaderUsesIsKept) {
  for (std::string_view name : chrome::argument_names()) EXPECT_TRUE(keeps_argument(name)) << name;
}

TEST(Redact, TheSameNameIsReplacedAlikeAndDifferentNamesStayDifferent) {
  Names names({});
  const std::string first = names.of(NameOf::kAnnotation, "our run 1");
  EXPECT_EQ(first, names.of(NameOf::kAnnotation, "our run 1"));
  EXPECT_NE(first, names.of(NameOf::kAnnotation, "our run 2"));
  EXPECT_EQ(names.of(NameOf::kPython, "/a/x.py(1): f"), "x.py(1): f");
  EXPECT_EQ(names.of(NameOf::kPython, "/b/x.py(1): f"), "x.py(1): f~2");
  Names salted({.names = NameChoice::kUsual, .salt = "s"});
  EXPECT_NE(first, salted.of(NameOf::kAnnotation, "our run 1"));
}

TEST(Redact, WhatAttributionLooksForIsStillInAReplacedName) {
  Names names({.names = NameChoice::kHash, .salt = ""});
  const auto has = [&](NameOf kind, std::string_view name, std::string_view mark) {
    const std::string& text = names.of(kind, name);
    return text != name && text.find(mark) != std::string::npos;
  };
  EXPECT_TRUE(has(NameOf::kPython, "/u/ann/dataloader.py(3): next", "dataloader.py"));
  EXPECT_TRUE(has(NameOf::kAnnotation, "ann's DataLoader", "DataLoader"));
  EXPECT_TRUE(has(NameOf::kCall, "annSynchronize", "Synchronize"));
  EXPECT_TRUE(has(NameOf::kAnnotation, "ann's step#17", "#17"));
  EXPECT_TRUE(has(NameOf::kDeviceWork, "/u/ann/ncclKernel", "nccl"));
}

TEST(Redact, PathsAddressesAndTokensLookPrivateAndKernelsDoNot) {
  for (const char* text : {"/home/ann", "C:\\ann", "a@b.org", "10.1.2.3", "hf_abcdefghij", "x sk-abcdefghij",
                           "my password", "0123456789abcdef0123456789abcdef", "caf\xc3\xa9"}) {
    EXPECT_TRUE(looks_private(text)) << text;
  }
  for (const char* text : {"void at::native::vectorized_elementwise_kernel<4, at::native::AddFunctor<float> >(int)",
                           "sm90_xmma_gemm_bf16bf16_bf16f32_f32_tn_n_tilesize128x128x64_cublas", "0/1",
                           "topk_token_kernel", "mask-abcdefghijk", "Memcpy HtoD (Pageable -> Device)"}) {
    EXPECT_FALSE(looks_private(text)) << text;
  }
}

TEST(Redact, TheTraceItselfIsNeverOverwritten) {
  const Folder folder;
  ASSERT_TRUE(write_file_atomic(folder.file("in.json"), kFull).ok());
  const Result<Redaction> done = redact_file(folder.file("in.json"), folder.file("./in.json"), {});
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(content(folder.file("in.json")), kFull);
}

TEST(Redact, WhatCannotBeRedactedLeavesNoFile) {
  const Folder folder;
  const std::string deep = "{\"traceEvents\": [{\"ph\": \"X\", \"args\": " + std::string(1000, '[');
  for (const char* text : {"{\"nothing\": 1}", "hello", "", deep.c_str()}) {
    ASSERT_TRUE(write_file_atomic(folder.file("in.json"), text).ok());
    EXPECT_FALSE(redact_file(folder.file("in.json"), folder.file("out.json"), {}).ok()) << text;
    EXPECT_EQ(folder.files(), 1U);
  }
}

TEST(Redact, CountsSayHowMuchAndNeverWhat) {
  const Folder folder;
  ASSERT_TRUE(write_file_atomic(folder.file("in.json"), kFull).ok());
  const auto done = redact_file(folder.file("in.json"), folder.file("out.json"), {});
  ASSERT_TRUE(done.ok());
  EXPECT_EQ(done->removed.at("members of the file (environment, host, paths)"), 5U);
  EXPECT_EQ(done->removed.at("arguments of events"), 4U);
  for (const auto& [kind, count] : done->removed) {
    EXPECT_EQ(kind.find("PLANTED"), std::string::npos);
    EXPECT_GT(count, 0U);
  }
}

// A database with a secret in every text column, and in columns and tables of which nothing is known.
std::string nsys_with_secrets(const Folder& folder) {
  const std::string path = folder.file("in.sqlite");
  sqlite3* db = nullptr;
  EXPECT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  const int code = sqlite3_exec(db, R"(
    CREATE TABLE StringIds (id INTEGER NOT NULL PRIMARY KEY, value TEXT);
    INSERT INTO StringIds VALUES (1, 'gemm'), (2, 'cudaLaunchKernel_v7000'), (3, 'PLANTED-range'), (4, '/PLANTED/kernel'),
      (5, 'PLANTED-output'), (6, 'poll'), (7, 'PLANTED-system call'), (8, 'aten::mm, seq = 5, sizes = [[2, 3], [3, 4]]');
    CREATE TABLE CUPTI_ACTIVITY_KIND_KERNEL (start INTEGER, end INTEGER, deviceId INTEGER, streamId INTEGER,
      correlationId INTEGER, globalPid INTEGER, demangledName INTEGER, shortName INTEGER, note TEXT);
    INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL VALUES (100, 200, 0, 7, 1, 16777216, 1, 1, 'PLANTED-note'),
      (300, 400, 0, 7, 2, 16777216, 4, 4, 'PLANTED');
    CREATE TABLE CUPTI_ACTIVITY_KIND_RUNTIME (start INTEGER, end INTEGER, globalTid INTEGER, correlationId INTEGER, nameId INTEGER);
    INSERT INTO CUPTI_ACTIVITY_KIND_RUNTIME VALUES (50, 60, 16777217, 1, 2), (250, 260, 16777217, 2, 2);
    CREATE TABLE OSRT_API (start INTEGER, end INTEGER, globalTid INTEGER, nameId INTEGER);
    INSERT INTO OSRT_API VALUES (201, 210, 16777217, 6), (211, 212, 16777217, 7);
    CREATE TABLE NVTX_EVENTS (start INTEGER, end INTEGER, eventType INTEGER, text TEXT, textId INTEGER, globalTid INTEGER, jsonText TEXT);
    INSERT INTO NVTX_EVENTS VALUES (10, 90, 59, 'PLANTED-text', NULL, 16777217, 'PLANTED'), (213, 240, 59, NULL, 3, 16777217, NULL),
      (241, 290, 59, NULL, 8, 16777217, NULL);
    CREATE TABLE META_DATA_CAPTURE (name TEXT, value TEXT);
    INSERT INTO META_DATA_CAPTURE VALUES ('ENVIRONMENT_VARIABLE', 'TOKEN=PLANTED');
    CREATE TABLE META_DATA_EXPORT (name TEXT, value TEXT);
    INSERT INTO META_DATA_EXPORT VALUES ('EXPORT_HOST', 'PLANTED-host'), ('EXPORT_PRODUCT_NAME', 'NVIDIA Nsight Systems');
    CREATE TABLE ThreadNames (nameId INTEGER, globalTid INTEGER);
    INSERT INTO ThreadNames VALUES (5, 16777217);
    CREATE TABLE PROCESSES (globalPid INTEGER, name TEXT);
    INSERT INTO PROCESSES VALUES (16777216, '/home/PLANTED/python');
    CREATE TABLE DIAGNOSTIC_EVENT (timestamp INTEGER, severity INTEGER, text TEXT);
    INSERT INTO DIAGNOSTIC_EVENT VALUES (1, 3, 'PLANTED-message: events were dropped');
    CREATE TABLE TARGET_INFO_GPU (id INTEGER, name TEXT, memoryBandwidth INTEGER, smCount INTEGER, uuid TEXT);
    INSERT INTO TARGET_INFO_GPU VALUES (0, 'NVIDIA A100', 1555000000000, 108, 'PLANTED-uuid');)", nullptr, nullptr, nullptr);
  EXPECT_EQ(code, SQLITE_OK) << sqlite3_errmsg(db);
  sqlite3_close(db);
  return path;
}

TEST(RedactNsys, NothingThatWasPlantedIsInTheCopyAndItIsTheSameTimeline) {
  const Folder folder;
  const std::string in = nsys_with_secrets(folder);
  const auto done = redact_file(in, folder.file("out.sqlite"), {});
  ASSERT_TRUE(done.ok()) << done.error().text();
  EXPECT_EQ(folder.files(), 2U);
  const std::string copy = content(folder.file("out.sqlite"));
  EXPECT_EQ(copy.find("PLANTED"), std::string::npos);
  EXPECT_NE(copy.find("NVIDIA A100"), std::string::npos);
  expect_same_files(in, folder.file("out.sqlite"));
  const auto read = read_file(folder.file("out.sqlite"), {});
  EXPECT_EQ(read->front().operators.size(), 1U);
  EXPECT_EQ(done->removed.at("tables (environment, processes, files, threads' names)"), 3U);
}

// Real traces, damaged ones among them: the copy is the same timeline.
class RedactReal : public testing::TestWithParam<const char*> {};

TEST_P(RedactReal, GivesTheSameTimeline) {
  const fs::path file = real_traces(LYNXBENCH_SOURCE_DIR) / GetParam();
  if (!fs::exists(file)) GTEST_SKIP() << "no " << file << ": set LYNXBENCH_DATA";
  const Folder folder;
  const auto done = redact_file(file, folder.file("out.json.gz"), {});
  if (!read_file(file, {}).ok()) {
    EXPECT_FALSE(done.ok());
    EXPECT_EQ(folder.files(), 0U);
    return;
  }
  ASSERT_TRUE(done.ok()) << done.error().text();
  expect_same_files(file, folder.file("out.json.gz"));
}

INSTANTIATE_TEST_SUITE_P(Traces, RedactReal,
                         testing::Values("hta/tests/data/nccl_parser_config/nccl_data.json.gz",
                                         "broken/k_array_noclose.json",
                                         "broken/k_array_trailing_comma.json",
                                         "broken/k_clock_skew.json",
                                         "broken/k_control_char.json",
                                         "broken/k_dup_keys.json",
                                         "broken/k_env_secrets.json",
                                         "broken/k_events_first.json",
                                         "broken/k_gz_multimember.json.gz",
                                         "broken/k_gz_trailing_garbage.json.gz",
                                         "broken/k_gz_truncated.json.gz",
                                         "broken/k_invalid_utf8.json",
                                         "broken/k_kernel_noargs.json",
                                         "broken/k_missing_dur.json",
                                         "broken/k_one_launch_two_kernels.json",
                                         "broken/k_overlap_same_stream.json",
                                         "broken/k_plain_named_gz.json.gz",
                                         "broken/k_reversed_order.json",
                                         "broken/k_truncated_midstring.json",
                                         "broken/k_ts_epoch_us_frac.json",
                                         "broken/k_unescaped_backslash.json",
                                         "nsys-ai/tests/fixtures/mfu_2gpu_after.sqlite",
                                         "nsys-ai/tests/fixtures/mock.sqlite",
                                         "nsys-ai/tests/fixtures/healthy_judged_1pct.sqlite",
                                         "broken/n_truncated.sqlite", "broken/n_no_stringids.sqlite",
                                         "broken/n_no_runtime.sqlite", "broken/n_no_kernels.sqlite"));

}  // namespace
}  // namespace lynxbench::trace::redact
