#include "trace/nsys/names.h"

#include <fmt/format.h>

namespace lynxbench::trace::nsys {
namespace {

constexpr std::string_view kTable = "StringIds";

}  // namespace

StringIds::StringIds(const Database& database, LossCount& losses) : losses_(losses) {
  if (database.is_primary_key(kTable, "id")) {
    lookup_ = database.lookup(kTable, "value", "id");
  } else if (database.has(kTable, "id")) {
    row_of_.emplace();
    Scan rows = database.scan(kTable, {"id", "rowid"}, losses);
    while (rows.next()) row_of_->emplace(rows.integer(0), rows.integer(1));
    lookup_ = database.lookup(kTable, "value", "rowid");
  } else {
    losses.add_all(Severity::kNotice,
                   "the export has no StringIds: names are the numbers that the events give", 1,
                   "StringIds");
  }
}

std::optional<std::string_view> StringIds::find(std::int64_t id) {
  if (!row_of_) return lookup_.find(id);
  const auto row = row_of_->find(id);
  return row == row_of_->end() ? std::nullopt : lookup_.find(row->second);
}

void StringIds::count_missing(std::int64_t id) {
  losses_.add_all(Severity::kNotice, "name that is not in StringIds, kept as its number", 1,
                  fmt::format("id {}", id));
}

NameId NamesById::operator()(std::int64_t id) {
  Recent& recent = recent_[static_cast<std::uint64_t>(id) % recent_.size()];
  if (recent.id == id && recent.name != kNoRow) return recent.name;
  const auto known = known_.find(id);
  recent = {id, known != known_.end() ? known->second : look_up(id)};
  return recent.name;
}

NameId NamesById::look_up(std::int64_t id) {
  NameId name = 0;
  if (const std::optional<std::string_view> text = strings_.find(id)) {
    name = pool_.intern(spelling_(*text));
  } else {
    strings_.count_missing(id);
    name = pool_.intern(fmt::format("{} {}", what_, id));
  }
  known_.emplace(id, name);
  return name;
}

std::string_view without_version(std::string_view call) {
  const std::size_t mark = call.rfind("_v");
  if (mark == std::string_view::npos || mark + 2 == call.size()) return call;
  const std::string_view digits = call.substr(mark + 2);
  // cudaGetDeviceProperties_v2 is a name of its own; the suffix is the version of the interface.
  if (digits.size() < 4 || digits.find_first_not_of("0123456789") != std::string_view::npos) {
    return call;
  }
  return call.substr(0, mark);
}

}  // namespace lynxbench::trace::nsys
