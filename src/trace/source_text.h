// What a trace file holds, before any reader: gzip undone, byte-order mark taken off, and a word
// for people on what a text seems to be when a reader cannot use it.
//
//   SourceText source = TRY(plain_text(bytes, "profile.json.gz"));
//   if (!is_mine(source.text())) return error(..., "{} is {}", name, likely_kind(source.text()));
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/timeline.h"

namespace lynxbench::trace {

// A text and what was lost in unpacking it. Plain input is not copied: it must outlive this object.
class SourceText {
 public:
  [[nodiscard]] std::string_view text() const { return unpacked_.empty() ? plain_ : unpacked_; }
  [[nodiscard]] const Losses& losses() const { return losses_; }

 private:
  friend Result<SourceText> plain_text(std::string_view, const std::string&, std::size_t);
  std::string_view plain_;
  std::string unpacked_;
  Losses losses_;
};

// Recognises gzip by its first bytes, whatever the file's name, and unpacks every member. A stream
// that is cut or damaged gives what came before, and bytes after the last member are passed over;
// both are in losses(). Unpacks no more than `limit_bytes`; the rest counts as lost.
//
// Fails with kInvalidInput, naming `name`, when not one byte could be unpacked.
[[nodiscard]] Result<SourceText> plain_text(std::string_view bytes, const std::string& name,
                                            std::size_t limit_bytes = std::size_t{1} << 31);

// "a SQLite database", "a Git LFS pointer (fetch the file itself with: git lfs pull)", ...
[[nodiscard]] std::string likely_kind(std::string_view text);

}  // namespace lynxbench::trace
