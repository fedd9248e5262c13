// Every folder of tests/golden/attribution: input.json (ceilings, a profiled call, a request)
// attributed, compared with expected.json. Run with LYNXBENCH_APPROVE=1 in the environment, the
// test writes expected.json instead; read the difference.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "attribution/attribution.h"
#include "base/files.h"
#include "base/json.h"
#include "model/json.h"

namespace lynxbench::attribution {
namespace {

const fs::path kFolder = LYNXBENCH_SOURCE_DIR "/tests/golden/attribution";

std::vector<TensorShape> shapes_of(const Json& list) {
  std::vector<TensorShape> shapes;
  for (const Json& entry : list) {
    for (const auto& [type, dims] : entry.items()) {
      shapes.push_back({type, dims.get<std::vector<std::int64_t>>()});
    }
  }
  return shapes;
}

OperatorTimeline timeline_of(const Json& document) {
  OperatorTimeline timeline;
  timeline.model_run_ns = document.at("model_run_ns").get<std::optional<std::int64_t>>();
  for (const Json& op : document.at("operators")) {
    timeline.operators.push_back({op.at("node"), op.at("op_type"), op.at("provider"),
                                  op.at("begin_ns"), op.at("duration_ns"),
                                  shapes_of(op.at("inputs")), shapes_of(op.at("outputs"))});
  }
  return timeline;
}

RequestRecord request_of(const Json& document) {
  ServerStages stages;
  stages.accepted_ns = document.at("accepted_ns");
  stages.opened_ns = document.at("opened_ns");
  stages.closed_ns = document.at("closed_ns");
  stages.pre_begin_ns = document.at("pre_begin_ns");
  stages.pre_end_ns = document.at("pre_end_ns");
  stages.run_begin_ns = document.at("run_begin_ns");
  stages.run_end_ns = document.at("run_end_ns");
  stages.post_end_ns = document.at("post_end_ns");
  RequestRecord record;
  record.status = RequestStatus::kOk;
  record.due_ns = document.at("due_ns");
  record.sent_ns = document.at("sent_ns");
  record.done_ns = document.at("done_ns");
  record.stages = stages;
  return record;
}

Json attributed(const Json& input) {
  const auto ceilings = input.at("ceilings").get<std::optional<Ceilings>>();
  const OperatorTimeline timeline = timeline_of(input.at("timeline"));
  Figures figures;
  figures.roofline = roofline(ceilings, "not in this case");
  const OperatorSplit parts = split(timeline, figures.roofline);
  OperatorTables tables = operator_tables(std::span(&timeline, 1), figures.roofline);
  figures.operators = std::move(tables.by_node);
  figures.operators_by_type = std::move(tables.by_type);
  const std::optional<Parts> request = break_down(request_of(input.at("request")), &parts);
  Json by_class = Json::object();
  for (std::size_t i = 0; request && i < kTimeClassCount; ++i) {
    by_class[std::string(name_of(kTimeClasses[i]))] = (*request)[i];
  }
  const Json document = figures;
  return Json{{"roofline", document.at("roofline")},
              {"operators_by_type", document.at("operators_by_type")},
              {"operators", document.at("operators")},
              {"request_ns", by_class}};
}

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class AttributionGolden : public testing::TestWithParam<std::string> {};

TEST_P(AttributionGolden, IsAttributedAsApproved) {
  const fs::path folder = kFolder / GetParam();
  const Result<std::string> text = read_file(folder / "input.json");
  ASSERT_TRUE(text.ok()) << text.error().text();
  const Result<Json> input = parse_json(*text, "input.json");
  ASSERT_TRUE(input.ok()) << input.error().text();
  const std::string got = pretty_text(attributed(*input));
  if (std::getenv("LYNXBENCH_APPROVE") != nullptr) {
    ASSERT_TRUE(write_file_atomic(folder / "expected.json", got).ok());
  }
  const Result<std::string> expected = read_file(folder / "expected.json");
  ASSERT_TRUE(expected.ok()) << expected.error().text();
  EXPECT_EQ(got, *expected);
}

INSTANTIATE_TEST_SUITE_P(Cases, AttributionGolden, testing::ValuesIn(cases()),
                         [](const auto& one) { return one.param; });

}  // namespace
}  // namespace lynxbench::attribution
