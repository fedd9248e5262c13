#include "trace/xplane/wire.h"

#include <algorithm>

namespace lynxbench::trace::xplane {

bool SourceStream::Next(const void** data, int* size) {
  if (at_ == filled_) {
    base_ += filled_;
    filled_ = source_.read(buffer_);
    at_ = 0;
    if (filled_ == 0) return false;
  }
  *data = buffer_.data() + at_;
  *size = static_cast<int>(filled_ - at_);
  at_ = filled_;
  return true;
}

bool SourceStream::Skip(int count) {
  while (count > 0) {
    const void* data = nullptr;
    int size = 0;
    if (!Next(&data, &size)) return false;
    if (size > count) BackUp(size - count);
    count -= std::min(size, count);
  }
  return true;
}

bool Wire::take(std::int64_t& value) {
  std::uint64_t bits = 0;
  if (!input_.ReadVarint64(&bits)) return false;
  value = static_cast<std::int64_t>(bits);
  return true;
}

bool Wire::take(std::string& text, std::uint32_t most) {
  std::uint64_t length = 0;
  if (!input_.ReadVarint64(&length) || length > kLongestMessage) return false;
  if (length > most) return input_.Skip(static_cast<int>(length));
  return input_.ReadString(&text, static_cast<int>(length));
}

bool Wire::append_to(std::string& to, std::uint32_t most) {
  std::uint64_t length = 0;
  if (!input_.ReadVarint64(&length) || length > kLongestMessage) return false;
  if (length > most) return input_.Skip(static_cast<int>(length));
  const std::size_t begin = to.size();
  to.resize(begin + 5 + length);  // a length takes up to five bytes
  auto* const at = reinterpret_cast<std::uint8_t*>(to.data()) + begin;
  std::uint8_t* const text = google::protobuf::io::CodedOutputStream::WriteVarint32ToArray(
      static_cast<std::uint32_t>(length), at);
  const bool good = input_.ReadRaw(text, static_cast<int>(length));
  to.resize(good ? begin + static_cast<std::size_t>(text - at) + length : begin);
  return good;
}

}  // namespace lynxbench::trace::xplane
