#include "trace/nsys/import.h"

#include <fmt/format.h>

#include <algorithm>

namespace lynxbench::trace::nsys {
namespace {

// Times further from the session's start than this (146 years) are damage, and would overflow sums.
constexpr std::int64_t kFurthestNs = std::int64_t{1} << 62;

constexpr std::string_view kCalls[] = {"CUPTI_ACTIVITY_KIND_RUNTIME", "CUPTI_ACTIVITY_KIND_DRIVER"};
constexpr std::string_view kWork[] = {"CUPTI_ACTIVITY_KIND_KERNEL", "CUPTI_ACTIVITY_KIND_MEMCPY",
                                      "CUPTI_ACTIVITY_KIND_MEMSET"};

bool all_name_their_process(const Database& database) {
  const auto names = [&](std::string_view table, std::string_view column) {
    return !database.has(table) || database.has(table, column);
  };
  return std::all_of(std::begin(kCalls), std::end(kCalls),
                     [&](std::string_view table) { return names(table, "globalTid"); }) &&
         std::all_of(std::begin(kWork), std::end(kWork),
                     [&](std::string_view table) { return names(table, "globalPid"); });
}

}  // namespace

Import::Import(const Database& from)
    : database(from), strings(from, losses), links_by_process_(all_name_their_process(from)) {}

std::optional<std::int64_t> Import::time_in(const Scan& row, int column) const {
  const std::optional<std::int64_t> time = row.number(column);
  return time && *time <= kFurthestNs && *time >= -kFurthestNs ? time : std::nullopt;
}

std::optional<Span> Import::span_of(const Scan& row) {
  const std::optional<std::int64_t> begin = time_in(row, 0);
  const std::optional<std::int64_t> end = time_in(row, 1);
  if (begin && end && *begin <= *end) {
    latest_ns_ = std::max(latest_ns_, *end);
    return Span{*begin, *end};
  }
  losses.add_all(
      Severity::kLoss,
      begin && end ? "row that ends before it begins" : "row without a usable begin and end", 1,
      fmt::format("{}, row {}", row.table(), row.rows()));
  return std::nullopt;
}

LinkKey Import::key_of(const Scan& row, int global_id, int correlation) const {
  const std::int64_t id = row.integer(correlation);
  if (id <= 0 || id > 0xFFFFFFFF) return kNoLink;  // 0: launched by nothing on this host
  const std::int64_t process = links_by_process_ ? process_of(row.integer(global_id)) : 0;
  return static_cast<LinkKey>(process) << 32 | static_cast<LinkKey>(id);
}

std::uint32_t Import::thread_row(std::int64_t global_tid) {
  if (last_thread_row_ != kNoRow && last_thread_ == global_tid) return last_thread_row_;
  const auto [known, is_new] = thread_rows_.try_emplace(global_tid, 0);
  if (is_new) known->second = timeline.thread_of(process_of(global_tid), thread_of(global_tid));
  last_thread_ = global_tid;
  last_thread_row_ = known->second;
  return last_thread_row_;
}

std::optional<std::uint32_t> Import::known_thread(std::int64_t global_tid) const {
  const auto known = thread_rows_.find(global_tid);
  if (known == thread_rows_.end()) return std::nullopt;
  return known->second;
}

std::int64_t Import::gpu_of(std::int64_t process, std::int64_t ordinal) const {
  const auto known = gpus_.find({process, ordinal});
  return known == gpus_.end() ? ordinal : known->second;
}

void Import::set_gpu(std::int64_t process, std::int64_t ordinal, std::int64_t gpu) {
  gpus_[{process, ordinal}] = gpu;
}

void Import::note_context(std::int64_t process, std::int64_t context, std::int64_t ordinal) {
  const std::pair key{process, context};
  if (key == last_context_) return;  // a context stays on its device
  devices_of_contexts_.try_emplace(key, ordinal);
  last_context_ = key;
}

std::int64_t Import::device_of_context(std::int64_t process, std::int64_t context,
                                       std::int64_t otherwise) const {
  const auto known = devices_of_contexts_.find({process, context});
  return known == devices_of_contexts_.end() ? otherwise : known->second;
}

std::uint32_t Import::lane_row(std::int64_t process, std::int64_t ordinal, std::int64_t stream) {
  LastLane& last = last_lanes_[static_cast<std::uint64_t>(stream ^ ordinal) % last_lanes_.size()];
  if (last.row == kNoRow || last.process != process || last.ordinal != ordinal ||
      last.stream != stream) {
    last = {process, ordinal, stream, timeline.lane_of(gpu_of(process, ordinal), stream)};
  }
  return last.row;
}

}  // namespace lynxbench::trace::nsys
