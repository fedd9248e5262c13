#include "trace/redact/edit_nsys.h"

#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>

#include "trace/nsys/database.h"
#include "trace/nsys/names.h"
#include "trace/nsys/torch_range.h"

namespace lynxbench::trace::redact {
namespace {

using namespace std::string_view_literals;

// What a column holds, and so what becomes of it.
enum class Holds : std::uint8_t {
  kInteger,
  kReal,
  kKernelId,   // a row of StringIds, as the next three
  kCallId,
  kSystemId,
  kRangeId,
  kRange,      // an NVTX range's own text
  kLabel,      // a word of the profiler's; dropped when it looks private
  kDiagnosis,  // says whether events were lost
};

struct Column {
  std::string_view name;
  Holds holds = Holds::kInteger;
};

struct Table {
  std::string_view name;
  std::vector<Column> columns;
};

const std::vector<Table>& kept_tables() {
  static const std::vector<Table> tables = [] {
    const std::vector<Column> times{{"start"}, {"end"}};
    const std::vector<Column> work{{"start"}, {"end"}, {"deviceId"}, {"contextId"}, {"streamId"},
                                   {"correlationId"}, {"globalPid"}};
    const auto with = [](std::vector<Column> columns, const std::vector<Column>& more) {
      columns.insert(columns.end(), more.begin(), more.end());
      return columns;
    };
    const std::vector<Column> calls{{"start"}, {"end"}, {"globalTid"}, {"correlationId"},
                                    {"nameId", Holds::kCallId}, {"returnValue"}};
    const std::vector<Column> named{{"start"}, {"end"}, {"globalTid"}, {"nameId", Holds::kSystemId}};
    return std::vector<Table>{
        {"CUPTI_ACTIVITY_KIND_KERNEL",
         with(work, {{"demangledName", Holds::kKernelId}, {"shortName", Holds::kKernelId},
                     {"mangledName", Holds::kKernelId}, {"name", Holds::kKernelId},
                     {"registersPerThread"}, {"gridX"}, {"gridY"}, {"gridZ"}, {"blockX"},
                     {"blockY"}, {"blockZ"}, {"staticSharedMemory"}, {"dynamicSharedMemory"},
                     {"localMemoryPerThread"}, {"graphNodeId"}, {"graphId"}})},
        {"CUPTI_ACTIVITY_KIND_MEMCPY",
         with(work, {{"bytes"}, {"copyKind"}, {"srcKind"}, {"dstKind"}, {"graphNodeId"}})},
        {"CUPTI_ACTIVITY_KIND_MEMSET", with(work, {{"bytes"}, {"memKind"}, {"graphNodeId"}})},
        {"CUPTI_ACTIVITY_KIND_GRAPH_TRACE", with(work, {{"graphId"}, {"graphExecId"}})},
        {"CUPTI_ACTIVITY_KIND_CUDA_EVENT",
         with(work, {{"eventId"}, {"eventSyncId"}})},
        {"CUPTI_ACTIVITY_KIND_SYNCHRONIZATION",
         with(work, {{"syncType"}, {"eventId"}, {"eventSyncId"}})},
        {"CUPTI_ACTIVITY_KIND_RUNTIME", calls},
        {"CUPTI_ACTIVITY_KIND_DRIVER", calls},
        {"OSRT_API", named},
        {"PROFILER_OVERHEAD", named},
        {"CUPTI_ACTIVITY_KIND_OVERHEAD", named},
        {"NVTX_EVENTS", with(times, {{"eventType"}, {"text", Holds::kRange},
                                     {"textId", Holds::kRangeId}, {"globalTid"}, {"endGlobalTid"},
                                     {"domainId"}, {"rangeId"}})},
        {"GPU_METRICS", {{"timestamp"}, {"rawTimestamp"}, {"typeId"}, {"metricId"},
                         {"value", Holds::kReal}}},
        {"TARGET_INFO_GPU_METRICS", {{"typeId"}, {"metricId"}, {"metricName", Holds::kLabel}}},
        {"TARGET_INFO_GPU", {{"id"}, {"deviceId"}, {"name", Holds::kLabel},
                             {"memoryBandwidth", Holds::kReal}, {"clockRate", Holds::kReal},
                             {"smCount"}, {"totalMemory"}, {"computeMajor"}, {"computeMinor"}}},
        {"TARGET_INFO_CUDA_DEVICE", {{"gpuId"}, {"cudaId"}, {"pid"}}},
        {"TARGET_INFO_SESSION_START_TIME", {{"utcEpochNs"}}},
        {"DIAGNOSTIC_EVENT", {{"timestamp"}, {"severity"}, {"text", Holds::kDiagnosis}}},
        {"ENUM_CUDA_MEMCPY_OPER", {{"id"}, {"name", Holds::kLabel}, {"label", Holds::kLabel}}},
        {"ENUM_CUDA_MEM_KIND", {{"id"}, {"name", Holds::kLabel}, {"label", Holds::kLabel}}},
        {"META_DATA_EXPORT", {{"name", Holds::kLabel}, {"value", Holds::kLabel}}},
    };
  }();
  return tables;
}

bool tells_of_lost_events(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array kWords{"lost"sv, "dropped"sv, "discarded"sv, "overflow"sv, "not all "sv,
                              "incomplete"sv, "not be collected"sv, "not collected"sv};
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) {
    return lower.find(word) != std::string::npos;
  });
}

