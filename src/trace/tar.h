// The regular files of a tar archive, one after the other, from a stream.
//
//   TarReader tar(source);
//   while (std::optional<TarMember> member = tar.next()) {
//     got = tar.read(buffer);        // of this member; 0 at its end
//   }
//
// Names longer than a header holds (GNU and pax) are read. What of a member was not read is passed
// over. Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "trace/byte_source.h"

namespace lynxbench::trace {

[[nodiscard]] bool is_tar(std::string_view head);

struct TarMember {
  std::string name;
  std::uint64_t bytes = 0;
};

class TarReader {
 public:
  explicit TarReader(ByteSource& archive) : archive_(archive) {}

  // Nothing at the archive's end, and where it is cut or damaged (cut() says so).
  [[nodiscard]] std::optional<TarMember> next();
  [[nodiscard]] std::size_t read(std::span<char> to);
  [[nodiscard]] bool cut() const { return cut_; }

 private:
  bool pass_over();
  std::string text_of_member(std::uint64_t bytes);

  ByteSource& archive_;
  std::uint64_t left_ = 0;     // of the member
  std::uint64_t padding_ = 0;  // behind it
  bool cut_ = false;
};

}  // namespace lynxbench::trace
