// The strings of an export, by their number: StringIds holds each once, and events name it by id.
// Only what is asked for is read: among the rest are the program's output and the files it was
// given.
//
//   StringIds strings(database, losses);
//   NamesById kernels(strings, timeline.names, "kernel", as_it_is);
//   kernels(4);    // the NameId of "gemm_nn_128x128"; of "kernel 4" when the file has no such
//   string
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "model/string_pool.h"
#include "trace/loss_count.h"
#include "trace/nsys/database.h"

namespace lynxbench::trace::nsys {

class StringIds {
 public:
  StringIds(const Database& database, LossCount& losses);
  // Valid until the next call.
  [[nodiscard]] std::optional<std::string_view> find(std::int64_t id);
  // Counts a name that was asked for and is not there.
  void count_missing(std::int64_t id);

 private:
  LossCount& losses_;
  Database::Lookup lookup_;
  // Where the table has no primary key: id -> row.
  std::optional<std::unordered_map<std::int64_t, std::int64_t>> row_of_;
};

class NamesById {
 public:
  using Spelling = std::string_view (*)(std::string_view);
  // `what` begins the name of what has none; `spelling` makes the name of the file's string.
  NamesById(StringIds& strings, StringPool& pool, std::string_view what, Spelling spelling)
      : strings_(strings), pool_(pool), what_(what), spelling_(spelling) {}

  [[nodiscard]] NameId operator()(std::int64_t id);

 private:
  [[nodiscard]] NameId look_up(std::int64_t id);

  struct Recent {
    std::int64_t id = 0;
    NameId name = kNoRow;
  };
  StringIds& strings_;
  StringPool& pool_;
  std::string what_;
  Spelling spelling_;
  std::array<Recent, 256> recent_{};
  std::unordered_map<std::int64_t, NameId> known_;
};

[[nodiscard]] inline std::string_view as_it_is(std::string_view name) { return name; }
// "cudaLaunchKernel_v7000" -> "cudaLaunchKernel"; "cudaStreamGetCaptureInfo_v2_v11030" keeps its
// v2.
[[nodiscard]] std::string_view without_version(std::string_view call);

}  // namespace lynxbench::trace::nsys
