// SQLite as the rest of the bundle sees it: every failure is a Result that names the file, and a
// row that holds something unexpected is an error, not a crash.
//
//   Database db = TRY(Database::create(folder / "raw.sqlite"));
//   Statement insert = TRY(db.prepare("INSERT INTO gaps VALUES (?, ?)"));
//   insert.bind(1, gap.from_ns);
//   insert.bind(2, gap.to_ns);
//   TRY_STATUS(insert.run());
//
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/files.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace lynxbench::bundle {

// A prepared statement. It must not outlive its Database.
class Statement {
 public:
  // Parameters are counted from 1. Text is copied.
  void bind(int parameter, std::int64_t value);
  void bind(int parameter, double value);
  void bind(int parameter, std::string_view value);
  void bind_null(int parameter);
  void bind_blob(int parameter, std::string_view bytes);  // copied
  void bind(int parameter, const std::optional<std::int64_t>& value);
  void bind(int parameter, const std::optional<double>& value);

  // Runs a statement that gives no rows, and makes it ready for the next values.
  [[nodiscard]] Status run();
  // Steps to the next row; false after the last one.
  [[nodiscard]] Result<bool> next();

 private:
  friend class Database;
  friend class Row;
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement(const std::string& file, sqlite3* connection, sqlite3_stmt* statement);

  const std::string* file_;
  sqlite3* connection_;
  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
};

// The row that a Statement stands on, read column by column (from 0). What is not as expected is
// kept as the first problem, and the reading goes on with 0 or ""; look at status() before using
// anything.
//
//   Row row(statement, "gaps");
//   gap.from_ns = row.integer<std::int64_t>(0);
//   TRY_STATUS(row.status());
class Row {
 public:
  Row(const Statement& statement, std::string_view table) : statement_(&statement), table_(table) {}

  // An integer that fits into T.
  template <typename T>
  [[nodiscard]] T integer(int column) {
    constexpr bool kWide = sizeof(T) == 8;
    constexpr std::int64_t kLow = std::numeric_limits<T>::is_signed
                                      ? static_cast<std::int64_t>(std::numeric_limits<T>::min())
                                      : 0;
    constexpr std::int64_t kHigh = kWide ? std::numeric_limits<std::int64_t>::max()
                                         : static_cast<std::int64_t>(std::numeric_limits<T>::max());
    return static_cast<T>(integer_between(column, kLow, kHigh));
  }
  template <typename T>
  [[nodiscard]] std::optional<T> optional_integer(int column) {
    if (is_null(column)) return std::nullopt;
    return integer<T>(column);
  }
  [[nodiscard]] std::int64_t integer_between(int column, std::int64_t low, std::int64_t high);
  [[nodiscard]] double real(int column);
  [[nodiscard]] std::optional<double> optional_real(int column);
  [[nodiscard]] std::string text(int column);
  [[nodiscard]] std::string text_or_empty(int column);  // "" for NULL
  [[nodiscard]] std::string blob(int column);
  [[nodiscard]] bool is_null(int column) const;

  // Says that this row is wrong in a way that no single column shows.
  void reject(const std::string& why);
  [[nodiscard]] Status status() const;

 private:
  void reject_column(int column, std::string_view expected);

  const Statement* statement_;
  std::string table_;
  std::optional<Error> problem_;
};

// A connection. Errors: kExhausted when the disk or memory is used up, kInvalidInput when the file
// is no sound database, kInvalidArgument when a constraint of the schema is broken, else
// kUnavailable.
class Database {
 public:
  // A new database for one writer: a write-ahead log, so that what was committed outlives a kill.
  [[nodiscard]] static Result<Database> create(const fs::path& file);
  // A file that nobody writes any more. Reading it changes nothing in its folder.
  [[nodiscard]] static Result<Database> open_final(const fs::path& file);
  // A private copy of a database that was not closed: its log is applied to it. `name` is the file
  // that errors speak of.
  [[nodiscard]] static Result<Database> open_copy(const fs::path& copy, const fs::path& name);

  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  [[nodiscard]] Status execute(const std::string& sql);
  [[nodiscard]] Result<Statement> prepare(const std::string& sql) const;
  // Whether the last statement changed anything.
  [[nodiscard]] bool changed() const;

  // All of `body` or nothing.
  template <typename Body>
  [[nodiscard]] Status transaction(Body&& body) {
    TRY_STATUS(execute("BEGIN IMMEDIATE"));
    Status done = body();
    if (done.ok()) done = execute("COMMIT");
    if (!done.ok()) roll_back();
    return done;
  }

  // Moves the log into the database file and removes it: one file remains. Statements must be gone.
  [[nodiscard]] Status finish();
  // Closes without touching the files again: for a disk that refused a write.
  void abandon();

 private:
  struct Closer {
    void operator()(sqlite3* connection) const;
  };
  struct Budget;
  Database(const fs::path& name, sqlite3* connection);
  [[nodiscard]] static Result<Database> open(const std::string& uri, int flags,
                                             const fs::path& name);
  [[nodiscard]] Status harden(std::uint64_t file_bytes);
  void roll_back();

  std::unique_ptr<std::string> file_;  // statements point to it
  std::unique_ptr<Budget> budget_;
  std::unique_ptr<sqlite3, Closer> connection_;
};

}  // namespace lynxbench::bundle
