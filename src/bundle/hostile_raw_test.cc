// raw.sqlite as an accident or an enemy leaves it: an error that names the file, never a crash.
#include <gtest/gtest.h>

#include "base/random.h"
#include "bundle/example_for_tests.h"
#include "bundle/schema.h"

namespace lynxbench::bundle {
namespace {

class HostileRaw : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(seal_example(folder(), example_run(), example_manifest()).ok());
    original_ = read_file(raw()).value();
  }
  fs::path folder() const { return temp_ / "b"; }
  fs::path raw() const { return folder() / "raw.sqlite"; }

  void expect_refused(const std::string& what) const {
    Result<RunRecord> run = read_raw(folder());
    ASSERT_FALSE(run.ok()) << what;
    EXPECT_EQ(run.error().code, ErrorCode::kInvalidInput) << run.error().text();
    EXPECT_NE(run.error().text().find("raw.sqlite"), std::string::npos) << run.error().text();
  }

  TempFolder temp_;
  std::string original_;
};

TEST_F(HostileRaw, ValuesThatCannotBeAreRefused) {
  for (const char* change : {
           "UPDATE requests SET status = 5 WHERE idx = 3",
           "UPDATE requests SET status = -1 WHERE idx = 3",
           "UPDATE requests SET input = 4294967296 WHERE idx = 3",
           "UPDATE requests SET request_bytes = -1 WHERE idx = 3",
           "UPDATE requests SET phase = 99 WHERE idx = 3",
           "UPDATE requests SET phase = 4294967296 WHERE idx = 3",
           "UPDATE requests SET idx = -1 WHERE idx = 3",
           "UPDATE requests SET done_ns = NULL WHERE status = 0",
           "UPDATE requests SET opened_ns = NULL WHERE accepted_ns IS NOT NULL",
           "UPDATE requests SET accepted_ns = NULL",
           "UPDATE requests SET batch = -1 WHERE accepted_ns IS NOT NULL",
           "UPDATE requests SET profile = 4294967296 WHERE profile IS NOT NULL",
           "UPDATE requests SET instance = 4294967296 WHERE accepted_ns IS NOT NULL",
           "UPDATE phases SET kind = 'nap'",
           "UPDATE phases SET loop = ''",
           "UPDATE phases SET arrival = 'random'",
           "UPDATE phases SET seed = '-1'",
           "UPDATE phases SET seed = '18446744073709551616'",
           "UPDATE phases SET seed = '1x'",
           "UPDATE phases SET session = -1",
           "UPDATE phases SET id = 4294967296 WHERE id = 4",
           "UPDATE phases SET complete = 2",
           "UPDATE phases SET end_ns = NULL",
           "UPDATE phases SET offered_per_s = 9e999",
           "UPDATE exchanges SET failure = 16 WHERE idx = 6",
           "UPDATE exchanges SET failure = -1 WHERE idx = 6",
           "UPDATE exchanges SET new_connection = 2 WHERE idx = 6",
           "UPDATE exchanges SET score = -1 WHERE idx = 6",
           "UPDATE exchanges SET status_code = 4294967296 WHERE idx = 6",
           "UPDATE exchanges SET completion_tokens = 4294967296 WHERE idx = 5",
           "UPDATE exchanges SET phase = 99 WHERE idx = 5",
           "UPDATE exchanges SET phase = 1 WHERE idx = 5",
           "UPDATE exchanges SET idx = 11 WHERE idx = 5",
           "UPDATE exchanges SET chunks = x'' WHERE idx = 5",
           "UPDATE exchanges SET chunks = x'80' WHERE idx = 5",
           "UPDATE exchanges SET chunks = x'0180808080808001' WHERE idx = 5",
           "UPDATE exchanges SET events = -1 WHERE idx = 5",
           "DELETE FROM requests WHERE idx = 5",
           "UPDATE audits SET phase = 99",
           "UPDATE audits SET audit = ''",
           "UPDATE audits SET audit = '{'",
           "UPDATE audits SET audit = '{}'",
           "UPDATE audits SET audit = '[1]'",
           "PRAGMA user_version = 3",
           "PRAGMA user_version = 1",
           "PRAGMA user_version = -1",
           "DROP TABLE exchanges",
           "UPDATE samples SET value = -9e999",
           "UPDATE samples SET series = 2",
           "UPDATE samples SET series = -1",
           "UPDATE series SET id = -1 WHERE id = 0",
           "UPDATE profiles SET file = '../../etc/passwd'",
           "UPDATE profiles SET batch = -1",
           "UPDATE meta SET value = 'soon' WHERE key = 'epoch_wall_ns'",
           "DROP TABLE samples",
           "ALTER TABLE samples ADD COLUMN more INTEGER",
           "DROP TABLE gaps; CREATE VIEW gaps AS SELECT 1 AS from_ns, 2 AS to_ns",
           "DROP TABLE gaps; CREATE TABLE gaps (from_ns, to_ns); INSERT INTO gaps VALUES ('a', "
           "x'00')",
       }) {
    std::vector<std::string> done = sql(raw(), change);
    ASSERT_TRUE(done.empty()) << change << ": " << done[0];
    expect_refused(change);
    overwrite(raw(), original_);
  }
  EXPECT_TRUE(read_raw(folder()).ok());
}

