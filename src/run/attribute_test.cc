#include "run/attribute.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "base/files.h"
#include "run/ceilings_file.h"

namespace lynxbench::run {
namespace {

TEST(WhatIfWords, SayTheScenario) {
  const auto python = parse_what_if("python=2x");
  ASSERT_TRUE(python.ok());
  EXPECT_EQ(python->scenario.what, attribution::WorkClass::kPython);
  EXPECT_EQ(python->scenario.factor, 2);
  EXPECT_TRUE(std::isinf(parse_what_if("loader=gone")->scenario.factor));
  EXPECT_EQ(parse_what_if("launches=graphed")->scenario.kind,
            attribution::ScenarioKind::kLaunchesRemoved);
  EXPECT_EQ(parse_what_if("name:aten::mm=3")->scenario.name, "aten::mm");
  EXPECT_EQ(parse_what_if("batch=8:3.5")->scenario.batch, 8);
  EXPECT_EQ(parse_what_if("device=H200")->device, "H200");
  const auto fused = parse_what_if("fused:aten::mul+aten::add");
  EXPECT_EQ(fused->scenario.kind, attribution::ScenarioKind::kFused);
  EXPECT_EQ(fused->scenario.name, "aten::mul");
  EXPECT_EQ(fused->scenario.with, "aten::add");
}

TEST(WhatIfWords, WhatCannotBeAskedIsRefusedWithWhatCan) {
  for (const char* text : {"python", "python=", "python=0.5", "python=nan", "coffee=2", "batch=8",
                           "batch=2:3", "fused:aten::mul", "fused:+", "device=toaster", "", "=2"}) {
    const auto wish = parse_what_if(text);
    EXPECT_FALSE(wish.ok()) << text;
    if (wish.ok()) continue;
    EXPECT_NE(wish.error().message.find("--what-if"), std::string::npos);
  }
}

class Files : public ::testing::Test {
 protected:
  Files() : folder_(fs::temp_directory_path() / "lynxbench_attribute_test") {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~Files() override { fs::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& text) {
    const std::string path = (folder_ / name).string();
    EXPECT_TRUE(write_file_atomic(path, text).ok());
    return path;
  }
  fs::path folder_;
};

TEST_F(Files, CeilingsAreReadAndWrongOnesNamed) {
  const auto good = read_ceilings(write(
      "good.json", R"({"devices": [{"match": "H100", "source": "measured", "bytes_per_s": 3e12,
                                    "flops_per_s": {"fp16": 7e14}}]})"));
  ASSERT_TRUE(good.ok()) << good.error().text();
  EXPECT_EQ(good->front().flops_per_s.at(attribution::Precision::kBf16), 7e14);
  for (const char* text : {"[]", "{}", R"({"devices": [{}]})",
                           R"({"devices": [{"match": "x", "bytes_per_s": -1}]})",
                           R"({"devices": [{"match": "x", "flops_per_s": {"int3": 1}}]})"}) {
    EXPECT_FALSE(read_ceilings(write("bad.json", text)).ok()) << text;
  }
}

TEST_F(Files, CeilingsThatLynxbenchMeasuredAreThoseOfTheCpu) {
  const std::string measured =
      R"({"threads": 1, "matmul_flops_per_s": [9e10, 1e11, 3e11], "stream_bytes_per_s": [2e10],
          "matmul_method": "MatMul", "stream_method": "triad"})";
  for (const std::string& text : {measured, R"({"format": 1, "ceilings": )" + measured + "}"}) {
    const auto read = read_ceilings(write("measured.json", text));
    ASSERT_TRUE(read.ok()) << read.error().text();
    EXPECT_EQ(read->front().match, "CPU");
    EXPECT_EQ(read->front().source, "measured: MatMul; triad");
    EXPECT_EQ(read->front().flops_per_s.at(attribution::Precision::kFp32), 1e11);
    EXPECT_EQ(read->front().bytes_per_s, 2e10);
  }
  EXPECT_FALSE(read_ceilings(write("none.json", R"({"ceilings": null})")).ok());
  EXPECT_FALSE(read_ceilings(write("empty.json", R"({"threads": 1, "matmul_flops_per_s": [],
      "stream_bytes_per_s": [], "matmul_method": "", "stream_method": ""})")).ok());
}

constexpr const char* kTrace = R"({"baseTimeNanoseconds": 1000, "traceEvents": [
 {"ph": "X", "cat": "cpu_op", "name": "aten::slow", "pid": 1, "tid": 1, "ts": 15, "dur": 80},
 {"ph": "X", "cat": "cuda_runtime", "name": "cudaLaunchKernel", "pid": 1, "tid": 1, "ts": 90, "dur": 5, "args": {"correlation": 2}},
 {"ph": "X", "cat": "kernel", "name": "a", "pid": 0, "tid": 7, "ts": 10, "dur": 10, "args": {"device": 0, "stream": 7}},
 {"ph": "X", "cat": "kernel", "name": "b", "pid": 0, "tid": 7, "ts": 100, "dur": 10, "args": {"device": 0, "stream": 7, "correlation": 2}}
]})";

TEST_F(Files, RequestsOnTheSameClockSplitTheIdleTime) {
  const std::string trace = write("trace.json", kTrace);
  // The request was there until 40 us of the trace's clock.
  const std::string record = write(
      "load.jsonl",
      R"({"lynxbench_load_record":1,"wall_epoch_ns":1000})" "\n"
      R"({"index":0,"status":"ok","sent_ns":0,"done_ns":40000})" "\n");
  for (const std::vector<std::string>& order :
       {std::vector<std::string>{trace, record}, std::vector<std::string>{record, trace}}) {
    const auto figures = attribute(order, {});
    ASSERT_TRUE(figures.ok()) << figures.error().text();
    const std::size_t row = order[0] == trace ? 0 : 1;
    std::int64_t no_request = 0;
    std::int64_t in_operator = 0;
    for (const DeviceTimePart& part : figures->files[row].devices[0].span.parts) {
      if (part.time == DeviceTime::kIdleNoRequest) no_request = part.ns;
      if (part.time == DeviceTime::kIdleOperator) in_operator = part.ns;
    }
    EXPECT_EQ(no_request, 50000);
    EXPECT_EQ(in_operator, 20000);
  }
}

TEST_F(Files, ATraceIsComparedWithTheOneBefore) {
  const std::string trace = write("trace.json", kTrace);
  AttributeOptions options;
  options.against = trace;
  const auto figures = attribute({trace}, options);
  ASSERT_TRUE(figures.ok());
  ASSERT_TRUE(figures->difference.has_value());
  EXPECT_EQ(figures->difference->before_ns, figures->difference->after_ns);
}

TEST_F(Files, AFileThatIsNoTraceIsNamed) {
  const auto figures = attribute({write("page.html", "<html></html>")}, {});
  ASSERT_FALSE(figures.ok());
  EXPECT_NE(figures.error().text().find("page.html"), std::string::npos);
}

}  // namespace
}  // namespace lynxbench::run
