// A SQLite file that somebody else wrote, only read: by table and column where they are there, to
// the damage where there is some.
//
//   Database database = TRY(Database::open(source));
//   Scan rows = database.scan("CUPTI_ACTIVITY_KIND_KERNEL", {"start", "end", "graphNodeId"},
//   losses); while (rows.next()) {
//     if (!rows.missing(2)) use(rows.integer(0), rows.integer(1));
//   }
//
// The file is opened read-only and taken to be immutable: no lock, no journal, no write beside it.
// A packed one is unpacked to a temporary file that has no name by the time open() returns.
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "trace/byte_source.h"
#include "trace/loss_count.h"

struct sqlite3;
struct sqlite3_stmt;

namespace lynxbench::trace::nsys {

struct StatementEnd {
  void operator()(sqlite3_stmt* statement) const;
};
using Statement = std::unique_ptr<sqlite3_stmt, StatementEnd>;

// The rows of a table, one after another. Must not outlive its database.
class Scan {
 public:
  // Moves to the next row. False after the last, and where the table is damaged: that is a loss.
  [[nodiscard]] bool next();
  // Rows given so far; the number of this one, from 1.
  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  [[nodiscard]] const std::string& table() const { return table_; }

  // Of the n-th column asked for. Missing: the table has no such column, or the row no value.
  [[nodiscard]] bool missing(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;  // 0 when missing
  [[nodiscard]] std::optional<std::int64_t> number(int column) const;
  [[nodiscard]] double real(int column) const;            // 0 when missing
  [[nodiscard]] std::string_view text(int column) const;  // "" when missing; until the next row

 private:
  friend class Database;
  Scan(std::string table, Statement statement, std::uint64_t most_rows, LossCount& losses);

  std::string table_;
  Statement statement_;
  std::uint64_t rows_ = 0;
  std::uint64_t most_rows_;  // more than these the file cannot hold
  LossCount* losses_;
};

class Database {
 public:
  // Fails with kInvalidInput when SQLite can make nothing of it, with kUnavailable when it cannot
  // be opened or unpacked.
  static Result<Database> open(ByteSource& source);

  [[nodiscard]] bool has(std::string_view table) const;
  [[nodiscard]] bool has(std::string_view table, std::string_view column) const;
  [[nodiscard]] bool is_primary_key(std::string_view table, std::string_view column) const;
  // Names of all tables, sorted.
  [[nodiscard]] std::vector<std::string> tables() const;
  // Of the file, unpacked; and by how many bytes it is shorter than it says itself.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t bytes_cut() const { return bytes_cut_; }
  // What SQLite said against the schema; "" when nothing.
  [[nodiscard]] const std::string& schema_damage() const { return schema_damage_; }

  // The named columns of all rows of a table, in the file's order; no rows when there is no such
  // table. "timestamp|rawTimestamp": the first that is there. `losses` must outlive the scan.
  [[nodiscard]] Scan scan(std::string_view table, std::initializer_list<std::string_view> columns,
                          LossCount& losses) const {
    return scan(table, std::span(columns.begin(), columns.size()), losses);
  }
  [[nodiscard]] Scan scan(std::string_view table, std::span<const std::string_view> columns,
                          LossCount& losses) const;
  // The text of `column` in the row of `table` whose `key` is `value`; nothing when there is none.
  class Lookup {
   public:
    // Valid until the next call.
    [[nodiscard]] std::optional<std::string_view> find(std::int64_t value);

   private:
    friend class Database;
    Statement statement_;
  };
  [[nodiscard]] Lookup lookup(std::string_view table, std::string_view column,
                              std::string_view key) const;

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  struct Columns {
    std::vector<std::string> names;
    std::string primary_key;  // "" when there is none, or of several columns
  };
  Database() = default;
  [[nodiscard]] Statement prepare(const std::string& sql) const;
  Status read_schema(const std::string& name);
  void read_columns(const std::string& table);
  [[nodiscard]] std::string selected(std::string_view table, std::string_view alternatives) const;

  std::unique_ptr<sqlite3, Close> connection_;
  std::map<std::string, Columns, std::less<>> tables_;
  std::uint64_t bytes_ = 0;
  std::uint64_t bytes_cut_ = 0;
  std::string schema_damage_;
};

}  // namespace lynxbench::trace::nsys
