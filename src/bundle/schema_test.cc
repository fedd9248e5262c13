#include "bundle/schema.h"

#include <gtest/gtest.h>

#include "bundle/example_for_tests.h"

namespace lynxbench::bundle {
namespace {

// The content of the page's fenced blocks of one kind.
std::vector<std::string> blocks(const std::string& kind) {
  std::string page = read_file(fs::path(LYNXBENCH_SOURCE_DIR) / "docs/formats/bundle.md").value();
  std::vector<std::string> found;
  std::string opening = "```" + kind + "\n";
  for (std::size_t at = page.find(opening); at != std::string::npos; at = page.find(opening, at)) {
    at += opening.size();
    found.push_back(page.substr(at, page.find("```", at) - at));
  }
  return found;
}

class BundleSchema : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(seal_example(temp_ / "b", example_run(), example_manifest()).ok());
  }
  std::vector<std::string> query(const std::string& statement) const {
    return sql(temp_ / "b/raw.sqlite", statement);
  }
  TempFolder temp_;
};

TEST_F(BundleSchema, IsTheOneThatTheFormatPagePrints) {
  std::string real;
  std::vector<std::string> statements =
      query("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid");
  for (const std::string& statement : statements)
    real += (real.empty() ? "" : "\n\n") + statement + ";";
  std::vector<std::string> printed = blocks("sql schema");
  ASSERT_EQ(printed.size(), 1u);
  EXPECT_EQ(printed[0], real + "\n");
  EXPECT_EQ(statements.size(), tables().size() + views().size());
}

TEST_F(BundleSchema, IsNumbered) {
  EXPECT_EQ(query("PRAGMA user_version")[0], "2");
  EXPECT_EQ(query("PRAGMA application_id")[0], fmt::format("{}", 0x6c796e78));
}

TEST_F(BundleSchema, EveryQueryOfTheFormatPageRuns) {
  std::vector<std::string> queries = blocks("sql query");
  EXPECT_GE(queries.size(), 6u);
  for (const std::string& statement : queries) {
    std::vector<std::string> rows = query(statement);
    ASSERT_FALSE(rows.empty()) << statement;
    EXPECT_FALSE(rows[0].starts_with("error: ")) << rows[0] << "\n" << statement;
  }
}

TEST_F(BundleSchema, TheFormatPageDecodesChunksInSql) {
  std::string decode;
  for (const std::string& statement : blocks("sql query")) {
    if (statement.starts_with("WITH RECURSIVE")) decode = statement;
  }
  ASSERT_FALSE(decode.empty());
  // Those of example_exchange().
  std::int64_t sent = example_run().phases[0].requests[5].sent_ns;
  std::vector<std::string> rows = query(
      "SELECT (cast(round(at_ms * 1e6) AS INTEGER) - " + std::to_string(sent) +
      ") || ' ' || coalesce(tokens, '-') || ' ' || channel FROM (" +
      decode.substr(0, decode.rfind(';')) + ")");
  EXPECT_EQ(rows, (std::vector<std::string>{"21 2 reasoning", "22 - answer", "29 1 tool"}));
}

TEST_F(BundleSchema, ViewsGiveMilliseconds) {
  // Request 0 of the example: due at 5,000,000,000,000, sent 11 and done 31 ns later.
  EXPECT_EQ(query("SELECT e2e_ms || ' ' || service_ms FROM v_latency WHERE idx = 0")[0],
            "3.1e-05 2.0e-05");
  EXPECT_EQ(query("SELECT requests || ' ' || answered FROM v_points WHERE point = 'half'")[0],
            "10 2");
  EXPECT_EQ(query("SELECT status FROM v_requests WHERE phase = 0 AND idx = 4")[0], "unsent");
  EXPECT_EQ(query("SELECT schedule_lag_ms FROM v_requests WHERE phase = 0 AND idx = 4")[0], "NULL");
  // Request 5: sent 11 ns after it was due; the first content 21 ns after that.
  EXPECT_EQ(query("SELECT connection_ms || ' ' || ttft_ms || ' ' || generation_ms || ' ' || "
                  "failure FROM v_exchanges WHERE phase = 0 AND idx = 5")[0],
            "3.0e-06 3.2e-05 8.0e-06 none");
  EXPECT_EQ(query("SELECT failure || ' ' || requests || ' ' || an_example FROM v_failures")[0],
            "busy 1 HTTP 503: \"später\"");
  EXPECT_EQ(query("SELECT name FROM v_samples WHERE value = 1e22")[0], "memory \"x\"");
}

TEST_F(BundleSchema, WhatIsNotAsTheColumnsSayIsRefusedByTheDatabase) {
  for (const char* statement :
       {"UPDATE requests SET due_ns = 'soon'", "UPDATE requests SET due_ns = NULL",
        "INSERT INTO requests SELECT * FROM requests", "UPDATE samples SET value = 'x'"}) {
    std::vector<std::string> rows = query(statement);
    ASSERT_EQ(rows.size(), 1u) << statement;
    EXPECT_TRUE(rows[0].starts_with("error: ")) << rows[0];
  }
}

}  // namespace
}  // namespace lynxbench::bundle