TEST_F(HostileRaw, MissingValuesThatMayBeMissingAreRead) {
  EXPECT_TRUE(sql(raw(), "DELETE FROM meta; DELETE FROM profiles; DELETE FROM exchanges; "
                         "DELETE FROM audits; DELETE FROM requests").empty());
  Result<RunRecord> run = read_raw(folder());
  ASSERT_TRUE(run.ok()) << run.error().text();
  EXPECT_EQ(run->phases.size(), 3u);
}

TEST_F(HostileRaw, WhatIsNoDatabaseIsRefused) {
  for (const std::string& bytes :
       {std::string(), std::string("SQLite format 3"), std::string(100000, '\0'),
        std::string(100000, 'x'), original_.substr(0, 100)}) {
    overwrite(raw(), bytes);
    expect_refused(fmt::format("{} bytes", bytes.size()));
  }
}

TEST_F(HostileRaw, EveryTruncationIsReadOrRefused) {
  for (std::size_t size = 0; size < original_.size(); size += 4099) {
    overwrite(raw(), original_.substr(0, size));
    Result<RunRecord> run = read_raw(folder());
    if (!run.ok()) {
      EXPECT_EQ(run.error().code, ErrorCode::kInvalidInput) << run.error().text();
    }
  }
}

// What the bytes say may be read, and must be in range; the point is that nothing crashes or hangs.
TEST_F(HostileRaw, RandomChangesNeverCrashTheReader) {
  Random random(7, "hostile");
  int refused = 0;
  for (int i = 0; i < 1500; ++i) {
    std::string bytes = original_;
    std::uint64_t changes = 1 + random.below(20);
    for (std::uint64_t k = 0; k < changes; ++k) {
      // Page headers and cell pointers are where it hurts.
      std::size_t page = random.below(bytes.size() / 8192) * 8192;
      std::size_t at = page + (random.below(2) == 0 ? random.below(120) : random.below(8192));
      bytes[at] = static_cast<char>(random.below(256));
    }
    overwrite(raw(), bytes);
    Result<RunRecord> run = read_raw(folder());
    if (run.ok()) continue;
    ++refused;
    ASSERT_EQ(run.error().code, ErrorCode::kInvalidInput) << run.error().text();
    ASSERT_NE(run.error().text().find("raw.sqlite"), std::string::npos) << run.error().text();
  }
  EXPECT_GT(refused, 100);
}

TEST_F(HostileRaw, ALogOfAnotherDatabaseDoesNoHarm) {
  fs::remove(folder() / "manifest.json");
  fs::remove(folder() / "SEAL");
  Random random(8, "log");
  std::string log;
  for (int i = 0; i < 50000; ++i) log += static_cast<char>(random.below(256));
  for (const std::string& bytes : {std::string(), log, original_}) {
    overwrite(folder() / "raw.sqlite-wal", bytes);
    overwrite(folder() / "raw.sqlite-journal", bytes);
    auto before = contents(folder());
    Result<RunRecord> run = read_raw(folder());
    if (!run.ok()) {
      EXPECT_EQ(run.error().code, ErrorCode::kInvalidInput) << run.error().text();
    }
    EXPECT_EQ(contents(folder()), before);
  }
}

// Pages of a b-tree that point back to their parent, with the same child many times, would give
// rows for ever.
TEST_F(HostileRaw, PagesThatPointInCirclesEnd) {
  std::vector<std::string> roots =
      sql(raw(), "SELECT rootpage FROM sqlite_schema WHERE name = 'samples'");
  overwrite(raw(), original_);
  std::size_t page = std::stoul(roots.at(0));
  std::string bytes = original_;
  std::string interior(8192, '\0');
  interior[0] = 5;  // interior page of a table
  interior[3] = 0;
  interior[4] = 20;  // cells
  for (int cell = 0; cell < 20; ++cell) {
    int at = 1000 + cell * 8;
    interior[static_cast<std::size_t>(12 + cell * 2)] = static_cast<char>(at >> 8);
    interior[static_cast<std::size_t>(13 + cell * 2)] = static_cast<char>(at & 255);
    interior[static_cast<std::size_t>(at + 3)] = static_cast<char>(page);
    interior[static_cast<std::size_t>(at + 4)] = static_cast<char>(cell);
  }
  interior[11] = static_cast<char>(page);  // right-most child
  bytes.replace((page - 1) * 8192, 8192, interior);
  overwrite(raw(), bytes);
  expect_refused("a circle");
}

}  // namespace
}  // namespace lynxbench::bundle
