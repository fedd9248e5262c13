#include "bundle/database.h"

#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <cmath>

namespace lynxbench::bundle {
namespace {

constexpr int kLongestValue = 16 << 20;  // bytes; far above anything that the Writer stores

ErrorCode code_of(int result, int system_number) {
  if (system_number == ENOSPC || system_number == EDQUOT || system_number == EFBIG) {
    return ErrorCode::kExhausted;
  }
  switch (result & 0xff) {
    case SQLITE_FULL:
    case SQLITE_NOMEM:
      return ErrorCode::kExhausted;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
    case SQLITE_SCHEMA:
    case SQLITE_TOOBIG:
    case SQLITE_INTERRUPT:
    case SQLITE_ERROR:
      return ErrorCode::kInvalidInput;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
      return ErrorCode::kInvalidArgument;
    default:
      return ErrorCode::kUnavailable;
  }
}

// The system's number for a failed read or write. SQLite forgets it when a COMMIT fails; then
// errno, which callers set to 0 before, still has it.
int system_number_of(sqlite3* connection, int primary, int last_errno) {
  if (primary == SQLITE_FULL) return ENOSPC;
  if (primary != SQLITE_IOERR && primary != SQLITE_CANTOPEN) return 0;
  int number = sqlite3_system_errno(connection);
  bool of_a_write =
      last_errno == ENOSPC || last_errno == EDQUOT || last_errno == EFBIG || last_errno == EIO;
  return number == 0 && of_a_write ? last_errno : number;
}

Error failure(sqlite3* connection, const std::string& file) {
  int last_errno = errno;
  int result = sqlite3_extended_errcode(connection);
  int primary = result & 0xff;
  int number = system_number_of(connection, primary, last_errno);
  std::string what = sqlite3_errmsg(connection);
  if (primary == SQLITE_INTERRUPT) what = "holds more rows than its size allows: it is damaged";
  if (number != 0) what += ": " + system_message(number);
  return Error{code_of(result, number), what, file};
}

// SQLite's URI form: what would end the path or start an escape is escaped.
std::string uri_of(const fs::path& file, std::string_view parameters) {
  std::string uri = "file:";
  for (char c : fs::absolute(file).string()) {
    if (c == '%' || c == '?' || c == '#') {
      uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      uri += c;
    }
  }
  return uri + std::string(parameters);
}

}  // namespace

void Statement::Finalizer::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Statement::Statement(const std::string& file, sqlite3* connection, sqlite3_stmt* statement)
    : file_(&file), connection_(connection), statement_(statement) {}

// A bind fails only for a parameter that the statement lacks (our own bug) or without memory.
void Statement::bind(int parameter, std::int64_t value) {
  CHECK(sqlite3_bind_int64(statement_.get(), parameter, value) == SQLITE_OK);
}
void Statement::bind(int parameter, double value) {
  CHECK(sqlite3_bind_double(statement_.get(), parameter, value) == SQLITE_OK);
}
void Statement::bind(int parameter, std::string_view value) {
  CHECK(sqlite3_bind_text64(statement_.get(), parameter,
                            value.data() == nullptr ? "" : value.data(), value.size(),
                            SQLITE_TRANSIENT, SQLITE_UTF8) == SQLITE_OK);
}
void Statement::bind_blob(int parameter, std::string_view bytes) {
  CHECK(sqlite3_bind_blob64(statement_.get(), parameter,
                            bytes.data() == nullptr ? "" : bytes.data(), bytes.size(),
                            SQLITE_TRANSIENT) == SQLITE_OK);
}
void Statement::bind_null(int parameter) {
  CHECK(sqlite3_bind_null(statement_.get(), parameter) == SQLITE_OK);
}
void Statement::bind(int parameter, const std::optional<std::int64_t>& value) {
  if (value) {
    bind(parameter, *value);
  } else {
    bind_null(parameter);
  }
}
void Statement::bind(int parameter, const std::optional<double>& value) {
  if (value) {
    bind(parameter, *value);
  } else {
    bind_null(parameter);
  }
}

Status Statement::run() {
  errno = 0;
  int result = sqlite3_step(statement_.get());
  Status done = ok_status();
  if (result != SQLITE_DONE && result != SQLITE_ROW) done = failure(connection_, *file_);
  sqlite3_reset(statement_.get());
  return done;
}

Result<bool> Statement::next() {
  errno = 0;
  int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  return failure(connection_, *file_);
}

bool Row::is_null(int column) const {
  return sqlite3_column_type(statement_->statement_.get(), column) == SQLITE_NULL;
}

std::int64_t Row::integer_between(int column, std::int64_t low, std::int64_t high) {
  sqlite3_stmt* statement = statement_->statement_.get();
  if (sqlite3_column_type(statement, column) == SQLITE_INTEGER) {
    std::int64_t value = sqlite3_column_int64(statement, column);
    if (low <= value && value <= high) return value;
  }
  reject_column(column, fmt::format("an integer from {} to {}", low, high));
  return low > 0 ? low : 0;
}

double Row::real(int column) {
  sqlite3_stmt* statement = statement_->statement_.get();
  if (sqlite3_column_type(statement, column) == SQLITE_FLOAT) {
    double value = sqlite3_column_double(statement, column);
    if (std::isfinite(value)) return value;
  }
  reject_column(column, "a finite number");
  return 0;
}

std::optional<double> Row::optional_real(int column) {
  if (is_null(column)) return std::nullopt;
  return real(column);
}

std::string Row::text(int column) {
  sqlite3_stmt* statement = statement_->statement_.get();
  if (sqlite3_column_type(statement, column) == SQLITE_TEXT) {
    const unsigned char* bytes = sqlite3_column_text(statement, column);
    if (bytes != nullptr) {
      return {reinterpret_cast<const char*>(bytes),
              static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
    }
  }
  reject_column(column, "text");
  return {};
}

std::string Row::text_or_empty(int column) {
  return is_null(column) ? std::string() : text(column);
}

std::string Row::blob(int column) {
  sqlite3_stmt* statement = statement_->statement_.get();
  if (sqlite3_column_type(statement, column) != SQLITE_BLOB) {
    reject_column(column, "a blob");
    return {};
  }
  const void* bytes = sqlite3_column_blob(statement, column);
  std::size_t size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
  return bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), size);
}

