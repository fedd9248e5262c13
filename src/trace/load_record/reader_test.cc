#include "trace/load_record/reader.h"

#include <gtest/gtest.h>

#include <memory>

namespace lynxbench::trace::load_record {
namespace {

constexpr std::string_view kHead =
    R"({"clock":"CLOCK_MONOTONIC","epoch_ns":5,"lynxbench_load_record":1,"unit":"ns","wall_epoch_ns":1700000000000000000})"
    "\n";

Result<Timeline> read_text(const std::string& text) {
  const auto source = open_bytes(text, "requests.jsonl");
  return read_source(*source.value(), {});
}

TEST(LoadRecord, RequestsRunFromSentToDoneOnTheWallClock) {
  const auto read = read_text(std::string(kHead) +
                              R"({"index":0,"status":"ok","due_ns":1,"sent_ns":10,"done_ns":90})"
                              "\n"
                              R"({"index":1,"status":"failed","due_ns":2,"sent_ns":20,"done_ns":30})"
                              "\n");
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_EQ(read->format, "lynxbench load record");
  ASSERT_EQ(read->requests.size(), 2U);
  EXPECT_EQ(*read->requests[0].begin_ns, 10);
  EXPECT_EQ(*read->requests[0].end_ns, 90);
  EXPECT_FALSE(read->requests[0].failed);
  EXPECT_TRUE(read->requests[1].failed);
  EXPECT_EQ(read->clock.wall_offset_ns, 1700000000000000000);
  EXPECT_TRUE(read->losses.empty());
}

TEST(LoadRecord, ARequestThatWasNeverSentHasNoBegin) {
  const auto read = read_text(
      std::string(kHead) + R"({"index":0,"status":"unsent","sent_ns":null,"done_ns":null})" "\n");
  ASSERT_TRUE(read.ok());
  EXPECT_FALSE(read->requests[0].begin_ns.has_value());
}

TEST(LoadRecord, AVersionThatIsNotKnownIsRefused) {
  const auto read = read_text(R"({"lynxbench_load_record":9})" "\n");
  ASSERT_FALSE(read.ok());
  EXPECT_NE(read.error().text().find("version 9"), std::string::npos);
}

TEST(LoadRecord, ACutLastLineCostsThatLine) {
  const std::string whole = std::string(kHead) +
                            R"({"index":0,"status":"ok","sent_ns":10,"done_ns":90})" "\n"
                            R"({"index":1,"status":"ok","sent_ns":20,"done_ns":95})" "\n";
  const auto read = read_text(whole.substr(0, whole.size() - 8));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->requests.size(), 1U);
  EXPECT_EQ(read->losses.size(), 1U);
}

TEST(LoadRecord, EveryPrefixGivesRequestsOrAnError) {
  const std::string whole =
      std::string(kHead) + R"({"index":0,"status":"ok","sent_ns":10,"done_ns":90})" "\n";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto read = read_text(whole.substr(0, size));
    if (read.ok()) EXPECT_LE(read->requests.size(), 1U);
  }
}

}  // namespace
}  // namespace lynxbench::trace::load_record
