#include "trace/nsys/database.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include "base/files.h"

namespace lynxbench::trace::nsys {
namespace {

// A longer value is no name of anything.
constexpr int kLongestValueBytes = 1 << 26;
// No row of a table takes less than this in the file (a cell and the pointer to it).
constexpr std::uint64_t kSmallestRowBytes = 4;

// A file under the system's temporary folder that loses its name at the end of this object's life.
class TemporaryFile {
 public:
  static Result<TemporaryFile> make() {
    std::error_code failed;
    fs::path folder = fs::temp_directory_path(failed);
    if (failed) folder = "/tmp";
    TemporaryFile file;
    file.path_ = (folder / "lynxbench-trace-XXXXXX").string();
    file.number_ = mkstemp(file.path_.data());
    if (file.number_ < 0) return Error{ErrorCode::kUnavailable, system_message(errno), file.path_};
    return file;
  }
  ~TemporaryFile() {
    if (number_ < 0) return;
    close(number_);
    unlink(path_.c_str());
  }
  TemporaryFile(TemporaryFile&& other) noexcept
      : path_(std::move(other.path_)), number_(std::exchange(other.number_, -1)) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] Status append(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t written = write(number_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        const ErrorCode code = errno == ENOSPC ? ErrorCode::kExhausted : ErrorCode::kUnavailable;
        return Error{code, "unpacking to a temporary file: " + system_message(errno), path_};
      }
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return ok_status();
  }

 private:
  TemporaryFile() = default;
  std::string path_;
  int number_ = -1;
};

Result<TemporaryFile> unpacked(ByteSource& source) {
  TemporaryFile file = TRY(TemporaryFile::make());
  std::vector<char> buffer(std::size_t{1} << 18);
  while (const std::size_t got = source.read(buffer)) {
    TRY_STATUS(file.append({buffer.data(), got}));
  }
  return file;
}

// file:///tmp/a%20b.sqlite?immutable=1
std::string uri_of(const std::string& path) {
  std::string uri = "file://";
  for (char c : fs::absolute(path).string()) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 ||
        std::string_view("/._-").find(c) != std::string_view::npos) {
      uri += c;
    } else {
      uri += fmt::format("%{:02x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
  }
  return uri + "?immutable=1";
}

std::string sql_name(std::string_view name) {
  std::string out = "\"";
  for (char c : name) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

// What the header says of the file's length (sqlite.org/fileformat.html, 1.3: offsets 16 and 28);
// 0 when it says nothing.
std::uint64_t announced_bytes(std::string_view head) {
  if (head.size() < 32) return 0;
  const std::uint64_t page = big_endian(head.substr(16, 2));
  return (page == 1 ? 65536 : page) * big_endian(head.substr(28, 4));
}

std::string_view text_in(sqlite3_stmt* statement, int column) {
  const unsigned char* bytes = sqlite3_column_text(statement, column);
  if (bytes == nullptr) return {};
  return {reinterpret_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
}

bool is_plain_table(std::string_view sql) {
  constexpr std::string_view kBegin = "create table";
  return std::equal(
      kBegin.begin(), kBegin.end(), sql.begin(),
      sql.begin() + static_cast<std::ptrdiff_t>(std::min(sql.size(), kBegin.size())),
      [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); });
}

}  // namespace

void StatementEnd::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
void Database::Close::operator()(sqlite3* connection) const { sqlite3_close(connection); }

// ---- Scan

Scan::Scan(std::string table, Statement statement, std::uint64_t most_rows, LossCount& losses)
    : table_(std::move(table)),
      statement_(std::move(statement)),
      most_rows_(most_rows),
      losses_(&losses) {}

bool Scan::next() {
  if (!statement_) return false;
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW && rows_ < most_rows_) {
    ++rows_;
    return true;
  }
  if (result != SQLITE_DONE) {
    const char* why = result == SQLITE_ROW ? "more rows than the file can hold"
                                           : sqlite3_errmsg(sqlite3_db_handle(statement_.get()));
    losses_->add_all(Severity::kDamage,
                     fmt::format("table {} is read up to the damage only: {}", table_, why), 1,
                     fmt::format("after row {}", rows_));
  }
  statement_.reset();
  return false;
}

bool Scan::missing(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}
std::int64_t Scan::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}
std::optional<std::int64_t> Scan::number(int column) const {
  // What is missing reads as 0: only that needs a second look.
  const std::int64_t value = integer(column);
  if (value == 0 && missing(column)) return std::nullopt;
  return value;
}
double Scan::real(int column) const { return sqlite3_column_double(statement_.get(), column); }
std::string_view Scan::text(int column) const { return text_in(statement_.get(), column); }

// ---- Database