void Row::reject_column(int column, std::string_view expected) {
  if (problem_) return;
  const char* name = sqlite3_column_name(statement_->statement_.get(), column);
  sqlite3_stmt* statement = statement_->statement_.get();
  std::string found;
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_NULL:
      found = "NULL";
      break;
    case SQLITE_INTEGER:
      found = fmt::format("{}", sqlite3_column_int64(statement, column));
      break;
    case SQLITE_FLOAT:
      found = fmt::format("{}", sqlite3_column_double(statement, column));
      break;
    case SQLITE_TEXT:
      found = "a text";
      break;
    default:
      found = "a blob";
  }
  reject(
      fmt::format("{} is {}; expected {}", name == nullptr ? "a column" : name, found, expected));
}

void Row::reject(const std::string& why) {
  if (problem_) return;
  problem_ =
      Error{ErrorCode::kInvalidInput, fmt::format("table {}: {}", table_, why), *statement_->file_};
}

Status Row::status() const {
  if (problem_) return *problem_;
  return ok_status();
}

// Virtual-machine steps that reading may take, in units of kStep: damaged pages that point to each
// other must not make it endless.
struct Database::Budget {
  static constexpr int kStep = 1'000'000;
  std::uint64_t left = 0;
};

void Database::Closer::operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }

Database::Database(const fs::path& name, sqlite3* connection)
    : file_(std::make_unique<std::string>(name.string())), connection_(connection) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<Database> Database::open(const std::string& uri, int flags, const fs::path& name) {
  sqlite3* connection = nullptr;
  int result = sqlite3_open_v2(uri.c_str(), &connection, flags | SQLITE_OPEN_URI, nullptr);
  if (connection == nullptr)
    return Error{ErrorCode::kExhausted, "no memory to open it", name.string()};
  Database database(name, connection);
  if (result != SQLITE_OK) return failure(connection, name.string());
  sqlite3_extended_result_codes(connection, 1);
  return database;
}