// A database that is being written, and no longer there when this is gone.
class NewDatabase {
 public:
  static Result<std::unique_ptr<NewDatabase>> create(const std::string& path) {
    auto made = std::unique_ptr<NewDatabase>(new NewDatabase(path));
    if (sqlite3_open(path.c_str(), &made->connection_) != SQLITE_OK) return made->failure();
    TRY_STATUS(made->run("PRAGMA journal_mode=OFF"));
    TRY_STATUS(made->run("PRAGMA synchronous=OFF"));
    TRY_STATUS(made->run("BEGIN"));
    return made;
  }
  ~NewDatabase() {
    sqlite3_close(connection_);
    unlink(path_.c_str());
  }
  NewDatabase(const NewDatabase&) = delete;
  NewDatabase& operator=(const NewDatabase&) = delete;

  [[nodiscard]] Status run(const std::string& sql) {
    if (sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
      return failure();
    }
    return ok_status();
  }
  [[nodiscard]] Result<nsys::Statement> prepare(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v2(connection_, sql.c_str(), -1, &statement, nullptr);
    if (code != SQLITE_OK) return failure();
    return nsys::Statement(statement);
  }
  // The row that was bound.
  [[nodiscard]] Status insert(sqlite3_stmt* statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) return failure();
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return ok_status();
  }

 private:
  explicit NewDatabase(std::string path) : path_(std::move(path)) {}
  [[nodiscard]] Error failure() const {
    return Error{ErrorCode::kUnavailable,
                 std::string("no copy can be written: ") + sqlite3_errmsg(connection_), path_};
  }
  std::string path_;
  sqlite3* connection_ = nullptr;
};

std::string quoted_name(std::string_view name) { return "\"" + std::string(name) + "\""; }

class NsysCopy {
 public:
  NsysCopy(const nsys::Database& from, NewDatabase& to, Names& names, Redaction& redaction)
      : from_(from), to_(to), names_(names), redaction_(redaction), strings_(from, losses_) {}

  Status run() {
    for (const Table& table : kept_tables()) {
      if (from_.has(table.name)) TRY_STATUS(copy(table));
    }
    if (from_.has("StringIds")) TRY_STATUS(copy_strings());
    for (const std::string& table : from_.tables()) {
      const bool kept = table == "StringIds" ||
                        std::any_of(kept_tables().begin(), kept_tables().end(),
                                    [&](const Table& one) { return one.name == table; });
      if (!kept) ++redaction_.removed["tables (environment, processes, files, threads' names)"];
    }
    redaction_.losses = losses_.take();
    return to_.run("COMMIT");
  }

 private:
  Status copy(const Table& table) {
    std::vector<Column> columns;
    for (const Column& column : table.columns) {
      if (from_.has(table.name, column.name)) columns.push_back(column);
    }
    if (columns.empty()) return ok_status();
    const nsys::Statement insert = TRY(make_table(table.name, columns));
    std::vector<std::string_view> wanted;
    for (const Column& column : columns) wanted.push_back(column.name);
    const bool of_events = columns.front().name == "start" || table.name == "GPU_METRICS";
    nsys::Scan rows = from_.scan(table.name, wanted, losses_);
    while (rows.next()) {
      if (table.name == "META_DATA_EXPORT" && !rows.text(0).starts_with("EXPORT_PRODUCT_")) {
        ++redaction_.removed["rows about the export (user, host, paths)"];
        continue;
      }
      for (int i = 0; i < static_cast<int>(columns.size()); ++i) {
        if (!rows.missing(i)) bind(insert.get(), i + 1, columns[static_cast<std::size_t>(i)].holds, rows, i);
      }
      TRY_STATUS(to_.insert(insert.get()));
      if (of_events && !rows.missing(0)) ++redaction_.events;  // damaged pages give empty rows
    }
    return ok_status();
  }

  Result<nsys::Statement> make_table(std::string_view table, const std::vector<Column>& columns) {
    std::string definition;
    std::string marks;
    for (const Column& column : columns) {
      const bool text = column.holds == Holds::kRange || column.holds == Holds::kLabel ||
                        column.holds == Holds::kDiagnosis;
      definition += (definition.empty() ? "" : ", ") + quoted_name(column.name) +
                    (text ? " TEXT" : column.holds == Holds::kReal ? " REAL" : " INTEGER");
      marks += marks.empty() ? "?" : ", ?";
    }
    TRY_STATUS(to_.run("CREATE TABLE " + quoted_name(table) + " (" + definition + ")"));
    return to_.prepare("INSERT INTO " + quoted_name(table) + " VALUES (" + marks + ")");
  }

