#include "trace/nsys/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "trace/nsys/database.h"
#include "trace/nsys/import.h"

namespace lynxbench::trace::nsys {
namespace {

constexpr std::string_view kMagic{"SQLite format 3\0", 16};

bool recognises(std::string_view head) { return head.starts_with(kMagic); }

// Whether some table is there that only Nsight Systems writes.
bool is_export(const Database& database) {
  const std::vector<std::string> tables = database.tables();
  return std::any_of(tables.begin(), tables.end(), [](std::string_view table) {
    return table.starts_with("CUPTI_ACTIVITY_KIND_") || table.starts_with("TARGET_INFO_") ||
           table == "NVTX_EVENTS" || table == "OSRT_API" || table == "GPU_METRICS" ||
           table == "META_DATA_EXPORT" || table == "DIAGNOSTIC_EVENT";
  });
}

Error no_export(const Database& database, const std::string& name) {
  constexpr std::size_t kFew = 3;
  std::string tables;
  for (const std::string& table : database.tables()) {
    if (tables.size() > kFew * 40) break;
    std::string shown = table.substr(0, 40);
    std::replace_if(
        shown.begin(), shown.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
    tables += (tables.empty() ? "" : ", ") + shown;
  }
  const std::string has = tables.empty() ? "it has no tables" : "its tables are " + tables;
  return Error{ErrorCode::kInvalidInput,
               "is a SQLite database, but no export of Nsight Systems (" + has +
                   "); nsys export -t sqlite makes one of a .nsys-rep file",
               name};
}

void note_damage(const Database& database, LossCount& losses) {
  if (database.bytes_cut() > 0) {
    losses.add_all(Severity::kDamage,
                   fmt::format("the file is cut: {} of {} bytes are there (database disk image is "
                               "malformed)",
                               database.bytes(), database.bytes() + database.bytes_cut()),
                   1, fmt::format("byte {}", database.bytes()));
  }
  if (!database.schema_damage().empty()) {
    losses.add_all(Severity::kDamage,
                   "the list of tables is read up to the damage only: " + database.schema_damage(),
                   1, "sqlite_schema");
  }
}

bool holds_nothing(const Timeline& timeline) {
  return timeline.device.size() == 0 && timeline.host.size() == 0 && timeline.waits.empty() &&
         timeline.series.empty();
}

Result<Timeline> read(ByteSource& source, const ReadOptions& /*options*/) {
  const Database database = TRY(Database::open(source));
  if (!is_export(database)) return no_export(database, source.name());
  Import import(database);
  note_damage(database, import.losses);
  read_about(import);
  read_device_work(import);
  read_host_work(import);
  read_metrics(import);
  read_diagnostics(import);
  import.timeline.bytes = database.bytes();
  import.timeline.losses = import.losses.take();
  const bool damaged =
      std::any_of(import.timeline.losses.begin(), import.timeline.losses.end(),
                  [](const Loss& loss) { return loss.severity == Severity::kDamage; });
  if (damaged && holds_nothing(import.timeline)) {
    return Error{ErrorCode::kInvalidInput,
                 "no event in it can be read: " + import.timeline.losses.front().what,
                 source.name()};
  }
  return std::move(import.timeline);
}

}  // namespace

Reader reader() { return {"Nsight Systems SQLite", &recognises, &read}; }

}  // namespace lynxbench::trace::nsys