Result<Database> Database::create(const fs::path& file) {
  Database database = TRY(open(uri_of(file, ""), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, file));
  // Exclusive: one writer, and no shared-memory file beside the log. Checkpoints wait until the
  // end: they would sync the disk in the middle of a measurement.
  for (const char* setting :
       {"PRAGMA page_size = 8192", "PRAGMA locking_mode = EXCLUSIVE", "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = NORMAL", "PRAGMA wal_autocheckpoint = 0",
        "PRAGMA cache_size = -65536", "PRAGMA temp_store = MEMORY"}) {
    TRY_STATUS(database.execute(setting));
  }
  return database;
}

Result<Database> Database::open_final(const fs::path& file) {
  Database database = TRY(open(uri_of(file, "?immutable=1"), SQLITE_OPEN_READONLY, file));
  std::error_code unreadable;
  TRY_STATUS(database.harden(fs::file_size(file, unreadable)));
  return database;
}

Result<Database> Database::open_copy(const fs::path& copy, const fs::path& name) {
  Database database = TRY(open(uri_of(copy, ""), SQLITE_OPEN_READWRITE, name));
  std::error_code unreadable;
  std::uint64_t bytes = fs::file_size(copy, unreadable);
  fs::path log = copy;
  log += "-wal";
  std::uint64_t log_bytes = fs::file_size(log, unreadable);
  TRY_STATUS(database.harden(unreadable ? bytes : bytes + log_bytes));
  return database;
}

// For content that anybody may have written: SQLite's own advice for untrusted files.
Status Database::harden(std::uint64_t file_bytes) {
  sqlite3* connection = connection_.get();
  sqlite3_limit(connection, SQLITE_LIMIT_LENGTH, kLongestValue);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  // Ten steps a byte: a row of the smallest table takes a dozen steps and not less than six bytes.
  std::uint64_t bounded = std::min<std::uint64_t>(file_bytes, std::uint64_t{1} << 40);
  budget_ = std::make_unique<Budget>(Budget{2 + bounded * 10 / Budget::kStep});
  sqlite3_progress_handler(
      connection, Budget::kStep,
      [](void* budget) {
        auto& left = static_cast<Budget*>(budget)->left;
        return left == 0 ? 1 : (--left, 0);
      },
      budget_.get());
  TRY_STATUS(execute("PRAGMA cell_size_check = ON"));
  return execute("PRAGMA mmap_size = 0");
}

Status Database::execute(const std::string& sql) {
  errno = 0;
  if (sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) {
    return ok_status();
  }
  return failure(connection_.get(), *file_);
}

Result<Statement> Database::prepare(const std::string& sql) const {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(connection_.get(), sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement,
                         nullptr) != SQLITE_OK) {
    return failure(connection_.get(), *file_);
  }
  return Statement(*file_, connection_.get(), statement);
}

bool Database::changed() const { return sqlite3_changes64(connection_.get()) > 0; }

void Database::roll_back() {
  // After some failures SQLite has rolled back by itself.
  if (sqlite3_get_autocommit(connection_.get()) == 0) {
    sqlite3_exec(connection_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

Status Database::finish() {
  Statement switched = TRY(prepare("PRAGMA journal_mode = DELETE"));
  if (!TRY(switched.next())) return Error{ErrorCode::kInternal, "no journal mode", *file_};
  Row row(switched, "journal_mode");
  std::string mode = row.text(0);
  if (mode != "delete") {
    return Error{ErrorCode::kUnavailable, "the log cannot be merged: its mode stays " + mode,
                 *file_};
  }
  return ok_status();
}

void Database::abandon() {
  if (!connection_) return;
  sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  connection_.reset();
}

}  // namespace lynxbench::bundle
