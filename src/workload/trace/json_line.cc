#include "workload/trace/json_line.h"

#include "workload/trace/numbers.h"

namespace lynxbench::workload::trace {

JsonLine::JsonLine(std::vector<std::string_view> wanted, std::string_view list) : list_name_(list) {
  for (std::string_view name : wanted) members_.push_back({name, "", false});
}

bool JsonLine::read(std::string_view line) {
  for (Member& member : members_) member.present = false;
  list_.clear();
  in_list_ = list_is_odd_ = false;
  objects_ = 0;
  whole_ = true;
  JsonScanner scanner(*this);
  scanner.feed(line);
  scanner.finish();
  return whole_ && objects_ == 1;
}

std::optional<std::string_view> JsonLine::scalar(std::string_view name) const {
  for (const Member& member : members_) {
    if (member.name == name && member.present) return member.value;
  }
  return std::nullopt;
}

void JsonLine::begin_object(std::string_view /*key*/, int depth) {
  if (in_list_) list_is_odd_ = true;
  if (depth == 0) ++objects_;
}

void JsonLine::end_object(int /*depth*/) {}

void JsonLine::begin_array(std::string_view key, int depth) {
  if (in_list_) list_is_odd_ = true;
  if (depth == 0) whole_ = false;
  if (depth == 1 && key == list_name_) in_list_ = true;
}

void JsonLine::end_array(int depth) {
  if (depth == 1) in_list_ = false;
}

void JsonLine::text(std::string_view key, std::string_view value, int depth) { take(key, value, depth); }

void JsonLine::number(std::string_view key, std::string_view value, int depth) {
  if (value != "null") take(key, value, depth);
}

void JsonLine::take(std::string_view key, std::string_view value, int depth) {
  if (depth == 0) whole_ = false;
  if (in_list_) {
    std::optional<std::int64_t> item = depth == 2 ? whole_number(value) : std::nullopt;
    if (item) list_.push_back(static_cast<std::uint64_t>(*item));
    else list_is_odd_ = true;
    return;
  }
  if (depth != 1) return;
  for (Member& member : members_) {
    if (member.name != key) continue;
    member.value = value;
    member.present = true;
  }
}

void JsonLine::damaged(std::uint64_t /*byte*/) { whole_ = false; }

}  // namespace lynxbench::workload::trace
