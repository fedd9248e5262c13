#include "workload/trace/json_scanner.h"

namespace lynxbench::workload::trace {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool ends_scalar(char c) { return is_blank(c) || c == ',' || c == ':' || c == '}' || c == ']' || c == '{' || c == '[' || c == '"'; }

}  // namespace

std::string_view JsonScanner::key() const { return has_key_ ? std::string_view(key_) : std::string_view(); }

void JsonScanner::feed(std::string_view piece) {
  for (char c : piece) {
    switch (state_) {
      case State::kBetween: between(c); break;
      case State::kString:
        if (c == '"') end_string();
        else if (c == '\n') damage();
        else {
          if (c == '\\') state_ = State::kEscape;
          if (token_.size() < kKept) token_ += c;
        }
        break;
      case State::kEscape:
        if (token_.size() < kKept) token_ += c;
        state_ = State::kString;
        if (c == '\n') damage();
        break;
      case State::kScalar:
        if (!ends_scalar(c)) {
          if (token_.size() < kKept) token_ += c;
          break;
        }
        end_scalar();
        between(c);
        break;
      case State::kSkipping:
        if (c == '\n') state_ = State::kLineStart;
        break;
      case State::kLineStart:
        if (c == '{') between(c);
        else if (c != '\n') state_ = State::kSkipping;
        break;
    }
    // A line end inside a string both damages the value and ends the line.
    if (state_ == State::kSkipping && c == '\n') state_ = State::kLineStart;
    ++byte_;
  }
}

void JsonScanner::finish() {
  if (state_ == State::kScalar) end_scalar();
  if (state_ == State::kString || state_ == State::kEscape || !stack_.empty()) damage();
}

void JsonScanner::between(char c) {
  state_ = State::kBetween;
  if (is_blank(c) || c == ':') return;
  if (c == ',') {
    has_key_ = false;
  } else if (c == '"') {
    state_ = State::kString;
    token_.clear();
  } else if (c == '{' || c == '[') {
    open(c);
  } else if (c == '}' || c == ']') {
    close(c);
  } else {
    state_ = State::kScalar;
    token_.assign(1, c);
  }
}

void JsonScanner::open(char c) {
  if (stack_.size() >= static_cast<std::size_t>(kDeepest)) return damage();
  int depth = static_cast<int>(stack_.size());
  if (c == '{') events_.begin_object(key(), depth);
  else events_.begin_array(key(), depth);
  stack_ += c;
  has_key_ = false;
}

void JsonScanner::close(char c) {
  char opening = c == '}' ? '{' : '[';
  if (stack_.empty() || stack_.back() != opening) return damage();
  stack_.pop_back();
  has_key_ = false;
  int depth = static_cast<int>(stack_.size());
  if (c == '}') events_.end_object(depth);
  else events_.end_array(depth);
}

void JsonScanner::end_string() {
  state_ = State::kBetween;
  if (in_object() && !has_key_) {
    key_ = token_;
    has_key_ = true;
    return;
  }
  events_.text(key(), token_, static_cast<int>(stack_.size()));
  has_key_ = false;
}

void JsonScanner::end_scalar() {
  state_ = State::kBetween;
  events_.number(key(), token_, static_cast<int>(stack_.size()));
  has_key_ = false;
}

void JsonScanner::damage() {
  events_.damaged(byte_);
  stack_.clear();
  has_key_ = false;
  state_ = State::kSkipping;
}

}  // namespace lynxbench::workload::trace
