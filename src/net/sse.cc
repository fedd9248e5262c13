#include "net/sse.h"

#include <cstring>

namespace lynxbench::net {
namespace {

constexpr std::string_view kBom = "\xef\xbb\xbf";

// The first CR or LF; the end if there is none.
std::size_t line_length(std::string_view bytes) {
  const void* lf = std::memchr(bytes.data(), '\n', bytes.size());
  std::size_t length = lf == nullptr ? bytes.size() : static_cast<std::size_t>(static_cast<const char*>(lf) - bytes.data());
  const void* cr = std::memchr(bytes.data(), '\r', length);
  return cr == nullptr ? length : static_cast<std::size_t>(static_cast<const char*>(cr) - bytes.data());
}

}  // namespace

void SseParser::begin() {
  too_large_ = after_cr_ = dispatched_ = has_data_ = false;
  bom_seen_ = 0;
  data_ = {};
  if (!buffer_.empty()) buffer_.clear();
  if (!line_.empty()) line_.clear();
  if (!name_.empty()) name_.clear();
}

SseParser::Event SseParser::next(std::string_view& bytes) {
  if (dispatched_) {
    dispatched_ = has_data_ = false;
    if (!buffer_.empty()) buffer_.clear();
    if (!name_.empty()) name_.clear();
  }
  if (too_large_) return Event::kTooLarge;
  while (bom_seen_ < kBom.size() && !bytes.empty()) {
    if (bytes.front() != kBom[bom_seen_]) {  // none: what looked like one is the first line's
      line_.assign(kBom.substr(0, bom_seen_));
      bom_seen_ = kBom.size();
    } else {
      bytes.remove_prefix(1);
      ++bom_seen_;
    }
  }
  if (after_cr_ && !bytes.empty()) {
    if (bytes.front() == '\n') bytes.remove_prefix(1);
    after_cr_ = false;
  }
  while (!bytes.empty()) {
    const std::size_t length = line_length(bytes);
    if (length + line_.size() + (has_data_ ? data_.size() : 0) > most_bytes_) {
      too_large_ = true;
      return Event::kTooLarge;
    }
    if (length == bytes.size()) {
      line_.append(bytes);
      bytes = {};
      break;
    }
    std::string_view text = bytes.substr(0, length);
    const bool cr = bytes[length] == '\r';
    bytes.remove_prefix(length + 1);
    if (cr) {
      if (bytes.empty()) after_cr_ = true;
      else if (bytes.front() == '\n') bytes.remove_prefix(1);
    }
    if (!line_.empty()) {
      line_.append(text);
      text = line_;
    }
    if (text.empty()) {
      if (Event event = dispatch(); event == Event::kEvent) return event;
      continue;
    }
    line(text);
    if (!line_.empty()) {
      keep();
      line_.clear();
    }
  }
  keep();
  return Event::kMore;
}

void SseParser::line(std::string_view text) {
  std::size_t colon = text.find(':');
  std::string_view field = text.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "data") add_data(value);
  else if (field == "event") name_.assign(value);
}

void SseParser::add_data(std::string_view value) {
  if (!has_data_) {
    has_data_ = true;
    data_ = value;
    return;
  }
  keep();
  buffer_ += '\n';
  buffer_.append(value);
  data_ = buffer_;
}

// What data_ has is ours, whatever becomes of the bytes that were given.
void SseParser::keep() {
  if (!has_data_ || (data_.data() == buffer_.data() && !buffer_.empty())) return;
  buffer_.assign(data_);
  data_ = buffer_;
}

SseParser::Event SseParser::dispatch() {
  if (!has_data_) {
    name_.clear();
    return Event::kMore;
  }
  dispatched_ = true;
  return Event::kEvent;
}

SseParser::Event SseParser::end_of_input() {
  if (too_large_) return Event::kTooLarge;
  if (dispatched_) {
    dispatched_ = has_data_ = false;
    buffer_.clear();
    name_.clear();
  }
  if (!line_.empty()) {
    line(line_);
    keep();
    line_.clear();
  }
  if (!has_data_) return Event::kMore;
  return dispatch();
}

}  // namespace lynxbench::net
