#include "trace/json_stream.h"

#include <algorithm>

namespace lynxbench::trace {
namespace {

constexpr std::size_t kDeepest = 512;

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

}  // namespace

JsonStream::JsonStream(ByteSource& source, std::size_t read_bytes)
    : source_(source), read_bytes_(read_bytes) {}

// Reads more behind what is there, and forgets what was used. False at the source's end.
bool JsonStream::more() {
  if (source_ended_) return false;
  if (at_ > buffer_.size() / 2) {
    buffer_.erase(0, at_);
    base_ += at_;
    at_ = 0;
  }
  const std::size_t kept = buffer_.size();
  const std::size_t wanted = std::max(read_bytes_, kept - at_);  // doubling keeps long values linear
  buffer_.resize(kept + wanted);
  const std::size_t got = source_.read({buffer_.data() + kept, wanted});
  buffer_.resize(kept + got);
  source_ended_ = got < wanted;
  return got != 0;
}

bool JsonStream::fault(End why) {
  if (end_ == End::kNotYet) end_ = why;
  return false;
}

bool JsonStream::skip_blanks() {
  while (true) {
    while (at_ < buffer_.size() && is_blank(buffer_[at_])) ++at_;
    if (at_ < buffer_.size()) return true;
    if (!more()) return false;
  }
}

// Goes to where the next value, key or closing bracket begins, past commas.
bool JsonStream::at_value() {
  if (end_ != End::kNotYet) return false;
  bool comma = first_ || open_.empty() || value_due_;
  while (true) {
    if (!skip_blanks()) return fault(open_.empty() && !value_due_ ? End::kWhole : End::kCut);
    if (buffer_[at_] != ',' || value_due_) break;
    comma = true;
    ++at_;
  }
  const char c = buffer_[at_];
  if (!comma && c != ']' && c != '}') return fault(End::kMalformed);
  return true;
}

JsonStream::Token JsonStream::begin(char bracket) {
  if (open_.size() >= kDeepest) {
    fault(End::kTooDeep);
    return Token::kEnd;
  }
  open_.push_back(bracket);
  ++at_;
  first_ = true;
  value_due_ = false;
  return bracket == '{' ? Token::kBeginObject : Token::kBeginArray;
}

JsonStream::Token JsonStream::next() {
  if (!at_value()) return Token::kEnd;
  const char c = buffer_[at_];
  if (c == '}' || c == ']') {
    const char opened = c == '}' ? '{' : '[';
    if (open_.empty() || open_.back() != opened || value_due_) {
      fault(End::kMalformed);
      return Token::kEnd;
    }
    open_.pop_back();
    ++at_;
    first_ = false;
    return c == '}' ? Token::kEndObject : Token::kEndArray;
  }
  const bool key_due = !open_.empty() && open_.back() == '{' && !value_due_;
  if (key_due && c != '"') {
    fault(End::kMalformed);
    return Token::kEnd;
  }
  if (c == '{' || c == '[') return begin(c);
  if (!key_due) return scalar();
  const std::optional<std::string_view> name = whole();
  if (!name) return Token::kEnd;
  key_.assign(name->substr(1, name->size() - 2));
  const std::uint64_t name_byte = text_byte_;
  if (!skip_blanks() || buffer_[at_] != ':') {
    fault(at_ == buffer_.size() ? End::kCut : End::kMalformed);
    return Token::kEnd;
  }
  ++at_;
  text_ = key_;
  text_byte_ = name_byte;
  value_due_ = true;
  first_ = false;
  return Token::kKey;
}

JsonStream::Token JsonStream::scalar() {
  const std::uint64_t passed = too_long_;
  const std::optional<std::string_view> text = whole();
  value_due_ = false;
  first_ = false;
  if (!text && too_long_ == passed) return Token::kEnd;
  text_ = text.value_or("");
  return Token::kScalar;
}

// The value at at_ as text, which is consumed. Nothing: a fault, or one that was passed over.
std::optional<std::string_view> JsonStream::whole() {
  while (true) {
    JsonCursor cursor(std::string_view(buffer_).substr(at_));
    cursor.skip();
    if (cursor.fault() == JsonFault::kTooDeep || cursor.fault() == JsonFault::kMalformed) {
      fault(cursor.fault() == JsonFault::kTooDeep ? End::kTooDeep : End::kMalformed);
      return std::nullopt;
    }
    if (cursor.position() > kLongestValue) {
      ++too_long_;
      if (!pass_over()) fault(End::kCut);
      return std::nullopt;
    }
    if (cursor.fault() == JsonFault::kCut && more()) continue;
    const char first = buffer_[at_];
    const bool word = first != '"' && first != '{' && first != '[';
    if (cursor.fault() == JsonFault::kCut && !word) {
      fault(End::kCut);
      return std::nullopt;
    }
    text_byte_ = byte();
    const std::string_view text = std::string_view(buffer_).substr(at_, cursor.position());
    at_ += cursor.position();
    return text;
  }
}

// Goes past the value at at_ piece by piece, keeping nothing.
bool JsonStream::pass_over() {
  int depth = 0;
  bool in_string = false;
  bool escaped = false;
  while (true) {
    for (; at_ < buffer_.size(); ++at_) {
      const char c = buffer_[at_];
      if (in_string) {
        if (escaped) {
          escaped = false;
        } else if (c == '\\') {
          escaped = true;
        } else if (c == '"') {
          in_string = false;
          if (depth == 0) return ++at_, true;
        }
        continue;
      }
      if (c == '"') in_string = true;
      if (c == '{' || c == '[') ++depth;
      const bool closes = c == '}' || c == ']';
      if (closes && depth > 0 && --depth == 0) return ++at_, true;
      if (depth == 0 && !in_string && (closes || c == ',' || is_blank(c))) return true;
    }
    if (!more()) return depth == 0 && !in_string;  // a number or a word at the very end
  }
}

std::optional<std::string_view> JsonStream::value() {
  if (!at_value()) return std::nullopt;
  const std::uint64_t passed = too_long_;
  const std::optional<std::string_view> text = whole();
  value_due_ = false;
  first_ = false;
  if (!text && too_long_ != passed) fault(End::kTooLong);
  return text;
}

std::optional<std::string_view> JsonStream::element() {
  while (at_value()) {
    if (buffer_[at_] == ']') {
      if (open_.empty() || open_.back() != '[') return fault(End::kMalformed), std::nullopt;
      open_.pop_back();
      ++at_;
      first_ = false;
      return std::nullopt;
    }
    const std::uint64_t passed = too_long_;
    const std::optional<std::string_view> text = whole();
    first_ = false;
    if (text || too_long_ == passed) return text;
  }
  return std::nullopt;
}

bool JsonStream::skip() {
  if (!at_value()) return false;
  value_due_ = false;
  first_ = false;
  return pass_over() || fault(End::kCut);
}

std::string JsonStream::take_rest() {
  std::string rest = buffer_.substr(at_);
  base_ += buffer_.size();
  buffer_.clear();
  at_ = 0;
  return rest;
}

void JsonStream::resume_after_array(std::string rest, std::uint64_t byte) {
  CHECK(!open_.empty() && open_.back() == '[');
  open_.pop_back();
  buffer_ = std::move(rest);
  at_ = 0;
  base_ = byte;
  first_ = false;
  value_due_ = false;
}

}  // namespace lynxbench::trace
