#include <gtest/gtest.h>

#include "attribution/device/device_figures.h"
#include "attribution/device/timeline_for_test.h"
#include "attribution/kernel/device_ceilings.h"
#include "attribution/kernel/kernel_roofline.h"
#include "attribution/kernel/torch_cost.h"

namespace lynxbench::attribution {
namespace {

constexpr std::string_view kHalf = R"(["c10::Half","c10::Half"])";

TEST(TorchCost, AProductOfMatricesTakesTwoOperationsForEachPair) {
  const auto cost = torch_cost("aten::mm", "[[128, 512], [512, 64]]", kHalf, "");
  ASSERT_TRUE(cost.has_value());
  EXPECT_EQ(cost->flops, 2.0 * 128 * 512 * 64);
  EXPECT_EQ(cost->bytes, 2.0 * (128 * 512 + 512 * 64 + 128 * 64));
  EXPECT_EQ(cost->precision, Precision::kBf16);
  EXPECT_TRUE(cost->on_matrix_units);
}

TEST(TorchCost, BatchesOfMatricesAndABiasCount) {
  const auto bmm = torch_cost("aten::bmm", "[[8, 4, 16], [8, 16, 2]]", R"(["float","float"])", "");
  ASSERT_TRUE(bmm.has_value());
  EXPECT_EQ(bmm->flops, 2.0 * 8 * 4 * 16 * 2);
  const auto addmm =
      torch_cost("aten::addmm", "[[2], [4, 16], [16, 2], [], []]",
                 R"(["float","float","float","Scalar","Scalar"])", "");
  ASSERT_TRUE(addmm.has_value());
  EXPECT_EQ(addmm->flops, 2.0 * 4 * 16 * 2);
  EXPECT_EQ(addmm->bytes, 4.0 * (2 + 64 + 32 + 8));
  // With an activation behind it, which is not counted.
  const auto fused =
      torch_cost("aten::_addmm_activation", "[[2], [4, 16], [16, 2], [], [], []]",
                 R"(["float","float","float","Scalar","Scalar","Scalar"])", "");
  EXPECT_EQ(fused->flops, addmm->flops);
}

TEST(TorchCost, AConvolutionsOutputFollowsFromStrideAndPadding) {
  const auto cost = torch_cost(
      "aten::convolution", "[[128, 3, 224, 224], [768, 3, 16, 16], [768], [], [], [], [], [], []]",
      R"(["float","float","float","","","","","",""])",
      R"(["","","","[16, 16]","[0, 0]","[1, 1]","False","[0, 0]","1"])");
  ASSERT_TRUE(cost.has_value());
  EXPECT_EQ(cost->flops, 2.0 * 128 * 768 * 14 * 14 * 3 * 16 * 16);
}

TEST(TorchCost, EachGradientOfAConvolutionThatIsAskedForIsAConvolution) {
  const auto backward = [](const char* mask) {
    return torch_cost("aten::convolution_backward",
                      "[[1, 8, 5, 5], [1, 4, 5, 5], [8, 4, 3, 3], [], [], [], [], [], [], [], []]",
                      R"(["float","float","float","","","","","","","",""])",
                      std::string(R"(["","","","","","","","","","",")") + mask + "\"]");
  };
  const double once = 2.0 * 8 * 25 * 4 * 9;
  EXPECT_EQ(backward("[True, True, False]")->flops, 2 * once);
  EXPECT_EQ(backward("[False, True, True]")->flops, once);
  EXPECT_FALSE(backward("[False, False, True]").has_value());
}

TEST(TorchCost, CausalAttentionTakesHalf) {
  const auto attention = [](const char* causal) {
    return torch_cost("aten::_scaled_dot_product_flash_attention",
                      "[[4, 12, 197, 64], [4, 12, 197, 64], [4, 12, 197, 64], [], [], [], []]",
                      R"(["c10::BFloat16","c10::BFloat16","c10::BFloat16","","","",""])",
                      std::string(R"(["","","","0.",")") + causal + R"(","False",""])");
  };
  EXPECT_EQ(attention("False")->flops, 4.0 * 4 * 12 * 197 * 197 * 64);
  EXPECT_EQ(attention("True")->flops, 2.0 * 4 * 12 * 197 * 197 * 64);
}

TEST(TorchCost, ElementwiseOperatorsBroadcast) {
  const auto cost = torch_cost("aten::add", "[[8, 1, 4], [5, 4], []]",
                               R"(["float","float","Scalar"])", "");
  ASSERT_TRUE(cost.has_value());
  EXPECT_EQ(cost->flops, 8.0 * 5 * 4);
  EXPECT_EQ(cost->bytes, 4.0 * (32 + 20 + 160));
}

TEST(TorchCost, WithoutAModelOrWithShapesThatDoNotGoTogetherThereIsNone) {
  EXPECT_FALSE(torch_cost("aten::view", "[[4]]", R"(["float"])", "").has_value());
  EXPECT_FALSE(torch_cost("aten::mm", "[[4, 5], [6, 7]]", kHalf, "").has_value());
  EXPECT_FALSE(torch_cost("aten::mm", "no JSON", kHalf, "").has_value());
  EXPECT_FALSE(torch_cost("aten::mm", "[]", kHalf, "").has_value());
}

TEST(DeviceCeilings, TheUsersComeBeforeTheDataSheets) {
  TraceDevice device;
  device.name = "NVIDIA H100 80GB HBM3";
  EXPECT_EQ(ceilings_of(device, {})->bytes_per_s, 3.35e12);
  DeviceCeilings mine;
  mine.match = "H100";
  mine.bytes_per_s = 2.9e12;
  EXPECT_EQ(ceilings_of(device, {mine})->bytes_per_s, 2.9e12);
  device.name = "a device of tomorrow";
  EXPECT_FALSE(ceilings_of(device, {mine}).has_value());
}

TEST(DeviceCeilings, ADeviceIsNotTakenForAnotherWhoseNameItContains) {
  EXPECT_EQ(data_sheet("NVIDIA A10")->flops_per_s.at(Precision::kBf16), 125e12);
  EXPECT_EQ(data_sheet("NVIDIA GB200")->flops_per_s.at(Precision::kBf16), 2500e12);
  EXPECT_EQ(data_sheet("NVIDIA B200")->flops_per_s.at(Precision::kBf16), 2250e12);
  EXPECT_EQ(data_sheet("NVIDIA GeForce RTX 4090")->bytes_per_s, 1.008e12);
  EXPECT_EQ(data_sheet("AMD Instinct MI355X")->flops_per_s.at(Precision::kFp8), 5e15);
  EXPECT_EQ(data_sheet("Tesla V100-SXM2-16GB")->bytes_per_s, 0.9e12);
  for (const char* other : {"NVIDIA A10G", "NVIDIA A100-SXM-64GB", "NVIDIA GH200 480GB", "NVIDIA GB300",
                            "NVIDIA GeForce RTX 4090 Laptop GPU", "NVIDIA GeForce RTX 4090 D", ""}) {
    EXPECT_FALSE(data_sheet(other).has_value()) << other;
  }
}

TEST(DeviceCeilings, WhatADataSheetDoesNotSayIsMissingAndItsDocumentIsNamed) {
  const auto sheet = data_sheet("NVIDIA B300 SXM6 AC");
  ASSERT_TRUE(sheet.has_value());
  EXPECT_FALSE(sheet->flops_per_s.contains(Precision::kFp32));
  EXPECT_FALSE(sheet->link_bytes_per_s.has_value());
  EXPECT_NE(sheet->source.find("HGX B300"), std::string::npos);
}

// A kernel launched inside `op` with the shapes, on an H100.
Timeline one_kernel(std::string_view op, std::string_view dims, std::string_view types) {
  TimelineBuilder build;
  build.host(HostWork::kOperator, "outer", 0, 100);
  build.host(HostWork::kOperator, op, 10, 90);
  build.call(20, 30, 1);
  build.kernel(200, 1200, 1);
  Timeline timeline = std::move(build.linked());
  timeline.devices.emplace_back().name = "NVIDIA H100 80GB HBM3";
  timeline.operators.push_back(
      {1, timeline.names.intern(dims), timeline.names.intern(types), timeline.names.intern("")});
  return timeline;
}

TEST(KernelRoofline, AKernelIsPlacedByTheOperatorAroundItsLaunch) {
  const Timeline timeline = one_kernel("aten::mm", "[[4096, 4096], [4096, 4096]]", kHalf);
  const KernelRoofline found = kernel_roofline(timeline, classify(timeline), {});
  ASSERT_EQ(found.bounds.size(), 1U);
  EXPECT_EQ(found.bounds[0], KernelBound::kCompute);
  const DeviceRoofline& device = found.devices.at(0);
  EXPECT_EQ(device.known_ns(), 1000);
  EXPECT_EQ(device.compute_bound_ns, 1000);
  EXPECT_EQ(device.unknown_ns, 0);
  ASSERT_EQ(device.points.size(), 1U);
  EXPECT_EQ(device.points[0].op, "aten::mm");
  EXPECT_EQ(device.points[0].shapes, "[4096,4096] [4096,4096]");
  EXPECT_NEAR(device.points[0].least_ns, 2.0 * 4096 * 4096 * 4096 / 989.4e12 * 1e9, 1);
}

TEST(KernelRoofline, ASmallIntensityIsBoundByMemory) {
  const Timeline timeline = one_kernel("aten::add", "[[4096, 4096], [4096, 4096]]", kHalf);
  EXPECT_EQ(kernel_roofline(timeline, classify(timeline), {}).bounds[0], KernelBound::kMemory);
}

TEST(KernelRoofline, WithoutAModelTheBoundIsUnknownAndTheTimeIsShown) {
  const Timeline timeline = one_kernel("aten::mystery", "[[4]]", R"(["float"])");
  const KernelRoofline found = kernel_roofline(timeline, classify(timeline), {});
  EXPECT_EQ(found.bounds[0], KernelBound::kUnknown);
  EXPECT_EQ(found.devices.at(0).unknown_ns, 1000);
  ASSERT_EQ(found.devices.at(0).unknown.size(), 1U);
  EXPECT_EQ(found.devices.at(0).unknown[0].why,
            "no operator with shapes and a cost model around the launch");
}

TEST(KernelRoofline, ADeviceThatIsNotKnownHasNoCeilingsAndSaysSo) {
  Timeline timeline = one_kernel("aten::mm", "[[64, 64], [64, 64]]", kHalf);
  timeline.devices[0].name = "";
  const KernelRoofline found = kernel_roofline(timeline, classify(timeline), {});
  EXPECT_EQ(found.bounds[0], KernelBound::kUnknown);
  EXPECT_FALSE(found.devices.at(0).missing.empty());
}

}  // namespace
}  // namespace lynxbench::attribution
