// Protobuf's wire format from a ByteSource, message by message, with what is malformed passed over.
//
//   SourceStream stream(source);
//   google::protobuf::io::CodedInputStream input(&stream);
//   Wire wire(input);
//   wire.message([&](std::uint32_t tag) {                 // a length, then fields
//     if (tag == varint_field(1)) return wire.take(id);
//     return wire.skip(tag);
//   });
//   if (wire.is_cut()) ...                                // the source ended inside
//
// Threads: one at a time.
#pragma once

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <cstdint>
#include <string>
#include <vector>

#include "trace/byte_source.h"

namespace lynxbench::trace::xplane {

// Tags of field `number`.
[[nodiscard]] constexpr std::uint32_t varint_field(std::uint32_t number) { return number << 3; }
[[nodiscard]] constexpr std::uint32_t bytes_field(std::uint32_t number) { return number << 3 | 2; }

// Protobuf's own limit. A length beyond it is none, however it is written.
inline constexpr std::uint64_t kLongestMessage = 0x7FFFFFFF;

class SourceStream : public google::protobuf::io::ZeroCopyInputStream {
 public:
  explicit SourceStream(ByteSource& source) : source_(source), buffer_(std::size_t{1} << 16) {}

  bool Next(const void** data, int* size) override;
  void BackUp(int count) override { at_ -= static_cast<std::size_t>(count); }
  bool Skip(int count) override;
  [[nodiscard]] std::int64_t ByteCount() const override {
    return static_cast<std::int64_t>(base_ + at_);
  }

 private:
  ByteSource& source_;
  std::vector<char> buffer_;
  std::size_t at_ = 0;
  std::size_t filled_ = 0;
  std::uint64_t base_ = 0;  // the place of the buffer's beginning
};

class Wire {
 public:
  explicit Wire(google::protobuf::io::CodedInputStream& input) : input_(input) {}

  // Reads the message that comes next, giving `take` the tag of each field; it consumes the value,
  // or returns false. A message that is malformed is passed over from there, and counted. False
  // when the message around this one cannot go on either.
  template <typename Take>
  bool message(const Take& take);

  bool take(std::uint64_t& value) { return input_.ReadVarint64(&value); }
  bool take(std::int64_t& value);
  // Nothing is kept of a longer text than `most` bytes.
  bool take(std::string& text, std::uint32_t most);
  // The length and the bytes that come next, as they are, at the end of `to`.
  bool append_to(std::string& to, std::uint32_t most);
  bool skip(std::uint32_t tag) {
    return google::protobuf::internal::WireFormatLite::SkipField(&input_, tag);
  }

  [[nodiscard]] bool is_cut() const { return is_cut_; }
  [[nodiscard]] std::uint64_t malformed() const { return malformed_; }

 private:
  google::protobuf::io::CodedInputStream& input_;
  bool is_cut_ = false;
  std::uint64_t malformed_ = 0;
};

template <typename Take>
bool Wire::message(const Take& take) {
  std::uint64_t length = 0;
  if (!input_.ReadVarint64(&length) || length > kLongestMessage) return false;
  const int around = input_.BytesUntilLimit();  // -1: none
  if (around >= 0 && length > static_cast<std::uint64_t>(around)) return false;
  const auto limit = input_.PushLimit(static_cast<int>(length));
  bool good = true;
  while (good && input_.BytesUntilLimit() > 0) {
    const std::uint32_t tag = input_.ReadTag();
    good = tag != 0 && take(tag);
  }
  if (!good) {
    ++malformed_;
    is_cut_ = is_cut_ || !input_.Skip(input_.BytesUntilLimit());
  }
  input_.PopLimit(limit);
  return !is_cut_;
}

}  // namespace lynxbench::trace::xplane
