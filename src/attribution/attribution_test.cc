#include "attribution/attribution.h"

#include <gtest/gtest.h>

#include <numeric>

#include "base/random.h"

namespace lynxbench::attribution {
namespace {

std::int64_t sum(const Parts& parts) {
  return std::accumulate(parts.begin(), parts.end(), std::int64_t{0});
}

std::int64_t part(const Parts& parts, TimeClass time_class) {
  return parts[static_cast<std::size_t>(time_class)];
}

// Due 0, sent 1, accepted 3, opened 10, closed 30, pre 35-50, run 52-152, post until 160, done 170.
RequestRecord answered() {
  RequestRecord record;
  record.due_ns = 0;
  record.sent_ns = 1;
  record.done_ns = 170;
  record.status = RequestStatus::kOk;
  ServerStages stages;
  stages.accepted_ns = 3;
  stages.opened_ns = 10;
  stages.closed_ns = 30;
  stages.pre_begin_ns = 35;
  stages.pre_end_ns = 50;
  stages.run_begin_ns = 52;
  stages.run_end_ns = 152;
  stages.post_end_ns = 160;
  stages.batch_size = 1;
  record.stages = stages;
  return record;
}

TEST(BreakDown, EachStageIsAClassAndTheHandOversAreTheRemainder) {
  const std::optional<Parts> parts = break_down(answered(), nullptr);
  ASSERT_TRUE(parts);
  EXPECT_EQ(part(*parts, TimeClass::kClientLateness), 1);
  EXPECT_EQ(part(*parts, TimeClass::kQueue), 7);
  EXPECT_EQ(part(*parts, TimeClass::kBatchingWait), 20);
  EXPECT_EQ(part(*parts, TimeClass::kPreprocessing), 15);
  EXPECT_EQ(part(*parts, TimeClass::kModelExecution), 100);
  EXPECT_EQ(part(*parts, TimeClass::kPostprocessing), 8);
  // sent -> accepted 2, closed -> pre 5, pre -> run 2, post -> done 10
  EXPECT_EQ(part(*parts, TimeClass::kUnattributed), 19);
  EXPECT_EQ(sum(*parts), 170);
}

TEST(BreakDown, WithASplitTheCallIsDividedIntoOperatorsFrameworkAndInstrument) {
  const OperatorSplit split{90, 40, 25, 5};
  const std::optional<Parts> parts = break_down(answered(), &split);
  ASSERT_TRUE(parts);
  EXPECT_EQ(part(*parts, TimeClass::kComputeBound), 40);
  EXPECT_EQ(part(*parts, TimeClass::kMemoryBound), 25);
  EXPECT_EQ(part(*parts, TimeClass::kOperatorUnknown), 5);
  EXPECT_EQ(part(*parts, TimeClass::kFrameworkOverhead), 20);
  EXPECT_EQ(part(*parts, TimeClass::kInstrument), 10);
  EXPECT_EQ(part(*parts, TimeClass::kModelExecution), 0);
  EXPECT_EQ(part(*parts, TimeClass::kUnattributed), 19);
  EXPECT_EQ(sum(*parts), 170);
}

TEST(BreakDown, AProfileThatReadsLongerThanTheCallIsTakenFromTheRemainder) {
  const OperatorSplit longer_operators{90, 60, 31, 0};
  const std::optional<Parts> first = break_down(answered(), &longer_operators);
  EXPECT_EQ(part(*first, TimeClass::kFrameworkOverhead), 0);
  EXPECT_EQ(part(*first, TimeClass::kInstrument), 10);
  EXPECT_EQ(part(*first, TimeClass::kUnattributed), 19 - 1);
  const OperatorSplit longer_call{130, 60, 30, 0};
  const std::optional<Parts> second = break_down(answered(), &longer_call);
  EXPECT_EQ(part(*second, TimeClass::kFrameworkOverhead), 40);
  EXPECT_EQ(part(*second, TimeClass::kInstrument), 0);
  EXPECT_EQ(part(*second, TimeClass::kUnattributed), 19 - 30);
  EXPECT_EQ(sum(*second), 170);
}

TEST(BreakDown, ASplitOfAProfileWithoutItsCallDividesNothing) {
  const OperatorSplit without_call{std::nullopt, 60, 30, 0};
  const std::optional<Parts> parts = break_down(answered(), &without_call);
  EXPECT_EQ(part(*parts, TimeClass::kModelExecution), 100);
  EXPECT_EQ(part(*parts, TimeClass::kComputeBound), 0);
}

TEST(BreakDown, OnlyAGoodAnswerWithStagesHasParts) {
  for (RequestStatus status : {RequestStatus::kRejected, RequestStatus::kFailed,
                               RequestStatus::kUnfinished, RequestStatus::kUnsent}) {
    RequestRecord record = answered();
    record.status = status;
    EXPECT_FALSE(break_down(record, nullptr));
  }
  RequestRecord record = answered();
  record.stages.reset();
  EXPECT_FALSE(break_down(record, nullptr));
}

// Times in any order at all, as a broken clock might give them, and splits of any size.
RequestRecord random_record(Random& random, bool in_order) {
  std::array<std::int64_t, 11> times{};
  std::int64_t now = static_cast<std::int64_t>(random.below(1'000'000));
  for (std::int64_t& time : times) {
    now = in_order ? now + static_cast<std::int64_t>(random.below(50'000))
                   : static_cast<std::int64_t>(random.below(500'000));
    time = now;
  }
  RequestRecord record = answered();
  record.due_ns = times[0];
  record.sent_ns = times[1];
  record.stages->accepted_ns = times[2];
  record.stages->opened_ns = times[3];
  record.stages->closed_ns = times[4];
  record.stages->pre_begin_ns = times[5];
  record.stages->pre_end_ns = times[6];
  record.stages->run_begin_ns = times[7];
  record.stages->run_end_ns = times[8];
  record.stages->post_end_ns = times[9];
  record.done_ns = times[10];
  return record;
}

OperatorSplit random_split(Random& random) {
  const auto some = [&random] { return static_cast<std::int64_t>(random.below(20'000)); };
  OperatorSplit split{some() + some(), some(), some(), some()};
  if (random.below(8) == 0) split.model_run_ns.reset();
  return split;
}

// Due 0, sent 2, written 5, first byte 9, first content 30, last content 80, done 83.
RequestRecord streamed() {
  RequestRecord record;
  record.sent_ns = 2;
  record.first_byte_ns = 9;
  record.done_ns = 83;
  record.status = RequestStatus::kOk;
  Exchange exchange;
  exchange.written_ns = 5;
  exchange.first_event_ns = 9;
  exchange.first_content_ns = 30;
  exchange.last_content_ns = 80;
  record.exchange = exchange;
  return record;
}

TEST(BreakDown, AServerOnTheNetworkIsDividedAsFarAsAClientCanSee) {
  const std::optional<Parts> parts = break_down(streamed(), nullptr);
  ASSERT_TRUE(parts);
  EXPECT_EQ(part(*parts, TimeClass::kClientLateness), 2);
  EXPECT_EQ(part(*parts, TimeClass::kConnection), 3);
  EXPECT_EQ(part(*parts, TimeClass::kServer), 25);
  EXPECT_EQ(part(*parts, TimeClass::kGeneration), 50);
  EXPECT_EQ(part(*parts, TimeClass::kNetworkProtocol), 3);
  EXPECT_EQ(sum(*parts), 83);
}

TEST(BreakDown, AnAnswerInOnePieceIsTheServersUntilItsFirstByte) {
  RequestRecord record = streamed();
  record.exchange->first_content_ns = record.exchange->last_content_ns = std::nullopt;
  const std::optional<Parts> parts = break_down(record, nullptr);
  ASSERT_TRUE(parts);
  EXPECT_EQ(part(*parts, TimeClass::kServer), 4);
  EXPECT_EQ(part(*parts, TimeClass::kGeneration), 0);
  EXPECT_EQ(part(*parts, TimeClass::kNetworkProtocol), 74);
  EXPECT_EQ(sum(*parts), 83);
}

TEST(BreakDown, AFailedExchangeHasNoParts) {
  RequestRecord record = streamed();
  record.status = RequestStatus::kFailed;
  EXPECT_FALSE(break_down(record, nullptr));
}

TEST(BreakDown, WhateverAClientsTimesSayThePartsAddUpAndNoneIsNegative) {
  Random random(12, "exchanges");
  auto time = [&] { return static_cast<std::int64_t>(random.below(100)); };
  for (int round = 0; round < 20'000; ++round) {
    RequestRecord record = streamed();
    record.due_ns = time();
    record.sent_ns = time();
    record.first_byte_ns = time();
    record.done_ns = record.due_ns + time();
    record.exchange->written_ns = time();
    record.exchange->first_content_ns = time();
    record.exchange->last_content_ns = time();
    if (round % 3 == 0) record.exchange->last_content_ns.reset();
    const std::optional<Parts> parts = break_down(record, nullptr);
    ASSERT_TRUE(parts);
    ASSERT_EQ(sum(*parts), record.done_ns - record.due_ns);
    for (TimeClass time_class : kTimeClasses) ASSERT_GE(part(*parts, time_class), 0);
    ASSERT_EQ(part(*parts, TimeClass::kUnattributed), 0);
  }
}

TEST(BreakDown, PartsAlwaysAddUpToTheWholeAndOnlyTheRemainderCanBeNegative) {
  Random random(11, "break down");
  for (int round = 0; round < 20'000; ++round) {
    const RequestRecord record = random_record(random, round % 2 == 0);
    const OperatorSplit split = random_split(random);
    const std::optional<Parts> parts = break_down(record, round % 3 == 0 ? nullptr : &split);
    ASSERT_TRUE(parts);
    ASSERT_EQ(sum(*parts), record.done_ns - record.due_ns);
    for (TimeClass time_class : kTimeClasses) {
      if (time_class == TimeClass::kUnattributed) continue;
      ASSERT_GE(part(*parts, time_class), 0);
    }
    if (round % 6 == 0) {
      ASSERT_GE(part(*parts, TimeClass::kUnattributed), 0);
    }
  }
}

// --- roofline

Ceilings ceilings() {
  Ceilings measured;
  measured.matmul_flops_per_s = {110e9, 90e9, 100e9};
  measured.stream_bytes_per_s = {12e9, 8e9};
  measured.matmul_method = "product";
  measured.stream_method = "triad";
  return measured;
}

OperatorEvent operator_event(const std::string& node, const std::string& op_type,
                             std::int64_t duration_ns, std::vector<std::int64_t> input,
                             std::vector<std::int64_t> output) {
  OperatorEvent op;
  op.node = node;
  op.op_type = op_type;
  op.duration_ns = duration_ns;
  op.inputs = {{"float", std::move(input)}};
  op.outputs = {{"float", std::move(output)}};
  return op;
}

TEST(Roofline, CeilingsAreMediansOfTheirRepeatsAndTheRidgeIsBetweenThem) {
  const Roofline result = roofline(ceilings(), "");
  EXPECT_EQ(result.flops_per_s, 100e9);
  EXPECT_EQ(result.bytes_per_s, 10e9);
  EXPECT_EQ(result.ridge, 10);
  EXPECT_EQ(result.matmul_method, "product");
  EXPECT_EQ(result.missing, "");
}

TEST(Roofline, WhatWasNotMeasuredIsMissingWithAReason) {
  const Roofline none = roofline(std::nullopt, "interrupted before");
  EXPECT_EQ(none.missing, "interrupted before");
  EXPECT_FALSE(none.ridge);
  EXPECT_NE(roofline(std::nullopt, "").missing, "");
  Ceilings without_traffic = ceilings();
  without_traffic.stream_bytes_per_s.clear();
  const Roofline half = roofline(without_traffic, "");
  EXPECT_EQ(half.flops_per_s, 100e9);
  EXPECT_FALSE(half.bytes_per_s || half.ridge);
  EXPECT_NE(half.missing, "");
  Ceilings zero = ceilings();
  zero.matmul_flops_per_s = {0, 1e9, 1e9};
  EXPECT_FALSE(roofline(zero, "").flops_per_s);
}

// 2 x 64^3 operations on 3 x 64 x 64 floats: 10.67 per byte, right of a ridge at 10.
const OperatorEvent kProduct = operator_event("product", "MatMul", 700, {64, 64}, {64, 64});
const OperatorEvent kCopy = operator_event("copy", "Transpose", 200, {64, 64}, {64, 64});
const OperatorEvent kShape = operator_event("shape", "Reshape", 50, {64, 64}, {4096});
const OperatorEvent kMystery = operator_event("mystery", "Mystery", 40, {1}, {1});

TEST(Split, OperatorsLieLeftOrRightOfTheRidgeOrAreUnknown) {
  const OperatorTimeline timeline{1000, {kProduct, kCopy, kShape, kMystery}, {}};
  const OperatorSplit result = split(timeline, roofline(ceilings(), ""));
  EXPECT_EQ(result.model_run_ns, 1000);
  EXPECT_EQ(result.compute_bound_ns, 700);
  EXPECT_EQ(result.memory_bound_ns, 200);
  EXPECT_EQ(result.unknown_ns, 90);
}

TEST(Split, WithoutCeilingsAllIsUnknown) {
  const OperatorTimeline timeline{1000, {kProduct, kCopy, kShape, kMystery}, {}};
  const OperatorSplit result = split(timeline, roofline(std::nullopt, ""));
  EXPECT_EQ(result.compute_bound_ns + result.memory_bound_ns, 0);
  EXPECT_EQ(result.unknown_ns, 990);
}

// --- tables

TEST(OperatorTables, RowsAreLongestFirstWithSharesThatEndAtTheWhole) {
  OperatorEvent other_copy = kCopy;
  other_copy.node = "other copy";
  other_copy.duration_ns = 900;
  const std::vector<OperatorTimeline> timelines{{1000, {kProduct, kCopy}, {}},
                                                {1000, {other_copy, kCopy}, {}}};
  const OperatorTables tables = operator_tables(timelines, roofline(ceilings(), ""));
  ASSERT_EQ(tables.by_type.size(), 2U);
  EXPECT_EQ(tables.by_type[0].op_type, "Transpose");
  EXPECT_EQ(tables.by_type[0].node, "");
  EXPECT_EQ(tables.by_type[0].calls, 3U);
  EXPECT_EQ(tables.by_type[0].total_ns, 1300);
  EXPECT_EQ(tables.by_type[0].share, 0.65);
  EXPECT_EQ(tables.by_type[1].cumulative_share, 1);
  ASSERT_EQ(tables.by_node.size(), 3U);
  EXPECT_EQ(tables.by_node[0].node, "other copy");
  EXPECT_EQ(tables.by_node[1].node, "product");
  EXPECT_EQ(tables.by_node[2].node, "copy");
  EXPECT_EQ(tables.by_node[2].calls, 2U);
}

TEST(OperatorTables, ARowStandsUnderTheRooflineAtItsIntensity) {
  OperatorEvent product = kProduct;
  product.duration_ns = 10'000;
  OperatorEvent copy = kCopy;
  copy.duration_ns = 32'768;  // 32 KiB in 32.768 us: 1e9 bytes/s of 10e9
  const std::vector<OperatorTimeline> timelines{{50'000, {product, copy}, {}}};
  const OperatorTables tables = operator_tables(timelines, roofline(ceilings(), ""));
  const OperatorFigure& memory = tables.by_node[0];
  EXPECT_EQ(memory.bound, "memory");
  EXPECT_EQ(memory.bytes, 32'768);
  EXPECT_EQ(memory.intensity, 0);
  EXPECT_EQ(memory.flops_per_s, 0);
  EXPECT_DOUBLE_EQ(*memory.of_ceiling, 0.1);
  const OperatorFigure& compute = tables.by_node[1];
  EXPECT_EQ(compute.bound, "compute");
  EXPECT_EQ(compute.flops, 524'288);
  EXPECT_DOUBLE_EQ(*compute.flops_per_s, 52.4288e9);
  EXPECT_DOUBLE_EQ(*compute.intensity, 524'288.0 / 49'152.0);
  EXPECT_DOUBLE_EQ(*compute.of_ceiling, 0.524288);
  EXPECT_EQ(compute.reason, "");
}

TEST(OperatorTables, WhatCannotBePlacedSaysWhy) {
  OperatorEvent instant = kCopy;
  instant.duration_ns = 0;
  const std::vector<OperatorTimeline> timelines{{1000, {kMystery, kShape, instant}, {}}};
  const OperatorTables tables = operator_tables(timelines, roofline(ceilings(), ""));
  for (const OperatorFigure& row : tables.by_node) {
    EXPECT_NE(row.reason, "") << row.node;
    EXPECT_FALSE(row.of_ceiling) << row.node;
  }
  EXPECT_EQ(tables.by_node[0].node, "shape");
  EXPECT_EQ(tables.by_node[0].bound, "unknown");
  EXPECT_EQ(tables.by_node[1].reason, "no cost model of Mystery");
  EXPECT_EQ(tables.by_node[2].bound, "memory");
  const OperatorTables no_roof = operator_tables(timelines, roofline(std::nullopt, "not measured"));
  EXPECT_EQ(no_roof.by_node[2].reason, "not measured");
  EXPECT_EQ(no_roof.by_node[2].bound, "unknown");
}

TEST(OperatorTables, CallsWithoutACostDontDiluteThoseThatHaveOne) {
  OperatorEvent damaged = kProduct;
  damaged.outputs.clear();
  damaged.duration_ns = 9'300;
  const std::vector<OperatorTimeline> timelines{{20'000, {kProduct, damaged}, {}}};
  const OperatorTables tables = operator_tables(timelines, roofline(ceilings(), ""));
  EXPECT_EQ(tables.by_type[0].total_ns, 10'000);
  EXPECT_EQ(tables.by_type[0].flops, 524'288);
  EXPECT_DOUBLE_EQ(*tables.by_type[0].flops_per_s, 524'288 / 0.7e-6);
  EXPECT_EQ(tables.by_type[0].reason,
            "1 of 2 calls have no cost: the profile has no shape of an output");
}

TEST(OperatorTables, OfNothingAreEmpty) {
  const OperatorTables tables = operator_tables({}, Roofline{});
  EXPECT_TRUE(tables.by_type.empty() && tables.by_node.empty());
}

}  // namespace
}  // namespace lynxbench::attribution
