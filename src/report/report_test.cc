#include <gtest/gtest.h>

#include <cstdio>

#include "base/files.h"
#include "report/sample_bundle.h"

namespace lynxbench::report {
namespace {

TEST(Report, Pages) {
  fs::path folder = fs::path(LYNXBENCH_BINARY_DIR) / "report_samples";
  fs::create_directories(folder);
  const std::pair<std::string, Bundle> cases[] = {{"complete", sample::complete()},
                                                  {"incomplete", sample::incomplete()},
                                                  {"invalid", sample::invalid()},
                                                  {"bare", sample::bare()},
                                                  {"hostile", sample::hostile()}};
  for (const auto& [name, bundle] : cases) {
    EXPECT_TRUE(write_file_atomic(folder / (name + ".html"), html(bundle, sample::context())).ok());
    for (int columns : {60, 80, 120}) {
      EXPECT_TRUE(write_file_atomic(folder / (name + std::to_string(columns) + ".txt"),
                                    terminal(bundle, sample::context(), {columns, false})).ok());
    }
  }
}

}  // namespace
}  // namespace lynxbench::report
