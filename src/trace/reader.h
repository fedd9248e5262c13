// The family of trace readers: one folder for each format, each recognising its files by content.
//
//   std::vector<Timeline> timelines = TRY(trace::read_file("rank0.json.gz", {}));
//
// A new format is one folder with one function that gives its Reader, and one line in readers.cc.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/trace.h"
#include "trace/byte_source.h"

namespace lynxbench::trace {

struct ReadOptions {
  unsigned threads = 0;  // that parse; 0: one for each core
  // Of text that a thread parses at once. The result does not depend on it, nor on `threads`.
  std::size_t block_bytes = std::size_t{1} << 20;
  // Names of the columns of a table that has no header: "timestamp,index,clocks.current.sm".
  std::string columns;
};

struct Reader {
  std::string_view format;  // "PyTorch profiler": Timeline::format
  // Whether a file that begins with `head` is of this format. At most one reader may say so.
  bool (*recognises)(std::string_view head);
  // Reads it to its end. Damaged input gives everything before the damage (or around it, where
  // the format allows to go on), and Losses with the place of each. Fails with kInvalidInput only
  // when nothing in it can be used, saying what it is instead and what would be right.
  // The timeline need not be linked or sorted: read_file() does that.
  Result<Timeline> (*read)(ByteSource& source, const ReadOptions& options);
};

// Every reader, in the order in which they are asked.
[[nodiscard]] std::span<const Reader> readers();

// Opens, recognises, reads, and puts in order (link.h). One timeline for a file; one for each member
// of a tar archive, without those that are no trace, which its losses name.
//
// Fails with kNotFound or kUnavailable, and with kInvalidInput naming what the file seems to be.
[[nodiscard]] Result<std::vector<Timeline>> read_file(const std::string& path,
                                                      const ReadOptions& options);
// The same of one source.
[[nodiscard]] Result<Timeline> read_source(ByteSource& source, const ReadOptions& options);

}  // namespace lynxbench::trace
