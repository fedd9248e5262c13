#include "net/http1.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <utility>

namespace lynxbench::net {
namespace {

enum : unsigned char { kToken = 1, kValue = 2, kHex = 4 };

constexpr std::array<unsigned char, 256> make_classes() {
  std::array<unsigned char, 256> classes{};
  for (unsigned c = 0x20; c < 256; ++c) classes[c] = c == 0x7f ? 0 : kValue;
  classes['\t'] = kValue;
  for (unsigned char c = '0'; c <= '9'; ++c) classes[c] |= kToken | kHex;
  for (unsigned char c = 'a'; c <= 'z'; ++c) classes[c] |= kToken;
  for (unsigned char c = 'A'; c <= 'Z'; ++c) classes[c] |= kToken;
  for (unsigned char c = 'a'; c <= 'f'; ++c) classes[c] |= kHex;
  for (unsigned char c = 'A'; c <= 'F'; ++c) classes[c] |= kHex;
  for (char c : std::string_view("!#$%&'*+-.^_`|~")) classes[static_cast<unsigned char>(c)] |= kToken;
  return classes;
}
constexpr std::array<unsigned char, 256> kClasses = make_classes();

bool is_a(unsigned char kind, char c) { return (kClasses[static_cast<unsigned char>(c)] & kind) != 0; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// `name` is in lower case.
bool is_name(std::string_view text, std::string_view name) {
  return text.size() == name.size() &&
         std::equal(text.begin(), text.end(), name.begin(), [](char a, char b) { return lower(a) == b; });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// The next item of a comma-separated list, taken from its front.
std::string_view next_item(std::string_view& list) {
  std::size_t comma = std::min(list.find(','), list.size());
  std::string_view item = trimmed(list.substr(0, comma));
  list.remove_prefix(std::min(comma + 1, list.size()));
  return item;
}

// The beginning of foreign bytes, for people.
std::string shown(std::string_view bytes) {
  std::string out;
  for (char c : bytes.substr(0, 40)) {
    if (c == '\r' || c == '\n') break;
    if (c >= 0x20 && c < 0x7f && c != '"') out += c;
    else out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return out;
}

constexpr std::string_view kBegin = "HTTP/1.";
constexpr std::string_view kEndOfHead = "\r\n\r\n";

}  // namespace

std::string_view name_of(Http1Problem problem) {
  constexpr std::array<std::string_view, 11> kNames{
      "none", "not HTTP", "bad status line", "bad field", "header too large", "bad Content-Length",
      "bad Transfer-Encoding", "bad chunk size", "bad end of chunk", "upgrade", "cut off"};
  return kNames.at(static_cast<std::size_t>(problem));
}

void Http1Parser::begin(Body body) {
  state_ = State::kHead;
  wanted_ = body;
  head_bytes_ = 0;
  if (!buffer_.empty()) buffer_.clear();
  if (problem_ != Http1Problem::kNone) {
    problem_ = Http1Problem::kNone;
    problem_text_.clear();
  }
}

std::string_view Http1Parser::field(std::string_view name) const {
  for (const Field& one : fields_) {
    if (is_name(one.name, name)) return one.value;
  }
  return {};
}

Http1Parser::Event Http1Parser::fail(Http1Problem problem, std::string text) {
  state_ = State::kFailed;
  problem_ = problem;
  problem_text_ = std::move(text);
  return Event::kError;
}

Http1Parser::Parsed Http1Parser::bad(Http1Problem problem, std::string text) {
  fail(problem, std::move(text));
  return Parsed::kBad;
}

Http1Parser::Event Http1Parser::next(std::string_view& bytes) {
  switch (state_) {
    case State::kHead:
      while (!bytes.empty()) {  // more than once: informational answers
        Event event = buffer_.empty() ? read_head(bytes) : read_buffered_head(bytes);
        if (event != Event::kMore) return event;
      }
      return Event::kMore;
    case State::kLength:
    case State::kToTheEnd:
      return read_length(bytes);
    case State::kNoBody:
      state_ = State::kDone;
      return Event::kEnd;
    case State::kTrailer:
      return read_trailer(bytes);
    case State::kDone:
      return Event::kMore;
    case State::kFailed:
      return Event::kError;
    default:
      break;
  }
  if (state_ != State::kChunkBytes && !read_chunk_line(bytes)) {
    return state_ == State::kFailed ? Event::kError : Event::kMore;
  }
  return state_ == State::kTrailer ? read_trailer(bytes) : read_length(bytes);
}

Http1Parser::Event Http1Parser::read_length(std::string_view& bytes) {
  if (bytes.empty()) return Event::kMore;
  if (state_ == State::kToTheEnd) {
    body_ = std::exchange(bytes, {});
    return Event::kBody;
  }
  body_ = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
  bytes.remove_prefix(body_.size());
  left_ -= body_.size();
  if (left_ == 0) state_ = state_ == State::kLength ? State::kNoBody : State::kChunkCr;
  return Event::kBody;
}

// The line between chunks: the end of the one before, and a size. True when a chunk's bytes or the
// trailer come next.
bool Http1Parser::read_chunk_line(std::string_view& bytes) {
  while (!bytes.empty()) {
    const char c = bytes.front();
    switch (state_) {
      case State::kChunkCr:
      case State::kChunkLf:
        if (c != (state_ == State::kChunkCr ? '\r' : '\n')) {
          fail(Http1Problem::kChunkEnd, "a chunk is longer than its size says");
          return false;
        }
        if (state_ == State::kChunkLf) {
          left_ = 0;
          size_digits_ = 0;
        }
        state_ = state_ == State::kChunkCr ? State::kChunkLf : State::kChunkSize;
        break;
      case State::kChunkSize:
        if (is_a(kHex, c)) {
          if (left_ >> 60 != 0) {
            fail(Http1Problem::kChunkSize, "a chunk's size is beyond 64 bits");
            return false;
          }
          left_ = left_ << 4 | static_cast<unsigned>(c <= '9' ? c - '0' : lower(c) - 'a' + 10);
          ++size_digits_;
          break;
        }
        if (size_digits_ == 0 || (c != '\r' && c != ';' && !is_blank(c))) {
          fail(Http1Problem::kChunkSize, fmt::format("a chunk's size is no hexadecimal number: \"{}\"", shown(bytes)));
          return false;
        }
        state_ = c == '\r' ? State::kChunkLineEnd : State::kChunkExtension;
        break;
      case State::kChunkExtension:
        if (c == '\r') {
          state_ = State::kChunkLineEnd;
        } else if (!is_a(kValue, c)) {
          fail(Http1Problem::kChunkSize, "a control character behind a chunk's size");
          return false;
        } else if (++head_bytes_ > most_head_bytes_) {
          fail(Http1Problem::kHeadTooLarge, fmt::format("more than {} bytes of chunk extensions", most_head_bytes_));
          return false;
        }
        break;
      default:  // kChunkLineEnd
        if (c != '\n') {
          fail(Http1Problem::kChunkSize, "CR without LF behind a chunk's size");
          return false;
        }
        bytes.remove_prefix(1);
        state_ = left_ == 0 ? State::kTrailer : State::kChunkBytes;
        trailer_begun_ = false;
        buffer_.clear();
        return true;
    }
    bytes.remove_prefix(1);
  }
  return false;
}

Http1Parser::Event Http1Parser::read_trailer(std::string_view& bytes) {
  while (!bytes.empty()) {
    const auto* end = static_cast<const char*>(std::memchr(bytes.data(), '\n', bytes.size()));
    std::size_t count = end == nullptr ? bytes.size() : static_cast<std::size_t>(end - bytes.data()) + 1;
    head_bytes_ += count;
    if (head_bytes_ > most_head_bytes_) {
      return fail(Http1Problem::kHeadTooLarge, fmt::format("header and trailer have more than {} bytes", most_head_bytes_));
    }
    buffer_.append(bytes.substr(0, count));
    bytes.remove_prefix(count);
    if (end == nullptr) return Event::kMore;
    if (buffer_ == "\r\n") {
      state_ = State::kDone;
      return Event::kEnd;
    }
    if (!trailer_line(buffer_)) {
      return fail(Http1Problem::kField, fmt::format("a line of the trailer is no field: \"{}\"", shown(buffer_)));
    }
    trailer_begun_ = true;
    buffer_.clear();
  }
  return Event::kMore;
}

bool Http1Parser::trailer_line(std::string_view line) {
  if (!line.ends_with("\r\n")) return false;
  line.remove_suffix(2);
  std::size_t name = 0;
  while (name < line.size() && is_a(kToken, line[name])) ++name;
  const bool folded = trailer_begun_ && !line.empty() && is_blank(line.front());
  if (!folded && (name == 0 || name == line.size() || line[name] != ':')) return false;
  return std::all_of(line.begin(), line.end(), [](char c) { return is_a(kValue, c); });
}

Http1Parser::Event Http1Parser::read_head(std::string_view& bytes) {
  std::size_t length = 0;
  switch (parse_head(bytes, length)) {
    case Parsed::kWhole:
      if (head_bytes_ + length > most_head_bytes_) break;
      head_bytes_ += length;
      bytes.remove_prefix(length);
      return after_head();
    case Parsed::kBad:
      return Event::kError;
    default:
      return read_buffered_head(bytes);
  }
  return fail(Http1Problem::kHeadTooLarge, fmt::format("the header has more than {} bytes", most_head_bytes_));
}

// A head that did not come in one piece, or one that must be changed to be read.
Http1Parser::Event Http1Parser::read_buffered_head(std::string_view& bytes) {
  const std::size_t searched = buffer_.size() < 3 ? 0 : buffer_.size() - 3;
  const std::size_t room = most_head_bytes_ - std::min(head_bytes_, most_head_bytes_) + 1;
  const std::size_t before = buffer_.size();
  buffer_.append(bytes.substr(0, room));
  const std::size_t found = buffer_.find(kEndOfHead, searched);
  const std::size_t length = found == std::string::npos ? buffer_.size() : found + kEndOfHead.size();
  head_bytes_ += length - before;
  bytes.remove_prefix(length - before);
  buffer_.resize(length);
  const std::string_view begin = std::string_view(buffer_).substr(0, kBegin.size());
  if (begin != kBegin.substr(0, begin.size())) {
    return fail(Http1Problem::kNotHttp, fmt::format("the answer is not HTTP/1: it begins with \"{}\"", shown(buffer_)));
  }
  if (head_bytes_ > most_head_bytes_) {
    return fail(Http1Problem::kHeadTooLarge, fmt::format("the header has more than {} bytes", most_head_bytes_));
  }
  if (found == std::string::npos) return Event::kMore;
  for (std::size_t at = buffer_.find("\r\n", buffer_.find("\r\n") + 2); at + 4 < length;
       at = buffer_.find("\r\n", at + 2)) {
    if (is_blank(buffer_[at + 2])) buffer_[at] = buffer_[at + 1] = ' ';  // a folded line
  }
  std::size_t parsed = 0;
  switch (parse_head(buffer_, parsed)) {
    case Parsed::kWhole:
      return after_head();
    case Parsed::kBad:
      return Event::kError;
    default:
      return fail(Http1Problem::kField, "a folded line without a field before it");
  }
}

Http1Parser::Event Http1Parser::after_head() {
  if (status_ == 101) return fail(Http1Problem::kUpgrade, "HTTP 101: the server wants to switch protocols");
  if (status_ < 200) {  // informational: the answer follows
    buffer_.clear();
    state_ = State::kHead;
    return Event::kMore;
  }
  left_ = 0;
  keep_alive_ = keep_alive_ && !closes_;
  if (wanted_ == Body::kNone || status_ == 204 || status_ == 304) {
    state_ = State::kNoBody;
  } else if (chunked_) {
    state_ = State::kChunkSize;
    size_digits_ = 0;
  } else if (has_length_ && !has_coding_) {
    left_ = length_;
    state_ = left_ == 0 ? State::kNoBody : State::kLength;
  } else {
    state_ = State::kToTheEnd;
    keep_alive_ = false;
  }
  return Event::kHead;
}

const char* Http1Parser::parse_status_line(const char* at, const char* end) {
  // HTTP/1.x SP 3DIGIT [SP reason] CR LF
  const auto* line_end = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
  if (line_end == nullptr) return nullptr;
  std::string_view line(at, static_cast<std::size_t>(line_end - at));
  if (!line.starts_with(kBegin)) {
    fail(Http1Problem::kNotHttp, fmt::format("the answer is not HTTP/1: it begins with \"{}\"", shown(line)));
    return nullptr;
  }
  auto digit = [&](std::size_t i) { return line[i] >= '0' && line[i] <= '9'; };
  const bool good = line.size() >= 13 && line.back() == '\r' && digit(7) && line[8] == ' ' && digit(9) && digit(10) &&
                    digit(11) && line[9] != '0' && (line[12] == ' ' || line.size() == 13) &&
                    std::all_of(line.begin(), line.end() - 1, [](char c) { return is_a(kValue, c); });
  if (!good) {
    fail(Http1Problem::kStatusLine, fmt::format("no status line: \"{}\"", shown(line)));
    return nullptr;
  }
  status_ = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  keep_alive_ = line[7] != '0';
  reason_ = line.size() > 14 ? line.substr(13, line.size() - 14) : std::string_view{};
  return line_end + 1;
}

Http1Parser::Parsed Http1Parser::parse_head(std::string_view text, std::size_t& length) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  fields_.clear();
  has_length_ = has_coding_ = chunked_ = closes_ = false;
  const char* at = parse_status_line(begin, end);
  if (at == nullptr) return state_ == State::kFailed ? Parsed::kBad : Parsed::kPart;
  while (true) {
    const char* name = at;
    while (at < end && is_a(kToken, *at)) ++at;
    if (at == end) return Parsed::kPart;
    if (at == name) {
      if (is_blank(*at)) return Parsed::kFolded;
      if (*at != '\r') return bad(Http1Problem::kField, fmt::format("a header line is no field: \"{}\"", shown({at, static_cast<std::size_t>(end - at)})));
      if (at + 1 == end) return Parsed::kPart;
      if (at[1] != '\n') return bad(Http1Problem::kField, "CR without LF in the header");
      length = static_cast<std::size_t>(at + 2 - begin);
      return Parsed::kWhole;
    }
    Field one{{name, static_cast<std::size_t>(at - name)}, {}};
    if (*at != ':') return bad(Http1Problem::kField, fmt::format("a header line is no field: \"{}\"", shown({name, static_cast<std::size_t>(end - name)})));
    ++at;
    while (at < end && is_blank(*at)) ++at;
    const char* value = at;
    while (at < end && is_a(kValue, *at)) ++at;
    if (end - at < 3) return Parsed::kPart;  // the next line's first byte tells whether it is folded
    if (at[0] != '\r' || at[1] != '\n') {
      return bad(Http1Problem::kField, fmt::format("a control character in the field \"{}\"", shown(one.name)));
    }
    if (is_blank(at[2])) return Parsed::kFolded;
    const char* value_end = at;
    while (value_end > value && is_blank(value_end[-1])) --value_end;
    one.value = {value, static_cast<std::size_t>(value_end - value)};
    fields_.push_back(one);
    if (!note_field(one)) return Parsed::kBad;
    at += 2;
  }
}

bool Http1Parser::note_field(const Field& field) {
  switch (field.name.size()) {
    case 10:
      if (is_name(field.name, "connection")) note_connection(field.value);
      return true;
    case 14:
      return !is_name(field.name, "content-length") || note_content_length(field.value);
    case 17:
      return !is_name(field.name, "transfer-encoding") || note_transfer_encoding(field.value);
    default:
      return true;
  }
}

void Http1Parser::note_connection(std::string_view value) {
  while (!value.empty()) {
    std::string_view item = next_item(value);
    if (is_name(item, "close")) closes_ = true;
    if (is_name(item, "keep-alive")) keep_alive_ = true;
  }
}

bool Http1Parser::note_content_length(std::string_view value) {
  if (has_coding_) {
    fail(Http1Problem::kTransferEncoding, "both Content-Length and Transfer-Encoding");
    return false;
  }
  std::string_view list = value;
  do {  // "5, 5" is 5, as are two fields that agree
    const std::string_view item = next_item(list);
    std::uint64_t number = 0;
    auto [end, problem] = std::from_chars(item.data(), item.data() + item.size(), number);
    if (problem != std::errc{} || end != item.data() + item.size() || value.ends_with(',')) {
      fail(Http1Problem::kContentLength, fmt::format("Content-Length is no number: \"{}\"", shown(value)));
      return false;
    }
    if (has_length_ && number != length_) {
      fail(Http1Problem::kContentLength, fmt::format("two Content-Lengths: {} and {}", length_, number));
      return false;
    }
    has_length_ = true;
    length_ = number;
  } while (!list.empty());
  return true;
}

bool Http1Parser::note_transfer_encoding(std::string_view value) {
  if (has_length_) {
    fail(Http1Problem::kTransferEncoding, "both Content-Length and Transfer-Encoding");
    return false;
  }
  has_coding_ = true;
  while (!value.empty()) {
    std::string_view item = next_item(value);
    if (item.empty()) continue;
    if (chunked_) {
      fail(Http1Problem::kTransferEncoding, "\"chunked\" is not the last Transfer-Encoding");
      return false;
    }
    const auto token_end = std::find_if_not(item.begin(), item.end(), [](char c) { return is_a(kToken, c); });
    const std::string_view token(item.begin(), token_end);
    const std::string_view parameters = trimmed(item.substr(token.size()));
    chunked_ = is_name(token, "chunked");
    if (token.empty() || (!parameters.empty() && (chunked_ || parameters.front() != ';'))) {
      fail(Http1Problem::kTransferEncoding, fmt::format("no Transfer-Encoding: \"{}\"", shown(item)));
      return false;
    }
  }
  return true;
}

Http1Parser::Event Http1Parser::end_of_input() {
  switch (state_) {
    case State::kToTheEnd:
    case State::kNoBody:
      state_ = State::kDone;
      return Event::kEnd;
    case State::kDone:
      return Event::kMore;
    case State::kFailed:
      return Event::kError;
    case State::kHead:
      return fail(Http1Problem::kCut, head_bytes_ == 0 ? "before any byte of the answer" : "in the answer's header");
    case State::kLength:
      return fail(Http1Problem::kCut, fmt::format("after {} of {} bytes of the body", length_ - left_, length_));
    default:
      return fail(Http1Problem::kCut, "before the last chunk of the body");
  }
}

}  // namespace lynxbench::net
