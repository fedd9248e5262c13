// Strings kept once each and named by a number: a trace says "aten::mm" a million times.
//
//   StringPool pool;
//   NameId mm = pool.intern("aten::mm");
//   pool.intern("aten::mm") == mm;
//   pool[mm];                            // "aten::mm"
//
// Id 0 is always the empty string. Threads: as a vector.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace lynxbench {

using NameId = std::uint32_t;
// In columns of row numbers and names: there is none.
inline constexpr std::uint32_t kNoRow = 0xffffffffU;

class StringPool {
 public:
  StringPool();
  StringPool(StringPool&&) = default;
  StringPool& operator=(StringPool&&) = default;

  // The id of `text`, which is copied when it is new.
  NameId intern(std::string_view text);
  // The id of `text` when it is there, otherwise kNoRow.
  [[nodiscard]] NameId find(std::string_view text) const;
  // Valid as long as the pool.
  [[nodiscard]] std::string_view operator[](NameId id) const { return strings_[id]; }
  [[nodiscard]] std::size_t size() const { return strings_.size(); }

 private:
  [[nodiscard]] std::size_t slot_of(std::string_view text, std::uint64_t hash) const;
  [[nodiscard]] std::string_view copy(std::string_view text);
  void grow();

  std::vector<std::string_view> strings_;
  std::vector<std::uint64_t> hashes_;
  std::vector<std::uint32_t> slots_;  // open addressing; 0: free, otherwise id + 1
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t block_left_ = 0;
  char* block_at_ = nullptr;
};

}  // namespace lynxbench