  static void bind_text(sqlite3_stmt* insert, int place, std::string_view text) {
    sqlite3_bind_text(insert, place, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
  }

  void bind(sqlite3_stmt* insert, int place, Holds holds, const nsys::Scan& rows, int column) {
    switch (holds) {
      case Holds::kReal: sqlite3_bind_double(insert, place, rows.real(column)); return;
      case Holds::kRange: bind_text(insert, place, range(rows.text(column))); return;
      case Holds::kLabel:
        if (!looks_private(rows.text(column))) bind_text(insert, place, rows.text(column));
        return;
      case Holds::kDiagnosis:
        ++redaction_.removed["texts of the profiler's messages"];
        bind_text(insert, place,
                  tells_of_lost_events(rows.text(column)) ? "events were lost" : "removed");
        return;
      case Holds::kKernelId:
      case Holds::kCallId:
      case Holds::kSystemId:
      case Holds::kRangeId: used_.try_emplace(rows.integer(column), holds); break;
      case Holds::kInteger: break;
    }
    sqlite3_bind_int64(insert, place, rows.integer(column));
  }

  // "aten::mm, seq = 5, sizes = [[2, 3]]": the fields stay when they are numbers.
  std::string range(std::string_view text) {
    const std::optional<nsys::TorchRange> torch = nsys::torch_range(text);
    if (!torch) return names_.of(NameOf::kAnnotation, text);
    const std::string_view fields = text.substr(torch->name.size());
    std::string rest(fields);
    for (std::string_view word : {"input_op_ids"sv, "op_id"sv, "sizes"sv, "seq"sv}) {
      const std::size_t at = rest.find(word);
      if (at != std::string::npos) rest.erase(at, word.size());
    }
    const bool numbers = rest.find_first_not_of("0123456789[](), -=") == std::string::npos;
    return names_.of(NameOf::kOperator, torch->name) + (numbers ? std::string(fields) : ", seq = 0");
  }

  std::string system_call(std::string_view name) {
    const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
    return plain ? std::string(name) : names_.of(NameOf::kAnnotation, name);
  }

  Status copy_strings() {
    TRY_STATUS(to_.run("CREATE TABLE StringIds (id INTEGER NOT NULL PRIMARY KEY, value TEXT)"));
    const nsys::Statement insert = TRY(to_.prepare("INSERT INTO StringIds VALUES (?, ?)"));
    for (const auto& [id, holds] : used_) {
      const std::optional<std::string_view> found = strings_.find(id);
      if (!found) continue;
      const std::string name(*found);
      sqlite3_bind_int64(insert.get(), 1, id);
      bind_text(insert.get(), 2, holds == Holds::kKernelId   ? names_.of(NameOf::kDeviceWork, name)
                                 : holds == Holds::kCallId   ? names_.of(NameOf::kCall, name)
                                 : holds == Holds::kSystemId ? system_call(name)
                                                             : range(name));
      TRY_STATUS(to_.insert(insert.get()));
    }
    return ok_status();
  }

  const nsys::Database& from_;
  NewDatabase& to_;
  Names& names_;
  Redaction& redaction_;
  LossCount losses_;
  nsys::StringIds strings_;
  std::map<std::int64_t, Holds> used_;  // strings, by what names them first
};

}  // namespace

Status redact_nsys(ByteSource& source, OutputFile& out, Names& names, Redaction& redaction) {
  const nsys::Database from = TRY(nsys::Database::open(source));
  if (!from.has("CUPTI_ACTIVITY_KIND_KERNEL") && !from.has("CUPTI_ACTIVITY_KIND_RUNTIME") &&
      !from.has("NVTX_EVENTS") && !from.has("OSRT_API") && !from.has("GPU_METRICS")) {
    return Error{ErrorCode::kInvalidInput, "is no export of Nsight Systems with events in it",
                 source.name()};
  }
  const std::string path = out.part_path() + ".sqlite";
  {
    const std::unique_ptr<NewDatabase> to = TRY(NewDatabase::create(path));
    TRY_STATUS(NsysCopy(from, *to, names, redaction).run());
    if (redaction.events == 0) {
      return Error{ErrorCode::kInvalidInput, "has no event that can be read", source.name()};
    }
    std::ifstream file(path, std::ios::binary);
    std::string block(std::size_t{1} << 20, '\0');
    while (file.read(block.data(), static_cast<std::streamsize>(block.size())), file.gcount() > 0) {
      out.write({block.data(), static_cast<std::size_t>(file.gcount())});
    }
  }
  return ok_status();
}

}  // namespace lynxbench::trace::redact
