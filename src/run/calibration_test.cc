#include "run/calibration.h"

#include <gtest/gtest.h>

namespace lynxbench::run {
namespace {

constexpr std::int64_t kMs = 1'000'000;

// Arrived at 1 ms, content at 11, 16 and 26 ms, [DONE] with the last.
stub::RequestTruth truth_of(const std::string& id) {
  stub::RequestTruth truth;
  truth.id = id;
  truth.kernel_ns = 1 * kMs;
  truth.read_ns = 2 * kMs;
  truth.outcome = stub::Outcome::kOk;
  using enum stub::PieceKind;
  truth.written = {{1 * kMs, 1 * kMs, 9, 0, kRole},     {11 * kMs, 11 * kMs, 9, 1, kContent}, {16 * kMs, 16 * kMs, 9, 1, kContent},
                   {26 * kMs, 26 * kMs, 9, 1, kContent}, {26 * kMs, 26 * kMs, 9, 0, kDone}};
  return truth;
}

// The same, `late` after the server each time; sent at 0.9 ms and due at 0.5 ms.
RequestRecord record_of(std::uint32_t input, std::int64_t late) {
  RequestRecord record;
  record.input = input;
  record.due_ns = kMs / 2;
  record.sent_ns = kMs * 9 / 10;
  record.done_ns = 26 * kMs + late;
  record.status = RequestStatus::kOk;
  Exchange exchange;
  exchange.first_content_ns = 11 * kMs + late;
  for (std::int64_t at : {11 * kMs, 16 * kMs, 26 * kMs}) exchange.chunks.push_back({at + late, 1, Channel::kAnswer, false});
  record.exchange = exchange;
  return record;
}

TEST(Calibration, PairsByIdAndThenInOrder) {
  std::vector<stub::RequestTruth> truth{truth_of("c1"), truth_of("c0"), truth_of("c1"), truth_of("other")};
  truth[2].kernel_ns = 100 * kMs;
  std::vector<RequestRecord> records{record_of(1, 0), record_of(0, 0), record_of(1, 0), record_of(7, 0)};
  records[0].sent_ns = 99 * kMs;  // sent after the third
  std::vector<Pair> pairs = paired(records, truth);
  ASSERT_EQ(pairs.size(), 3u);
  for (const Pair& pair : pairs) EXPECT_EQ(fmt::format("c{}", pair.record->input), pair.truth->id);
  EXPECT_EQ(pairs[2].record, records.data());
  EXPECT_EQ(pairs[2].truth->kernel_ns, 100 * kMs);
}

TEST(Calibration, ErrorsAreWhatTheClientAdds) {
  std::vector<stub::RequestTruth> truth{truth_of("c0")};
  std::vector<RequestRecord> records{record_of(0, 20'000)};
  std::vector<Pair> pairs = paired(records, truth);
  CalibratedTime ttft = compare_times("p", "ttft", ttft_of(pairs), Limits{});
  EXPECT_EQ(ttft.truth.p50, 10 * kMs);
  EXPECT_EQ(ttft.error.p50, 100'000 + 20'000);  // on its way there, and back
  EXPECT_FALSE(ttft.pass);
  CalibratedTime itl = compare_times("p", "itl", itl_of(pairs), Limits{});
  EXPECT_EQ(itl.error.n, 2u);
  EXPECT_EQ(itl.error.most, 0);
  EXPECT_TRUE(itl.pass);
  EXPECT_EQ(compare_times("p", "e2e", e2e_of(pairs), Limits{}).error.p50, 120'000);
  EXPECT_EQ(compare_times("p", "due", from_due_of(pairs), Limits{}).truth.p50, 26 * kMs - kMs / 2);
  EXPECT_EQ(compare_times("p", "lag", lag_of(pairs), Limits{}).measured.p50, kMs * 4 / 10);
}

TEST(Calibration, NothingToCompareIsNoPass) {
  EXPECT_FALSE(compare_times("p", "ttft", {}, Limits{}).pass);
}

TEST(Calibration, AConnectionsFirstRequestIsLeftOut) {
  std::vector<stub::RequestTruth> truth{truth_of("c0")};
  std::vector<RequestRecord> records{record_of(0, 0)};
  records[0].exchange->new_connection = true;
  EXPECT_TRUE(ttft_of(paired(records, truth)).empty());
  EXPECT_FALSE(from_due_of(paired(records, truth)).empty());
}

TEST(Calibration, AFaultMustBeNamedRightly) {
  std::vector<stub::RequestTruth> truth{truth_of("c0"), truth_of("c1"), truth_of("c2")};
  truth[0].fault = truth[1].fault = "reset";
  std::vector<RequestRecord> records{record_of(0, 0), record_of(1, 0), record_of(2, 0)};
  records[0].exchange->failure = Failure::kClosed;
  std::vector<CalibratedCount> rows = compare_faults("p", paired(records, truth));
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].figure, "no fault");
  EXPECT_TRUE(rows[0].pass);
  EXPECT_EQ(rows[1].truth, 2);
  EXPECT_EQ(rows[1].measured, 1);
  EXPECT_FALSE(rows[1].pass);
}

TEST(Calibration, ThroughputIsCountedInTheSameWindow) {
  std::vector<stub::RequestTruth> truth;
  std::vector<RequestRecord> records;
  for (std::uint32_t i = 0; i < 100; ++i) {
    truth.push_back(truth_of(fmt::format("c{}", i)));
    records.push_back(record_of(i, 0));
  }
  CalibratedCount row = compare_throughput("p", records, truth, 0, 100 * kMs);
  EXPECT_EQ(row.truth, 1000);
  EXPECT_TRUE(row.pass);
  records.resize(90);
  EXPECT_FALSE(compare_throughput("p", records, truth, 0, 100 * kMs).pass);
}

TEST(Calibration, OneFailedRowFailsIt) {
  Calibration calibration;
  calibration.times.push_back(compare_times("p", "x", {{100, 100}}, Limits{}));
  EXPECT_TRUE(calibration.pass());
  calibration.counts.push_back(compare_counts("p", "y", 10, 9, 0));
  EXPECT_FALSE(calibration.pass());
  EXPECT_EQ(to_document(calibration)["pass"], false);
  EXPECT_NE(calibration_text(calibration).find("FAIL"), std::string::npos);
}

}  // namespace
}  // namespace lynxbench::run
