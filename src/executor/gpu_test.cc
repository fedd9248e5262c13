// GPU facts through a stand-in for NVIDIA's library: this machine need not have a GPU.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "executor/families.h"

namespace lynxbench::executor {
namespace {

// The stand-in is built once, by the C compiler, and removed at the end.
class Gpu : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::string command = fmt::format("cc -shared -fPIC -o '{}' '{}/tests/data/nvml/fake_nvml.c'",
                                      library().string(), LYNXBENCH_SOURCE_DIR);
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }
  static void TearDownTestSuite() { fs::remove(library()); }
  static fs::path library() {
    return fs::path(testing::TempDir()) / fmt::format("lynx_executor_nvml_{}.so", getpid());
  }
  static Result<Nvml> fake_nvml() { return Nvml::open(library().string()); }
};

std::string value(const std::vector<Findings>& all, Layer layer, const std::string& name) {
  for (const Findings& findings : all) {
    if (findings.layer != layer) continue;
    for (const Fact& fact : findings.facts) {
      if (fact.name == name)
        return fact.value.empty() ? "(unknown: " + fact.reason + ")" : fact.value;
    }
  }
  return "(absent)";
}

TEST_F(Gpu, NvmlTellsWhatTheGpuIs) {
  Result<Nvml> nvml = fake_nvml();
  ASSERT_TRUE(nvml.ok()) << nvml.error().text();
  std::vector<Findings> found = gpu_facts({"/", "self"}, nvml);
  auto gpu = [&](const char* name) { return value(found, Layer::kAccelerator, name); };
  EXPECT_EQ(gpu("gpu"), "1 NVIDIA");
  EXPECT_EQ(gpu("gpu0.name"), "NVIDIA H200");
  EXPECT_EQ(gpu("gpu0.memory"), "150000000000 bytes");
  EXPECT_EQ(gpu("gpu0.compute_capability"), "9.0");
  EXPECT_EQ(gpu("gpu0.vbios"), "96.00.74");
  EXPECT_EQ(gpu("gpu0.pci_address"), "00000000:3B:00.0");
  EXPECT_EQ(gpu("gpu0.link.max"), "generation 5 x16");
  EXPECT_EQ(gpu("gpu0.link.now"), "generation 1 x16");
  EXPECT_EQ(gpu("gpu0.ecc"), "on");
  EXPECT_EQ(gpu("gpu0.mig"), "(unknown: nvmlDeviceGetMigMode: Not Supported)");
  EXPECT_EQ(gpu("gpu0.persistence"), "off");
  EXPECT_EQ(gpu("gpu0.power_limit"), "600.5 W");
  EXPECT_EQ(gpu("gpu0.power_limit.default"), "700 W");
  EXPECT_EQ(gpu("gpu0.clock.sm.max"), "1980 MHz");
  EXPECT_EQ(gpu("cuda.compute_capability"), "9.0");
  EXPECT_EQ(value(found, Layer::kSystem, "gpu.driver"), "550.54.15");
  EXPECT_EQ(value(found, Layer::kSystem, "cuda.driver"), "12.4");
}

TEST_F(Gpu, IdleLinkSpeedAndTemperatureAreNoIdentity) {
  Result<Nvml> nvml = fake_nvml();
  ASSERT_TRUE(nvml.ok()) << nvml.error().text();
  int passing_facts = 0;
  std::vector<Findings> found = gpu_facts({"/", "self"}, nvml);
  for (const Fact& fact : found[0].facts) {
    bool passes = fact.name == "gpu0.link.now" || fact.name == "gpu0.temperature";
    EXPECT_EQ(fact.identity, !passes) << fact.name;
    passing_facts += passes ? 1 : 0;
  }
  EXPECT_EQ(passing_facts, 2);
}

TEST_F(Gpu, ALibraryThatIsNotThereIsAReasonAndNoFailure) {
  Result<Nvml> nvml = Nvml::open("/there/is/no/libnvidia-ml.so.1");
  ASSERT_FALSE(nvml.ok());
  fs::path root = fs::path(LYNXBENCH_SOURCE_DIR) / "tests/data/executor/two-socket-gpu";
  std::string reason = value(gpu_facts({root, "self"}, nvml), Layer::kAccelerator, "gpu");
  EXPECT_EQ(
      reason.find("(unknown: an NVIDIA GPU is on the PCI bus at 0000:3b:00.0, but its driver's "
                  "library did not answer: /there/is/no/libnvidia-ml.so.1"),
      0u)
      << reason;
}

TEST_F(Gpu, ALibraryOfAnotherKindIsRefused) {
  Result<Nvml> nvml = Nvml::open("libm.so.6");
  ASSERT_FALSE(nvml.ok());
  EXPECT_NE(nvml.error().message.find("nvmlInit_v2"), std::string::npos);
}

}  // namespace
}  // namespace lynxbench::executor
