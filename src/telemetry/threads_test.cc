#include "telemetry/threads.h"

#include <gtest/gtest.h>

#include "telemetry/machine_fixture_test.h"

namespace lynxbench::telemetry {
namespace {

using std::chrono::seconds;

class Threads : public RecordedMachine {
 protected:
  void thread(int id, const std::string& name, const std::string& schedstat, int ticks = 0) const {
    std::string folder = fmt::format("proc/self/task/{}/", id);
    write(folder + "stat",
          fmt::format("{} ({}) R 1 1 1 0 -1 0 0 0 0 0 {} 0 0 0 20 0 3 0 5 0 9", id, name, ticks));
    if (!schedstat.empty()) write(folder + "schedstat", schedstat + "\n");
  }
};

TEST_F(Threads, TimePassedIsAMeanOverTheWindow) {
  thread(10, "lynx-load", "5000000000 100000000 9");
  thread(11, "idle", "1000 0 1");
  ThreadWatch watch(root_, seconds(100));
  thread(10, "lynx-load", "6500000000 600000000 30");
  std::vector<ThreadCpu> found = watch.finish(seconds(102), {}).value();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].name, "lynx-load");
  EXPECT_DOUBLE_EQ(found[0].cores, 0.75);
  EXPECT_DOUBLE_EQ(found[0].waiting.value(), 0.25);
}

TEST_F(Threads, AThreadThatCameLaterCountsFromZeroAndOneThatWentStays) {
  thread(10, "main", "0 0 1");
  ThreadWatch watch(root_, seconds(0));
  thread(12, "short", "900000000 0 1");
  watch.look();
  remove("proc/self/task/12");
  std::vector<ThreadCpu> found = watch.finish(seconds(1), {}).value();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].name, "short");
  EXPECT_DOUBLE_EQ(found[0].cores, 0.9);
}

TEST_F(Threads, TheBusiestComesFirst) {
  ThreadWatch watch(root_, seconds(0));
  thread(1, "a", "100000000 0 1");
  thread(2, "b", "300000000 0 1");
  thread(3, "c", "200000000 0 1");
  std::vector<ThreadCpu> found = watch.finish(seconds(1), {}).value();
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].name + found[1].name + found[2].name, "bca");
}

TEST_F(Threads, WithoutSchedStatTicksAreUsedAndWaitingIsNotKnown) {
  thread(1, "a b) c", "", 0);
  ThreadWatch watch(root_, seconds(0));
  thread(1, "a b) c", "", 50);  // half a second at the usual 100 a second
  std::vector<ThreadCpu> found = watch.finish(seconds(1), {}).value();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].name, "a b) c");
  EXPECT_DOUBLE_EQ(found[0].cores, 50.0 / static_cast<double>(sysconf(_SC_CLK_TCK)));
  EXPECT_EQ(found[0].waiting, std::nullopt);
}

TEST_F(Threads, AnIdThatWasGivenToAnotherThreadDoesNotGoBack) {
  thread(1, "old", "800000000 0 1");
  ThreadWatch watch(root_, seconds(0));
  thread(1, "new", "100000000 0 1");
  std::vector<ThreadCpu> found = watch.finish(seconds(1), {}).value();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].name, "new");
  EXPECT_DOUBLE_EQ(found[0].cores, 0.1);
}

// One that has ended, and one that is seen under another name: both measured themselves.
TEST_F(Threads, ThreadsThatSentRequestsAreAsTheyMeasuredThemselves) {
  thread(10, "main", "0 0 1");
  ThreadWatch watch(root_, seconds(0));
  thread(10, "main", "900000000 0 1");
  std::vector<SenderTime> senders = {{10, 500'000'000, 400'000'000, 50'000'000}, {77, 1'000'000'000, 10'000'000}};
  std::vector<ThreadCpu> found = watch.finish(seconds(1), senders).value();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].name, kLoadThread);
  EXPECT_DOUBLE_EQ(found[0].cores, 0.8);
  EXPECT_DOUBLE_EQ(found[0].waiting.value(), 0.1);
  EXPECT_EQ(found[1].name, kLoadThread);
  EXPECT_DOUBLE_EQ(found[1].cores, 0.01);
  EXPECT_EQ(found[1].waiting, std::nullopt);
}

TEST_F(Threads, WithoutProcTheReasonIsGiven) {
  ThreadWatch watch(root_, seconds(0));
  Result<std::vector<ThreadCpu>> found = watch.finish(seconds(1), {});
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(found.error().message.find("proc/self/task"), std::string::npos);
}

TEST_F(Threads, ThisProcessHasThisThread) {
  ThreadWatch watch("/", seconds(0));
  volatile double sink = 0;
  for (int i = 0; i < 5'000'000; ++i) sink = sink + i;
  Result<std::vector<ThreadCpu>> found = watch.finish(Nanos{1'000'000}, {});
  ASSERT_TRUE(found.ok()) << found.error().message;
  ASSERT_FALSE(found->empty());
  EXPECT_GT(found->front().cores, 0);
}

}  // namespace
}  // namespace lynxbench::telemetry