Result<Database> Database::open(ByteSource& source) {
  std::optional<TemporaryFile> temporary;
  if (source.plain_path().empty()) temporary.emplace(TRY(unpacked(source)));
  const std::string path = temporary ? temporary->path() : source.plain_path();
  Database database;
  sqlite3* connection = nullptr;
  const int result =
      sqlite3_open_v2(uri_of(path).c_str(), &connection,
                      SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, nullptr);
  database.connection_.reset(connection);
  if (result != SQLITE_OK) {
    return Error{ErrorCode::kUnavailable, sqlite3_errmsg(connection), source.name()};
  }
  // A file that is cut is refused but for this, and one page of the schema that is damaged hides
  // all.
  sqlite3_db_config(connection, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_limit(connection, SQLITE_LIMIT_LENGTH, kLongestValueBytes);
  std::error_code failed;
  const std::uintmax_t size = fs::file_size(path, failed);
  database.bytes_ = failed ? 0 : size;
  const std::uint64_t announced = announced_bytes(source.head());
  if (announced > database.bytes_) database.bytes_cut_ = announced - database.bytes_;
  TRY_STATUS(database.read_schema(source.name()));
  return database;
}

Statement Database::prepare(const std::string& sql) const {
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(connection_.get(), sql.c_str(), static_cast<int>(sql.size()), &statement,
                     nullptr);
  return Statement(statement);
}

Status Database::read_schema(const std::string& name) {
  const Statement tables = prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table'");
  if (!tables) return Error{ErrorCode::kInvalidInput, sqlite3_errmsg(connection_.get()), name};
  std::vector<std::string> found;
  int result = SQLITE_ROW;
  while ((result = sqlite3_step(tables.get())) == SQLITE_ROW) {
    // A virtual table runs code of its own to give rows.
    if (is_plain_table(text_in(tables.get(), 1))) found.emplace_back(text_in(tables.get(), 0));
  }
  if (result != SQLITE_DONE) schema_damage_ = sqlite3_errmsg(connection_.get());
  if (result != SQLITE_DONE && found.empty()) {
    return Error{ErrorCode::kInvalidInput,
                 fmt::format("nothing in it can be read: {}", schema_damage_), name};
  }
  for (const std::string& table : found) read_columns(table);
  return ok_status();
}

void Database::read_columns(const std::string& table) {
  const Statement rows = prepare("PRAGMA table_info(" + sql_name(table) + ")");
  if (!rows) return;
  Columns& columns = tables_[table];
  int keys = 0;
  while (sqlite3_step(rows.get()) == SQLITE_ROW) {
    columns.names.emplace_back(text_in(rows.get(), 1));
    if (sqlite3_column_int(rows.get(), 5) == 0) continue;
    columns.primary_key = ++keys == 1 ? columns.names.back() : "";
  }
}

bool Database::has(std::string_view table) const { return tables_.find(table) != tables_.end(); }

bool Database::has(std::string_view table, std::string_view column) const {
  const auto found = tables_.find(table);
  if (found == tables_.end()) return false;
  const std::vector<std::string>& names = found->second.names;
  return std::find(names.begin(), names.end(), column) != names.end();
}

bool Database::is_primary_key(std::string_view table, std::string_view column) const {
  const auto found = tables_.find(table);
  return found != tables_.end() && found->second.primary_key == column;
}

std::vector<std::string> Database::tables() const {
  std::vector<std::string> names;
  for (const auto& [name, columns] : tables_) names.push_back(name);
  return names;
}

std::string Database::selected(std::string_view table, std::string_view alternatives) const {
  while (!alternatives.empty()) {
    const std::string_view column = alternatives.substr(0, alternatives.find('|'));
    if (column == "rowid") return "rowid";
    if (has(table, column)) return sql_name(column);
    alternatives.remove_prefix(std::min(alternatives.size(), column.size() + 1));
  }
  return "NULL";
}

Scan Database::scan(std::string_view table, std::span<const std::string_view> columns,
                    LossCount& losses) const {
  Statement statement;
  if (has(table)) {
    std::string sql = "SELECT ";
    for (std::string_view column : columns) {
      if (sql.size() > 7) sql += ',';
      sql += selected(table, column);
    }
    // An index that covers the columns would be read instead, and may be damaged by itself.
    statement = prepare(sql + " FROM " + sql_name(table) + " NOT INDEXED");
    if (!statement) {
      losses.add_all(
          Severity::kDamage,
          fmt::format("table {} cannot be read: {}", table, sqlite3_errmsg(connection_.get())), 1,
          "its definition");
    }
  }
  return Scan(std::string(table), std::move(statement), bytes_ / kSmallestRowBytes, losses);
}

Database::Lookup Database::lookup(std::string_view table, std::string_view column,
                                  std::string_view key) const {
  Lookup lookup;
  if (has(table)) {
    lookup.statement_ =
        prepare(fmt::format("SELECT {} FROM {} WHERE {} = ?", sql_name(column), sql_name(table),
                            key == "rowid" ? "rowid" : sql_name(key)));
  }
  return lookup;
}

std::optional<std::string_view> Database::Lookup::find(std::int64_t value) {
  if (!statement_) return std::nullopt;
  sqlite3_reset(statement_.get());
  sqlite3_bind_int64(statement_.get(), 1, value);
  if (sqlite3_step(statement_.get()) != SQLITE_ROW) return std::nullopt;
  return text_in(statement_.get(), 0);
}

}  // namespace lynxbench::trace::nsys
