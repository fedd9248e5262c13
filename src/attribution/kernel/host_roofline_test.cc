#include "attribution/kernel/host_roofline.h"

#include <gtest/gtest.h>

#include "attribution/device/timeline_for_test.h"
#include "attribution/kernel/node_cost.h"

namespace lynxbench::attribution {
namespace {

constexpr std::string_view kFloats = R"(["float","float"])";
constexpr std::string_view kFloat = R"(["float"])";

// 1 GFLOP/s and 1 GB/s: a nanosecond for each operation, and for each byte.
std::vector<DeviceCeilings> one_a_nanosecond(std::string_view match) {
  DeviceCeilings ceilings;
  ceilings.match = match;
  ceilings.source = "measured";
  ceilings.bytes_per_s = 1e9;
  ceilings.flops_per_s[Precision::kFp32] = 1e9;
  return {ceilings};
}

struct HostBuilder {
  TimelineBuilder build;

  // Rows are added in order of begin, the outer first.
  void op(std::string_view name, std::int64_t begin, std::int64_t end, std::string_view shapes,
          std::string_view types) {
    build.host(HostWork::kOperator, name, begin, end);
    if (shapes.empty()) return;
    Timeline& t = build.t;
    t.operators.push_back({.host_row = static_cast<std::uint32_t>(t.host.size() - 1),
                           .shapes = t.names.intern(shapes),
                           .types = t.names.intern(types)});
  }
  void node(std::string_view type, std::int64_t begin, std::int64_t end, std::string_view shapes,
            std::string_view types, std::string_view out, std::string_view out_types = kFloat,
            std::string_view provider = "CPUExecutionProvider") {
    op("node_of_" + std::string(type), begin, end, shapes, types);
    Timeline& t = build.t;
    t.operators[t.operators.size() - 1].node = static_cast<std::uint32_t>(t.nodes.size());
    t.nodes.push_back({.op_type = t.names.intern(type),
                       .provider = t.names.intern(provider),
                       .output_shapes = t.names.intern(out),
                       .output_types = t.names.intern(out_types)});
  }
  std::vector<HostRoofline> rooflines(const std::vector<DeviceCeilings>& given) {
    return host_roofline(build.linked(), given);
  }
};

const RooflinePoint* point(const DeviceRoofline& roofline, std::string_view op) {
  for (const RooflinePoint& one : roofline.points) {
    if (one.op == op) return &one;
  }
  return nullptr;
}

std::int64_t unknown_ns(const DeviceRoofline& roofline, std::string_view why) {
  for (const UnknownBound& one : roofline.unknown) {
    if (one.why == why) return one.ns;
  }
  return -1;
}

TEST(NodeCost, FollowsFromTheShapesOfInputsAndOutputs) {
  const NodeCost conv =
      node_cost({.op_type = "Conv",
                 .shapes = "[[1,3,224,224],[64,3,7,7],[64]]",
                 .types = R"(["float","float","float"])",
                 .output_shapes = "[[1,64,112,112]]",
                 .output_types = kFloat});
  // Strides and padding are not in a trace; the output's size has them. One addition each for the bias.
  EXPECT_EQ(conv.cost.flops, 64.0 * 112 * 112 * (2 * 3 * 7 * 7 + 1));
  EXPECT_EQ(conv.cost.bytes, 4.0 * (3 * 224 * 224 + 64 * 3 * 7 * 7 + 64 + 64 * 112 * 112));
  EXPECT_EQ(conv.precision, Precision::kFp32);
}

TEST(NodeCost, ThePrecisionIsThatOfTheFirstInput) {
  const auto precision = [](std::string_view type) {
    return node_cost({.op_type = "Relu",
                      .shapes = "[[4]]",
                      .types = type,
                      .output_shapes = "[[4]]",
                      .output_types = type})
        .precision;
  };
  EXPECT_EQ(precision(R"(["float16"])"), Precision::kBf16);
  EXPECT_EQ(precision(R"(["uint8"])"), Precision::kInt8);
  EXPECT_EQ(precision(R"(["int64"])"), std::nullopt);
}

TEST(NodeCost, WhatIsNoListOfShapesHasNoCostAndAReason) {
  for (const char* shapes : {"", "[[1.5]]", "[\"a\"]", "[[1],[2]]", "{}"}) {
    const NodeCost cost = node_cost({.op_type = "Relu",
                                     .shapes = shapes,
                                     .types = kFloat,
                                     .output_shapes = "[[4]]",
                                     .output_types = kFloat});
    EXPECT_FALSE(cost.cost.flops.has_value()) << shapes;
    EXPECT_FALSE(cost.cost.reason.empty()) << shapes;
  }
}

TEST(HostRoofline, NodesAreBoundByTheLongerOfArithmeticAndTraffic) {
  HostBuilder b;
  // 2*8*8*8 = 1024 operations, 4*(64+64+64) = 768 bytes.
  b.node("MatMul", 0, 2000, "[[8,8],[8,8]]", kFloats, "[[8,8]]");
  // 64 operations, 4*(64+64+64) = 768 bytes.
  b.node("Add", 2000, 3000, "[[8,8],[8,8]]", kFloats, "[[8,8]]");
  const auto found = b.rooflines(one_a_nanosecond("CPU"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].executor, "CPUExecutionProvider");
  const DeviceRoofline& roofline = found[0].roofline;
  EXPECT_EQ(roofline.ceiling_source, "measured");
  EXPECT_EQ(roofline.compute_bound_ns, 2000);
  EXPECT_EQ(roofline.memory_bound_ns, 1000);
  EXPECT_EQ(roofline.unknown_ns, 0);
  const RooflinePoint* matmul = point(roofline, "MatMul");
  ASSERT_NE(matmul, nullptr);
  EXPECT_EQ(matmul->flops, 1024);
  EXPECT_EQ(matmul->bytes, 768);
  EXPECT_EQ(matmul->least_ns, 1024);
  EXPECT_EQ(matmul->shapes, "[8,8] [8,8]");
  EXPECT_EQ(point(roofline, "Add")->least_ns, 768);
}

TEST(HostRoofline, WithoutCeilingsCostsAreGivenAndBoundsAreNot) {
  HostBuilder b;
  b.node("MatMul", 0, 2000, "[[8,8],[8,8]]", kFloats, "[[8,8]]");
  const auto found = b.rooflines(one_a_nanosecond("H100"));
  ASSERT_EQ(found.size(), 1U);
  const DeviceRoofline& roofline = found[0].roofline;
  EXPECT_EQ(roofline.unknown_ns, 2000);
  EXPECT_EQ(unknown_ns(roofline, roofline.missing), 2000);
  EXPECT_EQ(point(roofline, "MatMul")->flops, 1024);
  EXPECT_EQ(point(roofline, "MatMul")->bound, "unknown");
}

TEST(HostRoofline, WorkWithoutArithmeticNeedsNoCeilingOfIt) {
  HostBuilder b;
  b.node("Transpose", 0, 100, "[[8,8]]", R"(["int64"])", "[[8,8]]", R"(["int64"])");
  b.node("Add", 100, 300, "[[8],[8]]", R"(["int64","int64"])", "[[8]]", R"(["int64"])");
  b.node("Relu", 300, 600, "[[8]]", R"(["float16"])", "[[8]]", R"(["float16"])");
  const auto found = b.rooflines(one_a_nanosecond("CPU"));
  const DeviceRoofline& roofline = found.at(0).roofline;
  EXPECT_EQ(roofline.memory_bound_ns, 100);
  EXPECT_EQ(unknown_ns(roofline, "no ceiling of arithmetic of its type is known"), 200);
  EXPECT_EQ(unknown_ns(roofline, "no ceiling of bf16 is known"), 300);
  EXPECT_EQ(roofline.unknown_ns, 500);
}

TEST(HostRoofline, ABranchKeepsOnlyItsOwnTimeAndHasNoCost) {
  HostBuilder b;
  b.node("If", 0, 1000, "[[1]]", R"(["bool"])", "[[8]]");
  b.node("Relu", 200, 900, "[[8]]", kFloat, "[[8]]");
  const auto found = b.rooflines(one_a_nanosecond("CPU"));
  const DeviceRoofline& roofline = found.at(0).roofline;
  EXPECT_EQ(roofline.memory_bound_ns, 700);
  EXPECT_EQ(roofline.unknown_ns, 300);
  EXPECT_EQ(roofline.unknown.at(0).why,
            "If: control flow: the operators of its branch are listed by themselves");
}

TEST(HostRoofline, WhatOtherProvidersAreAskedForIsNotTheirNodesTime) {
  HostBuilder b;
  b.node("MatMul", 0, 2000, "[[8,8],[8,8]]", kFloats, "[[8,8]]", kFloat, "CUDAExecutionProvider");
  b.node("Relu", 2000, 5000, "[[8]]", kFloat, "[[8]]");
  b.build.kernel(100, 1900);
  const auto found = b.rooflines(one_a_nanosecond(""));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].executor, "CPUExecutionProvider");
  EXPECT_EQ(found[0].roofline.memory_bound_ns, 3000);
  EXPECT_EQ(found[1].executor, "CUDAExecutionProvider");
  EXPECT_EQ(found[1].roofline.unknown_ns, 2000);
  EXPECT_TRUE(found[1].roofline.points.empty());
}

