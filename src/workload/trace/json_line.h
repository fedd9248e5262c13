// The members of one JSON object on a line that are numbers, or arrays of whole numbers; all else is
// passed over. Inside workload::trace only.
//
//   JsonLine line;
//   if (line.read(text)) { auto t = line.number("timestamp"); ... }
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workload/trace/json_scanner.h"

namespace lynxbench::workload::trace {

class JsonLine final : private JsonEvents {
 public:
  // `wanted`: the names of numbers; `list`: of the array.
  JsonLine(std::vector<std::string_view> wanted, std::string_view list);
  // Whether the line is one whole object. Texts of scalars are valid until the next call.
  bool read(std::string_view line);
  // A number or a string as written; nothing when the member is missing, null or of another kind.
  [[nodiscard]] std::optional<std::string_view> scalar(std::string_view name) const;
  [[nodiscard]] const std::vector<std::uint64_t>& list() const { return list_; }
  // Whether the array had something that is no whole number from 0 on.
  [[nodiscard]] bool list_is_odd() const { return list_is_odd_; }

 private:
  void begin_object(std::string_view key, int depth) override;
  void end_object(int depth) override;
  void begin_array(std::string_view key, int depth) override;
  void end_array(int depth) override;
  void text(std::string_view key, std::string_view value, int depth) override;
  void number(std::string_view key, std::string_view value, int depth) override;
  void damaged(std::uint64_t byte) override;
  void take(std::string_view key, std::string_view value, int depth);

  struct Member {
    std::string_view name;
    std::string value;
    bool present = false;
  };
  std::vector<Member> members_;
  std::string_view list_name_;
  std::vector<std::uint64_t> list_;
  bool in_list_ = false;
  bool list_is_odd_ = false;
  int objects_ = 0;
  bool whole_ = false;
};

}  // namespace lynxbench::workload::trace
