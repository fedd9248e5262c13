// A recorded machine that a test changes between two samples.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <string>

#include "telemetry/sampler.h"

namespace lynxbench::telemetry {

class RecordedMachine : public testing::Test {
 protected:
  RecordedMachine() {
    const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
    root_ = fs::path(testing::TempDir()) /
            fmt::format("lynx_telemetry_{}_{}_{}", getpid(), test->test_suite_name(), test->name());
    fs::create_directories(root_);
  }
  ~RecordedMachine() override { fs::remove_all(root_); }

  // Writes in place, as the kernel does: a file that is open shows its new text.
  void write(const std::string& path, const std::string& text) const {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path, std::ios::binary | std::ios::trunc) << text;
  }
  void remove(const std::string& path) const { fs::remove_all(root_ / path); }

  // Samples at `now` and forgets what was written before.
  Telemetry sample(Sampler& sampler, Nanos now) {
    board_.begin(now);
    sampler.sample(now, board_);
    Telemetry telemetry = board_.take();
    for (const Series& series : telemetry.series) names_[series.id] = series;
    return telemetry;
  }

  // The only sample of that series; nothing when there is none.
  [[nodiscard]] std::optional<double> value(const Telemetry& telemetry,
                                            const std::string& name) const {
    std::optional<double> found;
    for (const Sample& one : telemetry.samples) {
      if (names_.at(one.series).name != name) continue;
      EXPECT_FALSE(found.has_value()) << "two samples of " << name;
      found = one.value;
    }
    return found;
  }
  [[nodiscard]] std::string unit(const std::string& name) const {
    for (const auto& [id, series] : names_) {
      if (series.name == name) return series.unit;
    }
    return "(no such series)";
  }

  fs::path root_;
  Board board_;
  std::map<std::uint32_t, Series> names_;
};

constexpr Nanos kSecond{1'000'000'000};

}  // namespace lynxbench::telemetry
