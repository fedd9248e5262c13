#include "target/embedded/batch_queue.h"

#include <gtest/gtest.h>

namespace lynxbench::target {
namespace {

using namespace std::chrono_literals;

ServingSpec serving(std::int64_t max_batch, Nanos timeout, std::int64_t capacity) {
  return {
      .instances = 1, .max_batch = max_batch, .batch_timeout = timeout, .queue_capacity = capacity};
}

TEST(BatchQueue, ARequestThatHasWaitedLongEnoughGoesAtOnceAndItsTimeIsQueueTime) {
  ManualClock clock(100us);
  BatchQueue queue(serving(4, 10us, 8), {}, clock);
  ASSERT_TRUE(queue.offer({.index = 0}));
  clock.advance(2us);
  ASSERT_TRUE(queue.offer({.index = 1}));
  clock.advance(9us);
  const std::optional<Batch> batch = queue.next();
  ASSERT_TRUE(batch.has_value());
  ASSERT_EQ(batch->requests.size(), 2U);  // the younger one goes along
  EXPECT_EQ(batch->requests[0].accepted, 100us);
  EXPECT_EQ(batch->requests[1].accepted, 102us);
  EXPECT_EQ(batch->opened, 111us);
  EXPECT_EQ(batch->closed, 111us);
  EXPECT_EQ(batch->opened_for(batch->requests[0]) - batch->requests[0].accepted, 11us);
}

TEST(BatchQueue, ARequestThatJoinsAnOpenBatchHasNotQueued) {
  const Batch batch{.id = 0, .opened = 100us, .closed = 200us, .requests = {}};
  EXPECT_EQ(batch.opened_for({.accepted = 150us}), 150us);
  EXPECT_EQ(batch.opened_for({.accepted = 60us}), 100us);
}

TEST(BatchQueue, CapacityCountsTheWaiting) {
  ManualClock clock;
  BatchQueue queue(serving(2, 0us, 3), {}, clock);
  EXPECT_TRUE(queue.offer({.index = 0}));
  EXPECT_TRUE(queue.offer({.index = 1}));
  EXPECT_TRUE(queue.offer({.index = 2}));
  EXPECT_FALSE(queue.offer({.index = 3}));
  EXPECT_EQ(queue.next()->requests.size(), 2U);
  EXPECT_TRUE(queue.offer({.index = 4}));
  EXPECT_TRUE(queue.offer({.index = 5}));
  EXPECT_FALSE(queue.offer({.index = 6}));
}

TEST(BatchQueue, BatchesAreCountedInTheOrderOfClosing) {
  ManualClock clock;
  BatchQueue queue(serving(1, 0us, 8), {}, clock);
  for (std::uint64_t index = 0; index < 3; ++index) ASSERT_TRUE(queue.offer({.index = index}));
  for (std::uint64_t id = 0; id < 3; ++id) {
    const std::optional<Batch> batch = queue.next();
    EXPECT_EQ(batch->id, id);
    EXPECT_EQ(batch->requests[0].index, id);
  }
}

TEST(BatchQueue, AfterCloseNothingIsTakenOrGivenOut) {
  ManualClock clock;
  BatchQueue queue(serving(1, 0us, 8), {}, clock);
  ASSERT_TRUE(queue.offer({.index = 7}));
  const std::vector<WaitingRequest> left = queue.close();
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].index, 7U);
  EXPECT_FALSE(queue.offer({.index = 8}));
  EXPECT_FALSE(queue.next().has_value());
  EXPECT_TRUE(queue.close().empty());
}

}  // namespace
}  // namespace lynxbench::target
