#include "base/cgroup.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace lynxbench {
namespace {

class CgroupTree : public testing::Test {
 protected:
  CgroupTree() : root_(fs::path(testing::TempDir()) / fmt::format("lynx_cgroup_{}", getpid())) {
    fs::remove_all(root_);
    fs::create_directories(root_ / "proc/self");
  }
  ~CgroupTree() override { fs::remove_all(root_); }

  void write(const std::string& path, const std::string& text) const {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  [[nodiscard]] std::string below_root(const fs::path& path) const {
    return path.lexically_relative(root_).generic_string();
  }

  fs::path root_;
};

TEST_F(CgroupTree, Version1HasATreeForEachController) {
  write("proc/self/cgroup", "5:memory:/\n3:cpu,cpuacct:/job/7\n0::/\n");
  write("proc/self/mountinfo",
        "1 0 0:1 / /sys/fs/cgroup/cpu rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
        "2 0 0:2 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
        "3 0 0:3 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
  fs::create_directories(root_ / "sys/fs/cgroup/cpu/job/7");
  Result<Cgroup> cpu = find_cgroup(root_, "self", "cpu");
  ASSERT_TRUE(cpu.ok()) << cpu.error().text();
  EXPECT_EQ(cpu->version, 1);
  EXPECT_EQ(below_root(cpu->folder), "sys/fs/cgroup/cpu/job/7");
  EXPECT_EQ(with_parents(*cpu).size(), 3u);  // 7, job, the mount
  EXPECT_EQ(with_parents(*cpu).back(), cpu->mount);
  Result<Cgroup> other = find_cgroup(root_, "self", "pids");
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(other->version, 2);  // no version 1 tree has it
}

TEST_F(CgroupTree, AContainerWithoutItsOwnNamespaceStartsAtTheMountsRoot) {
  write("proc/self/cgroup", "3:cpu:/docker/abc/inner\n");
  write("proc/self/mountinfo",
        "1 0 0:1 /docker/abc /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n");
  fs::create_directories(root_ / "sys/fs/cgroup/cpu/inner");
  Result<Cgroup> cpu = find_cgroup(root_, "self", "cpu");
  ASSERT_TRUE(cpu.ok());
  EXPECT_EQ(below_root(cpu->folder), "sys/fs/cgroup/cpu/inner");
}

TEST_F(CgroupTree, AGroupThatCannotBeSeenIsTheMount) {
  write("proc/self/cgroup", "0::/../../elsewhere\n");
  write("proc/self/mountinfo", "1 0 0:1 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  fs::create_directories(root_ / "sys/fs/cgroup");
  Result<Cgroup> cpu = find_cgroup(root_, "self", "cpu");
  ASSERT_TRUE(cpu.ok());
  EXPECT_EQ(cpu->folder, cpu->mount);
  EXPECT_EQ(with_parents(*cpu).size(), 1u);
}

TEST_F(CgroupTree, WithoutATreeItIsNotFound) {
  EXPECT_EQ(find_cgroup(root_, "self", "cpu").error().code, ErrorCode::kNotFound);
  write("proc/self/cgroup", "0::/\n");
  write("proc/self/mountinfo", "1 0 0:1 / / rw - ext4 /dev/sda1 rw\n");
  EXPECT_EQ(find_cgroup(root_, "self", "cpu").error().code, ErrorCode::kNotFound);
}

TEST(Mountinfo, BlanksInPathsAreWrittenInOctal) {
  std::vector<Mount> mounts =
      parse_mountinfo("36 35 98:0 /mnt1 /a\\040b\\134c rw,noatime master:1 - ext3 /dev/root rw\n");
  ASSERT_EQ(mounts.size(), 1u);
  EXPECT_EQ(mounts[0].root, "/mnt1");
  EXPECT_EQ(mounts[0].point, "/a b\\c");
  EXPECT_EQ(mounts[0].type, "ext3");
  EXPECT_EQ(mounts[0].options, "rw");
}

TEST(Mountinfo, LinesOfAnotherFormAreLeftOut) {
  EXPECT_TRUE(parse_mountinfo("").empty());
  EXPECT_TRUE(parse_mountinfo("a b c\n1 2 3 - x\n - \n1 0 0:1 / /p rw - short\n").empty());
  EXPECT_EQ(parse_mountinfo("1 0 0:1 /\\04 /\\9 rw - t s o\n")[0].root, "/\\04");
}

}  // namespace
}  // namespace lynxbench
