// Every folder of tests/golden/contract: what is said of its contract.yaml, or the digest where
// there is nothing to say. LYNXBENCH_APPROVE=1 writes what is said now as what is expected.
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/files.h"
#include "contract/contract.h"

namespace lynxbench::contract {
namespace {

const fs::path kFolder = fs::path(LYNXBENCH_SOURCE_DIR) / "tests/golden/contract";

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(kFolder)) {
    if (entry.is_directory()) names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string said_of(const std::string& text) {
  Reading reading = read(text, "contract.yaml");
  if (reading.contract) return "digest " + digest(*reading.contract) + "\n";
  std::string all;
  for (const Problem& problem : reading.problems) all += problem.text() + "\n";
  return all;
}

class ContractGolden : public testing::TestWithParam<std::string> {};

TEST_P(ContractGolden, SaysWhatIsExpected) {
  fs::path folder = kFolder / GetParam();
  Result<std::string> text = read_file(folder / "contract.yaml");
  ASSERT_TRUE(text.ok()) << text.error().text();
  std::string said = said_of(*text);
  if (std::getenv("LYNXBENCH_APPROVE") != nullptr) {
    ASSERT_TRUE(write_file_atomic(folder / "expected.txt", said).ok());
  }
  Result<std::string> expected = read_file(folder / "expected.txt");
  ASSERT_TRUE(expected.ok()) << expected.error().text();
  EXPECT_EQ(said, *expected);
}

INSTANTIATE_TEST_SUITE_P(Cases, ContractGolden, testing::ValuesIn(cases()),
                         [](const auto& tested) { return tested.param; });

TEST(ContractGoldenFolder, HasAtLeastTwelveBrokenContractsAndAGoodOne) {
  std::vector<std::string> names = cases();
  EXPECT_GE(names.size(), 13U);
  EXPECT_NE(std::find(names.begin(), names.end(), "valid"), names.end());
}

}  // namespace
}  // namespace lynxbench::contract
