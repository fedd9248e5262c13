#include "base/files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

namespace lynxbench {
namespace {

// A folder of its own for each test, removed with it.
class Files : public testing::Test {
 protected:
  Files() {
    std::string pattern = testing::TempDir() + "lynx_files_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~Files() override { fs::remove_all(folder_); }
  [[nodiscard]] std::string content(const std::string& name) const {
    return *read_file(folder_ / name);
  }
  fs::path folder_;
};

TEST_F(Files, WhatIsWrittenIsReadBackToTheByte) {
  std::string bytes("a\0b\r\n\xff", 6);
  ASSERT_TRUE(write_file_atomic(folder_ / "file", bytes).ok());
  EXPECT_EQ(content("file"), bytes);
  ASSERT_TRUE(write_file_atomic(folder_ / "empty", "").ok());
  EXPECT_EQ(content("empty"), "");
}

TEST_F(Files, WritingAgainReplacesTheWholeAndLeavesNothingBeside) {
  ASSERT_TRUE(write_file_atomic(folder_ / "file", std::string(100'000, 'x')).ok());
  ASSERT_TRUE(write_file_atomic(folder_ / "file", "short").ok());
  EXPECT_EQ(content("file"), "short");
  EXPECT_EQ(*list_files(folder_), std::vector<std::string>{"file"});
}

TEST_F(Files, AWriteThatFailsLeavesTheOldContentAndNothingBeside) {
  ASSERT_TRUE(write_file_atomic(folder_ / "file", "old").ok());
  fs::create_directory(folder_ / "in_the_way");
  Status written = write_file_atomic(folder_ / "in_the_way", "new");  // a folder has that name
  ASSERT_FALSE(written.ok());
  EXPECT_NE(written.error().text().find("in_the_way"), std::string::npos);
  EXPECT_EQ(*list_files(folder_), std::vector<std::string>{"file"});
  EXPECT_EQ(write_file_atomic(folder_ / "no" / "file", "x").error().code, ErrorCode::kNotFound);
}

TEST_F(Files, AFullDiskIsExhaustionAndNotALackOfTheFile) {
  if (::access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full";
  // The file beside it is a link to a device that is always full.
  fs::create_symlink("/dev/full", folder_ / fmt::format("file.tmp{}", ::getpid()));
  Status written = write_file_atomic(folder_ / "file", "x");
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().code, ErrorCode::kExhausted);
  EXPECT_FALSE(fs::exists(folder_ / "file"));
}

TEST_F(Files, ReadingSaysWhyItCannot) {
  EXPECT_EQ(read_file(folder_ / "none").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(read_file(folder_ / "none").error().place, (folder_ / "none").string());
  EXPECT_EQ(read_file(folder_).error().message, "is a folder, not a file");
  ASSERT_TRUE(write_file_atomic(folder_ / "ten", "0123456789").ok());
  EXPECT_EQ(read_file(folder_ / "ten", 9).error().code, ErrorCode::kExhausted);
  EXPECT_EQ(*read_file(folder_ / "ten", 10), "0123456789");
}

TEST_F(Files, ASmallFileIsReadWithoutItsLineEndOrNotAtAll) {
  ASSERT_TRUE(write_file_atomic(folder_ / "value", "performance\n").ok());
  EXPECT_EQ(read_small_file(folder_ / "value"), "performance");
  EXPECT_EQ(read_small_file(folder_ / "none"), std::nullopt);
  EXPECT_TRUE(read_small_file("/proc/self/stat").has_value());  // whose size is given as 0
}

TEST_F(Files, ListingFindsEveryFileBelowAndFollowsNoLink) {
  fs::create_directories(folder_ / "b" / "c");
  for (const char* name : {"z", "b/c/deep", "b/a"}) {
    ASSERT_TRUE(write_file_atomic(folder_ / name, "x").ok());
  }
  fs::create_directory_symlink("/", folder_ / "link");
  EXPECT_EQ(*list_files(folder_), (std::vector<std::string>{"b/a", "b/c/deep", "link", "z"}));
  EXPECT_EQ(list_files(folder_ / "none").error().code, ErrorCode::kNotFound);
}

TEST(SystemMessage, IsTheSystemsOwn) {
  EXPECT_EQ(system_message(ENOENT), "No such file or directory");
}

}  // namespace
}  // namespace lynxbench