TEST(HostRoofline, AnOperatorPaysForWhatHasNoCostInsideIt) {
  HostBuilder b;
  b.op("aten::relu", 0, 1000, "[[8]]", kFloat);
  b.op("aten::clever_kernel", 100, 900, "", "");
  const auto found = b.rooflines(one_a_nanosecond("CPU"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].executor, "CPU");
  EXPECT_EQ(found[0].roofline.memory_bound_ns, 1000);
}

TEST(HostRoofline, ArithmeticIsNotCountedASecondTimeAroundIt) {
  HostBuilder b;
  b.op("aten::linear", 0, 1000, "[[8,8],[8,8],[]]", kFloats);
  b.op("aten::matmul", 50, 950, "[[8,8],[8,8]]", kFloats);
  b.op("aten::mm", 100, 900, "[[8,8],[8,8]]", kFloats);
  b.op("aten::copy_", 200, 300, "[[8],[8]]", kFloats);
  const auto found = b.rooflines(one_a_nanosecond("CPU"));
  const DeviceRoofline& roofline = found.at(0).roofline;
  ASSERT_EQ(roofline.points.size(), 2U);
  EXPECT_EQ(point(roofline, "aten::mm")->work_ns, 700);
  EXPECT_EQ(point(roofline, "aten::mm")->flops, 1024);
  EXPECT_EQ(point(roofline, "aten::copy_")->work_ns, 100);
  EXPECT_EQ(unknown_ns(roofline, "aten::linear: around operators that do its arithmetic"), 100);
  EXPECT_EQ(unknown_ns(roofline, "aten::matmul: around operators that do its arithmetic"), 100);
  EXPECT_EQ(roofline.known_ns() + roofline.unknown_ns, 1000);
}

TEST(HostRoofline, WhereADeviceWorkedAFrameworksOperatorsLaunch) {
  HostBuilder b;
  b.op("aten::relu", 0, 1000, "[[8]]", kFloat);
  b.build.kernel(100, 1900);
  EXPECT_TRUE(b.rooflines(one_a_nanosecond("CPU")).empty());
}

TEST(HostRoofline, WithoutOperatorsThereIsNone) {
  HostBuilder b;
  b.build.host(HostWork::kPython, "main", 0, 100);
  EXPECT_TRUE(b.rooflines(one_a_nanosecond("CPU")).empty());
}

}  // namespace
}  // namespace lynxbench::attribution
