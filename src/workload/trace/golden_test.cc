// Every folder of tests/golden/workload_trace: its trace read, compared with expected.txt. Run with
// LYNXBENCH_APPROVE=1 in the environment, the test writes expected.txt instead; read the difference.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "model/json.h"
#include "workload/trace/anonymous.h"
#include "workload/trace/request_reader.h"

namespace lynxbench::workload::trace {
namespace {

const fs::path kFolder = fs::path(LYNXBENCH_SOURCE_DIR) / "tests/golden/workload_trace";

std::string text_of(Result<std::unique_ptr<RequestReader>> opened) {
  if (!opened.ok()) return "error: " + opened.error().message + "\n";
  RequestReader& reader = **opened;
  std::string text = "format: " + reader.shape().format + "\n" + head_line(reader.shape());
  while (std::optional<TracedRequest> request = reader.next()) text += line_of(*request);
  for (const Loss& loss : reader.losses()) {
    text += fmt::format("{}: {} x {} (first: {})\n", name_of(loss.severity), loss.count, loss.what, loss.where);
  }
  return text;
}

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

fs::path trace_of(const std::string& name) {
  for (const auto& entry : fs::directory_iterator(kFolder / name)) {
    if (entry.path().filename() != "expected.txt") return entry.path();
  }
  return {};
}

class TraceGolden : public testing::TestWithParam<std::string> {};

TEST_P(TraceGolden, IsReadAsApproved) {
  const std::string got = text_of(open(trace_of(GetParam())));
  const fs::path file = kFolder / GetParam() / "expected.txt";
  if (std::getenv("LYNXBENCH_APPROVE") != nullptr) {
    ASSERT_TRUE(write_file_atomic(file, got).ok());
  }
  const Result<std::string> expected = read_file(file);
  ASSERT_TRUE(expected.ok()) << expected.error().text();
  EXPECT_EQ(got, *expected);
  EXPECT_EQ(got.find("SECRET"), std::string::npos);
}

// Conformance: every format, whatever the size of the pieces, read from memory, gives the same; and
// what is written in our own format reads back as it was.
TEST_P(TraceGolden, ReadsBackFromOurOwnFormatAsItWas) {
  Result<std::unique_ptr<RequestReader>> opened = open(trace_of(GetParam()));
  if (!opened.ok()) return;
  std::string text = head_line((*opened)->shape());
  std::vector<TracedRequest> requests;
  while (std::optional<TracedRequest> request = (*opened)->next()) {
    text += line_of(*request);
    requests.push_back(*request);
  }
  Result<std::unique_ptr<RequestReader>> again = open_bytes(text, "again");
  ASSERT_TRUE(again.ok());
  std::string second = head_line((*again)->shape());
  std::size_t at = 0;
  while (std::optional<TracedRequest> request = (*again)->next()) {
    ASSERT_LT(at, requests.size());
    EXPECT_EQ(*request, requests[at++]);
    second += line_of(*request);
  }
  EXPECT_EQ(second, text);
  EXPECT_TRUE((*again)->losses().empty());
}

TEST_P(TraceGolden, EveryPrefixIsReadWithoutAFault) {
  const std::string whole = read_file(trace_of(GetParam())).value();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    std::string prefix = whole.substr(0, size);
    EXPECT_EQ(text_of(open_bytes(prefix, "prefix")).find("SECRET"), std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, TraceGolden, testing::ValuesIn(cases()),
                         [](const auto& one) { return one.param; });

}  // namespace
}  // namespace lynxbench::workload::trace
