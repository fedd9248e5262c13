// The bytes of a trace file from its beginning to its end, unpacked: gzip is recognised by its first
// bytes, whatever the file is called, and every member of it is read.
//
//   std::unique_ptr<ByteSource> source = TRY(open_file("rank0.json.gz"));
//   std::string_view head = source->head();     // to recognise the format by; nothing is consumed
//   std::size_t got = source->read(buffer);     // 0: the end
//
// Memory is bounded by the head and a few buffers, however long the file is. A stream that is cut or
// damaged ends where the damage begins, and losses() says so. Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/timeline.h"

namespace lynxbench::trace {

// As much of a file as a format is recognised by.
inline constexpr std::size_t kHeadBytes = std::size_t{1} << 18;

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  // Fills `to` as far as there is something, and returns how much that was; less than asked for only
  // at the end. A byte-order mark at the beginning is not part of it.
  [[nodiscard]] virtual std::size_t read(std::span<char> to) = 0;
  // The first kHeadBytes, or all when there is less. Valid while the source lives.
  [[nodiscard]] virtual std::string_view head() = 0;
  // What was lost so far in reading and unpacking; complete after the end.
  [[nodiscard]] virtual Losses losses() const = 0;
  // As the user named it (with the member's name, in an archive): for messages.
  [[nodiscard]] virtual const std::string& name() const = 0;
  // The file itself where its bytes are the source's bytes: for libraries that open files by name.
  // "" when it is packed or does not come from a file.
  [[nodiscard]] virtual const std::string& plain_path() const = 0;

 protected:
  ByteSource() = default;
};

// Fails with kNotFound, or kUnavailable with the system's reason; with kInvalidInput when it is
// gzip of which not one byte can be unpacked.
[[nodiscard]] Result<std::unique_ptr<ByteSource>> open_file(const std::string& path);

// Fills as much of the span as there is; less than its size only at the end.
using ReadBytes = std::function<std::size_t(std::span<char>)>;
// Over what `read` gives, plain or gzip.
[[nodiscard]] Result<std::unique_ptr<ByteSource>> open_stream(ReadBytes read, std::string name);

// Over bytes in memory, plain or gzip: for tests and fuzzing. `bytes` must outlive it.
[[nodiscard]] Result<std::unique_ptr<ByteSource>> open_bytes(std::string_view bytes,
                                                             std::string name);

}  // namespace lynxbench::trace
