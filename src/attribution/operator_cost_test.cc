#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "attribution/cost_model.h"
#include "base/files.h"

namespace lynxbench::attribution {
namespace {

TensorShape f32(std::vector<std::int64_t> dims) { return {"float", std::move(dims)}; }
TensorShape u8(std::vector<std::int64_t> dims) { return {"uint8", std::move(dims)}; }
TensorShape i64(std::vector<std::int64_t> dims) { return {"int64", std::move(dims)}; }

OperatorCost cost(const std::string& op_type, std::vector<TensorShape> inputs,
                  std::vector<TensorShape> outputs) {
  OperatorEvent op;
  op.op_type = op_type;
  op.inputs = std::move(inputs);
  op.outputs = std::move(outputs);
  return cost_of(op);
}

void expect_cost(const OperatorCost& cost, double flops, double bytes) {
  ASSERT_TRUE(cost.flops && cost.bytes) << cost.reason;
  EXPECT_EQ(*cost.flops, flops);
  EXPECT_EQ(*cost.bytes, bytes);
  EXPECT_EQ(cost.reason, "");
}

void expect_none(const OperatorCost& cost) {
  EXPECT_FALSE(cost.flops && cost.bytes);
  EXPECT_NE(cost.reason, "");
}

// --- convolutions

TEST(OperatorCost, AConvolutionTakesTwoOperationsForEachProductAndOneForTheBias) {
  const double y = 16 * 24 * 80;
  expect_cost(
      cost("Conv", {f32({1, 3, 48, 160}), f32({16, 3, 3, 3}), f32({16})}, {f32({1, 16, 24, 80})}),
      2 * y * 3 * 9 + y, 4 * (3 * 48 * 160 + 16 * 3 * 9 + 16 + y));
}

TEST(OperatorCost, AGroupedConvolutionTakesTheChannelsOfItsGroup) {
  const double y = 16 * 9 * 9;
  expect_cost(cost("Conv", {f32({1, 16, 9, 9}), f32({16, 1, 3, 3})}, {f32({1, 16, 9, 9})}),
              2 * y * 9, 4 * (y + 16 * 9 + y));
}

TEST(OperatorCost, AnImageAddedToAConvolutionIsOneMoreOperation) {
  const double y = 16 * 9 * 9;
  const OperatorCost plain =
      cost("Conv", {f32({1, 16, 9, 9}), f32({16, 16, 3, 3}), f32({16})}, {f32({1, 16, 9, 9})});
  const OperatorCost fused =
      cost("FusedConv", {f32({1, 16, 9, 9}), f32({16, 16, 3, 3}), f32({16}), f32({1, 16, 9, 9})},
           {f32({1, 16, 9, 9})});
  EXPECT_EQ(*fused.flops - *plain.flops, y);
  EXPECT_EQ(*fused.bytes - *plain.bytes, 4 * y);
}

TEST(OperatorCost, ConvolutionsOfOneAndThreeDimensionsAndChannelsLastAreTheSameFormula) {
  expect_cost(cost("Conv", {f32({1, 1, 576}), f32({258, 1, 256})}, {f32({1, 258, 3})}),
              2.0 * 258 * 3 * 256, 4 * (576 + 258 * 256 + 258 * 3.0));
  expect_cost(cost("Conv", {f32({1, 2, 4, 4, 4}), f32({3, 2, 2, 2, 2})}, {f32({1, 3, 3, 3, 3})}),
              2.0 * 81 * 2 * 8, 4 * (128 + 48 + 81.0));
  expect_cost(cost("NhwcFusedConv", {f32({1, 6, 6, 4}), f32({8, 4, 3, 3})}, {f32({1, 4, 4, 8})}),
              2.0 * 128 * 4 * 9, 4 * (144 + 288 + 128.0));
}

TEST(OperatorCost, AQuantisedConvolutionFindsItsWeightAmongScalesAndZeroPoints) {
  expect_cost(
      cost("QLinearConv",
           {u8({1, 4, 6, 6}), f32({}), u8({}), u8({8, 4, 3, 3}), f32({}), u8({}), f32({}), u8({})},
           {u8({1, 8, 4, 4})}),
      2.0 * 128 * 4 * 9, 144 + 4 + 1 + 288 + 4 + 1 + 4 + 1 + 128.0);
}

TEST(OperatorCost, AConvolutionWhoseWeightWasPackedAheadHasNoCost) {
  expect_none(cost("QLinearConv", {u8({1, 6, 6, 4}), f32({}), u8({}), f32({}), u8({})},
                   {u8({1, 4, 4, 8})}));
  expect_none(cost("ConvTranspose", {f32({1, 6, 4, 5}), f32({3})}, {f32({1, 3, 8, 10})}));
}

TEST(OperatorCost, ATransposedConvolutionCountsFromItsInput) {
  expect_cost(
      cost("ConvTranspose", {f32({1, 6, 4, 5}), f32({6, 3, 2, 2}), f32({3})}, {f32({1, 3, 8, 10})}),
      2.0 * 120 * 3 * 4 + 240, 4 * (120 + 72 + 3 + 240.0));
}

TEST(OperatorCost, AConvolutionWhoseChannelsDontAgreeHasNoCost) {
  expect_none(cost("Conv", {f32({1, 3, 8, 8}), f32({16, 2, 3, 3})}, {f32({1, 16, 6, 6})}));
  expect_none(cost("Conv", {f32({1, 3, 8, 8}), f32({16, 3, 3, 3})}, {f32({1, 15, 6, 6})}));
  expect_none(cost("Conv", {f32({1, 3, 8, 8}), f32({16, 0, 3, 3})}, {f32({1, 16, 6, 6})}));
  expect_none(cost("Conv", {f32({8}), f32({8})}, {f32({8})}));
}

// --- matrices

TEST(OperatorCost, AMatrixProductTakesTwoOperationsForEachProduct) {
  expect_cost(cost("MatMul", {f32({3, 8}), f32({8, 5})}, {f32({3, 5})}), 2.0 * 3 * 8 * 5,
              4 * (24 + 40 + 15.0));
}

TEST(OperatorCost, BatchesOfAMatrixProductAreBroadcast) {
  expect_cost(cost("MatMul", {f32({2, 7, 3, 8}), f32({7, 8, 5})}, {f32({2, 7, 3, 5})}),
              2.0 * 14 * 3 * 8 * 5, 4 * (14 * 24 + 7 * 40 + 14 * 15.0));
}

TEST(OperatorCost, VectorsInAMatrixProductAreRowsOrColumns) {
  expect_cost(cost("MatMul", {f32({8}), f32({8, 5})}, {f32({5})}), 2.0 * 8 * 5, 4 * (8 + 40 + 5.0));
  expect_cost(cost("MatMul", {f32({3, 8}), f32({8})}, {f32({3})}), 2.0 * 8 * 3, 4 * (24 + 8 + 3.0));
  expect_cost(cost("MatMul", {f32({8}), f32({8})}, {f32({})}), 2.0 * 8, 4 * (8 + 8 + 1.0));
  expect_cost(cost("MatMul", {f32({8})}, {f32({5})}), 2.0 * 8 * 5, 4 * (8 + 40 + 5.0));
}

TEST(OperatorCost, AMatrixThatWasPackedAheadIsInferredAndItsTrafficCounted) {
  expect_cost(cost("MatMul", {f32({1, 20, 120})}, {f32({1, 20, 360})}), 2.0 * 20 * 120 * 360,
              4 * (20 * 120 + 120 * 360 + 20 * 360.0));
  expect_cost(cost("Gemm", {f32({3, 8}), f32({5})}, {f32({3, 5})}), 2.0 * 3 * 8 * 5 + 15,
              4 * (24 + 5 + 15 + 40.0));
  // Eight bits where the operator is a quantised one.
  expect_cost(cost("MatMulInteger", {u8({3, 8}), u8({}), u8({5})}, {{"int32", {3, 5}}}),
              2.0 * 3 * 8 * 5, 24 + 1 + 5 + 60 + 40.0);
  expect_cost(
      cost("DynamicQuantizeMatMul", {f32({3, 8}), f32({5}), u8({5}), f32({5})}, {f32({3, 5})}),
      2.0 * 3 * 8 * 5, 4 * (24 + 5 + 5 + 15) + 5 + 40.0);
}

TEST(OperatorCost, TransposedMatricesAreToldByTheirShapes) {
  expect_cost(cost("FusedMatMul", {f32({1, 120, 20})}, {f32({1, 20, 6625})}), 2.0 * 20 * 120 * 6625,
              4 * (120 * 20 + 120 * 6625 + 20 * 6625.0));
  expect_cost(cost("FusedMatMul", {f32({3, 8}), f32({5, 8})}, {f32({3, 5})}), 2.0 * 3 * 8 * 5,
              4 * (24 + 40 + 15.0));
  expect_cost(cost("Gemm", {f32({8, 3}), f32({8, 5}), f32({3, 5})}, {f32({3, 5})}),
              2.0 * 3 * 8 * 5 + 15, 4 * (24 + 40 + 15 + 15.0));
}

TEST(OperatorCost, MatricesThatDontFitHaveNoCost) {
  expect_none(cost("MatMul", {f32({3, 8}), f32({9, 5})}, {f32({3, 5})}));
  expect_none(cost("MatMul", {f32({4, 8}), f32({8, 5})}, {f32({3, 5})}));
  expect_none(cost("MatMul", {f32({8, 3}), f32({8, 5})}, {f32({3, 5})}));  // would need a transpose
  expect_none(cost("MatMul", {f32({}), f32({8, 5})}, {f32({3, 5})}));
  expect_none(cost("MatMul", {f32({3, 2, 8}), f32({8, 5})}, {f32({4, 2, 5})}));
  expect_none(cost("Gemm", {f32({2, 3, 8}), f32({8, 5})}, {f32({2, 3, 5})}));
}

// --- attention and recurrence

TEST(OperatorCost, AttentionIsItsProjectionsItsScoresAndItsValues) {
  // 2 x 5 positions of width 8 to 3 x 8; then 5 x 5 scores of width 8 and back.
  const double flops = 2.0 * 10 * 8 * 24 + 2.0 * 2 * 5 * 5 * (8 + 8);
  expect_cost(cost("Attention", {f32({2, 5, 8}), f32({8, 24}), f32({24})}, {f32({2, 5, 8})}), flops,
              4 * (80 + 192 + 24 + 80.0));
  expect_cost(cost("Attention", {f32({2, 5, 8}), f32({24})}, {f32({2, 5, 8})}), flops,
              4 * (80 + 192 + 24 + 80.0));  // packed
  expect_none(cost("Attention", {f32({2, 5, 8})}, {f32({2, 5, 8})}));
}

TEST(OperatorCost, AttentionOverAPastLooksAtAllOfIt) {
  expect_cost(cost("MultiHeadAttention", {f32({2, 5, 8}), f32({2, 7, 8}), f32({2, 7, 8})},
                   {f32({2, 5, 8})}),
              2.0 * 2 * 5 * 7 * 16, 4 * (80 + 112 + 112 + 80.0));
  const OperatorCost decoded = cost(
      "GroupQueryAttention",
      {f32({1, 1, 32}), f32({1, 1, 16}), f32({1, 1, 16}), f32({1, 2, 6, 8}), f32({1, 2, 6, 8})},
      {f32({1, 1, 32}), f32({1, 2, 7, 8}), f32({1, 2, 7, 8})});
  EXPECT_EQ(decoded.flops, 2.0 * 7 * 64);
  expect_none(cost("MultiHeadAttention", {f32({2, 5, 2, 3, 4})}, {f32({2, 5, 8})}));
}

TEST(OperatorCost, ARecurrentLayerIsItsGatesMatricesWhetherTheProfileHasThemOrNot) {
  const double gates = 4 * (2.0 * (4 + 6) + 15);
  const std::vector<TensorShape> outputs{f32({7, 1, 2, 6}), f32({1, 2, 6}), f32({1, 2, 6})};
  const double bytes = 4 * (56 + 24 * 4 + 24 * 6 + 48 + 84 + 12 + 12.0);
  expect_cost(
      cost("LSTM", {f32({7, 2, 4}), f32({1, 24, 4}), f32({1, 24, 6}), f32({1, 48})}, outputs),
      gates * 84, bytes);
  expect_cost(cost("LSTM", {f32({7, 2, 4}), f32({1, 48})}, outputs), gates * 84, bytes);
  expect_cost(cost("GRU", {f32({7, 2, 4}), f32({2, 36})}, {f32({7, 2, 2, 6})}),
              3 * (20.0 + 15) * 168, 4 * (56 + 2 * 18 * 10 + 72 + 168.0));
}

// --- elements

TEST(OperatorCost, ElementsAreBroadcastAndCountedOnce) {
  expect_cost(cost("Add", {f32({1, 16, 24, 80}), f32({1})}, {f32({1, 16, 24, 80})}), 30720,
              4 * (30720 + 1 + 30720.0));
  expect_cost(cost("Div", {f32({2, 3}), f32({})}, {f32({2, 3})}), 6, 4 * (6 + 1 + 6.0));
  expect_cost(cost("Mul", {f32({3, 1}), f32({1, 4})}, {f32({3, 4})}), 12, 4 * (3 + 4 + 12.0));
  expect_cost(cost("Sum", {f32({2}), f32({2}), f32({2})}, {f32({2})}), 4, 4 * 8.0);
  expect_none(cost("Add", {f32({3, 2}), f32({3, 4})}, {f32({3, 4})}));
  expect_none(cost("Add", {f32({1, 2, 3, 4}), f32({3, 4})}, {f32({3, 4})}));
}

TEST(OperatorCost, FunctionsHaveTheirWeight) {
  expect_cost(cost("Erf", {f32({10})}, {f32({10})}), 100, 80);
  expect_cost(cost("Sigmoid", {f32({10})}, {f32({10})}), 120, 80);
  expect_cost(cost("Softmax", {f32({2, 5})}, {f32({2, 5})}), 140, 80);
  expect_cost(cost("LayerNormalization", {f32({2, 5}), f32({5}), f32({5})}, {f32({2, 5})}), 70,
              120);
  expect_cost(cost("BiasGelu", {f32({2, 5}), f32({5})}, {f32({2, 5})}), 150, 100);
  expect_none(cost("Softmax", {f32({2, 5})}, {f32({2, 6})}));
}

TEST(OperatorCost, ReductionsAndPoolsCountTheirInput) {
  expect_cost(cost("ReduceMean", {f32({2, 5}), i64({1})}, {f32({2, 1})}), 10, 4 * (10 + 2.0) + 8);
  expect_cost(cost("GlobalAveragePool", {f32({1, 240, 6, 40})}, {f32({1, 240, 1, 1})}), 57600,
              4 * (57600 + 240.0));
  expect_cost(cost("MaxPool", {f32({1, 3, 8, 8})}, {f32({1, 3, 4, 4})}), 192, 4 * (192 + 48.0));
  expect_none(cost("ReduceSum", {f32({2})}, {f32({3})}));
}

TEST(OperatorCost, MovingDataTakesTrafficAndNoArithmetic) {
  expect_cost(cost("Transpose", {f32({2, 5})}, {f32({5, 2})}), 0, 80);
  expect_cost(cost("Cast", {i64({3})}, {{"int32", {3}}}), 0, 36);
  expect_cost(cost("ReorderInput", {f32({1, 16, 9, 9})}, {f32({1, 16, 9, 9})}), 0, 8 * 1296.0);
  expect_cost(cost("Concat", {f32({2}), f32({3})}, {f32({5})}), 0, 40);
}

TEST(OperatorCost, OfWhatIsPickedFromATableOnlyThePickedPartIsTraffic) {
  expect_cost(cost("Gather", {f32({1000, 8}), i64({2, 5})}, {f32({2, 5, 8})}), 0, 320 + 80 + 320.0);
  expect_cost(cost("Gather", {f32({2, 8}), i64({5})}, {f32({5, 8})}), 0, 64 + 40 + 160.0);
  expect_cost(cost("Slice", {f32({100}), i64({1}), i64({1})}, {f32({10})}), 0, 40 + 16 + 40.0);
}

TEST(OperatorCost, ANewShapeForTheSameMemoryIsNeitherArithmeticNorTrafficAndSaysWhy) {
  const OperatorCost reshape = cost("Reshape", {f32({2, 5}), i64({1})}, {f32({10})});
  EXPECT_EQ(reshape.flops, 0);
  EXPECT_EQ(reshape.bytes, 0);
  EXPECT_NE(reshape.reason, "");
}

// --- what there is no cost of

TEST(OperatorCost, WithoutAModelOrShapesThereIsNoCostButAReason) {
  EXPECT_EQ(cost("NonMaxSuppression", {f32({2})}, {f32({2})}).reason,
            "no cost model of NonMaxSuppression");
  expect_none(cost("", {f32({2})}, {f32({2})}));
  expect_none(cost("Relu", {f32({2})}, {}));
  expect_none(cost("Relu", {}, {f32({2})}));
  expect_none(cost("Relu", {f32({-1})}, {f32({-1})}));
  expect_none(cost("If", {}, {}));
}

TEST(OperatorCost, AnElementOfUnknownSizeHasNoTraffic) {
  const OperatorCost strings = cost("Identity", {{"string", {2}}}, {{"string", {2}}});
  EXPECT_EQ(strings.bytes, 0);  // the shape only
  const OperatorCost unknown = cost("Add", {{"mystery", {2}}}, {{"mystery", {2}}});
  EXPECT_EQ(unknown.flops, 2);
  EXPECT_FALSE(unknown.bytes.has_value());
  EXPECT_EQ(unknown.reason, "the size of type \"mystery\" is not known");
}

TEST(OperatorCost, TypesHaveTheirSizes) {
  expect_cost(cost("Relu", {{"float16", {8}}}, {{"float16", {8}}}), 8, 32);
  expect_cost(cost("Relu", {{"double", {8}}}, {{"double", {8}}}), 8, 128);
  expect_cost(cost("DequantizeLinear", {{"uint4", {8}}, f32({})}, {f32({8})}), 16, 4 + 4 + 32.0);
}

TEST(OperatorCost, SizesOfZeroAndHugeOnesAreNoTrouble) {
  expect_cost(cost("Relu", {f32({0, 5})}, {f32({0, 5})}), 0, 0);
  expect_cost(cost("MatMul", {f32({3, 0}), f32({0, 5})}, {f32({3, 5})}), 0, 60);
  const std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  const OperatorCost big = cost("Relu", {f32({huge, huge})}, {f32({huge, huge})});
  ASSERT_TRUE(big.flops);
  EXPECT_GT(*big.flops, 8e37);
  EXPECT_LT(*big.flops, 9e37);
}

TEST(OperatorCost, EveryOperatorOfTheTableIsInItsPage) {
  const Result<std::string> page = read_file(LYNXBENCH_SOURCE_DIR "/docs/operator-costs.md");
  ASSERT_TRUE(page.ok()) << page.error().text();
  for (const CostRow& row : cost_rows()) {
    EXPECT_NE(page->find("`" + std::string(row.op_type) + "`"), std::string::npos) << row.op_type;
  }
}

TEST(OperatorCost, TheTableIsSortedSoThatEveryRowIsFound) {
  for (const CostRow& row : cost_rows()) EXPECT_EQ(cost_row(row.op_type), &row) << row.op_type;
}

}  // namespace
}  // namespace lynxbench::attribution
