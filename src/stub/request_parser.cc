#include "stub/request_parser.h"

#include <algorithm>
#include <charconv>

namespace lynxbench::stub {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// RFC 9110, 5.6.2: what names are made of.
bool is_token_char(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}
bool is_token(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char); }

bool is_field_char(char c) {
  auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<std::size_t> number(std::string_view text, int base) {
  std::uint64_t value = 0;
  if (text.empty() || text.size() > 16) return std::nullopt;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool has_word(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    std::size_t comma = std::min(list.find(','), list.size());
    if (same_word(without_blanks(list.substr(0, comma)), word)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

}  // namespace

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::string_view> header_of(const std::vector<Header>& headers, std::string_view name) {
  for (const Header& header : headers) {
    if (same_word(header.name, name)) return header.value;
  }
  return std::nullopt;
}

void RequestParser::reset() {
  std::vector<Header> headers = std::move(request_.headers);
  headers.clear();
  request_ = {};
  request_.headers = std::move(headers);  // its memory is used again
  searched_ = head_bytes_ = consumed_ = chunk_at_ = 0;
  length_.reset();
  chunked_ = false;
  chunks_.clear();
  bad_status_ = 0;
  bad_reason_ = {};
}

ParseState RequestParser::bad(int status, std::string_view reason) {
  bad_status_ = status;
  bad_reason_ = reason;
  return ParseState::kBad;
}

ParseState RequestParser::parse(std::string_view bytes) {
  if (bad_status_ != 0) return ParseState::kBad;
  bool is_new = head_bytes_ == 0;
  if (is_new) {
    std::size_t end = bytes.find("\r\n\r\n", searched_);
    if (end == std::string_view::npos) {
      searched_ = bytes.size() < 3 ? 0 : bytes.size() - 3;
      return bytes.size() > kMostHead ? bad(431, "the head is larger than 64 KiB") : ParseState::kMore;
    }
    head_bytes_ = end + 4;
    if (head_bytes_ > kMostHead) return bad(431, "the head is larger than 64 KiB");
    chunk_at_ = head_bytes_;
    if (!read_head(bytes.substr(0, end + 2))) return ParseState::kBad;
    if (chunked_ && length_) return bad(400, "both Content-Length and Transfer-Encoding");
    if (length_.value_or(0) > most_body_) return bad(413, "the body is too large");
  }
  ParseState state = ParseState::kReady;
  if (chunked_) {
    state = read_chunks(bytes);
  } else {
    consumed_ = head_bytes_ + length_.value_or(0);
    if (bytes.size() < consumed_) return ParseState::kMore;
    request_.body = bytes.substr(head_bytes_, length_.value_or(0));
  }
  if (state != ParseState::kReady || is_new) return state;
  // The bytes may have moved since the head was read.
  request_.headers.clear();
  length_.reset();
  chunked_ = false;
  std::string_view body = request_.body;
  bool read = read_head(bytes.substr(0, head_bytes_ - 2));
  request_.body = body;
  return read ? ParseState::kReady : ParseState::kBad;
}

// `head`: the lines, each with its end.
bool RequestParser::read_head(std::string_view head) {
  std::size_t end = head.find(kLineEnd);
  if (!read_request_line(head.substr(0, end))) return false;
  head.remove_prefix(end + 2);
  while (!head.empty()) {
    end = head.find(kLineEnd);
    if (!read_field(head.substr(0, end))) return false;
    head.remove_prefix(end + 2);
  }
  return true;
}

bool RequestParser::read_request_line(std::string_view line) {
  std::size_t first = line.find(' ');
  std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return bad(400, "no request line"), false;
  request_.method = line.substr(0, first);
  request_.target = line.substr(first + 1, last - first - 1);
  std::string_view version = line.substr(last + 1);
  if (!is_token(request_.method)) return bad(400, "the method is no word"), false;
  bool printable = std::all_of(request_.target.begin(), request_.target.end(),
                               [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7f; });
  if (request_.target.empty() || !printable) return bad(400, "the target is no URL"), false;
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return bad(505, "no HTTP/1.1"), false;
  request_.minor_version = version.back() - '0';
  request_.keep_alive = request_.minor_version == 1;
  return true;
}

bool RequestParser::read_field(std::string_view line) {
  std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return bad(400, "a header line without a colon"), false;
  Header field{line.substr(0, colon), without_blanks(line.substr(colon + 1))};
  if (!is_token(field.name)) return bad(400, "a header's name is no word"), false;
  if (!std::all_of(field.value.begin(), field.value.end(), is_field_char)) {
    return bad(400, "a control character in a header"), false;
  }
  if (request_.headers.size() == kMostHeaders) return bad(431, "more than 200 headers"), false;
  request_.headers.push_back(field);
  return read_field_meaning(field);
}

bool RequestParser::read_field_meaning(const Header& field) {
  switch (field.name.size()) {  // most headers are told apart by their length
    case 6:
      if (same_word(field.name, "expect") && request_.minor_version == 1) request_.expects_continue = same_word(field.value, "100-continue");
      return true;
    case 10:
      if (!same_word(field.name, "connection")) return true;
      if (has_word(field.value, "close")) request_.keep_alive = false;
      else if (has_word(field.value, "keep-alive")) request_.keep_alive = true;
      return true;
    case 14: {
      if (!same_word(field.name, "content-length")) return true;
      bool digits = field.value.find_first_not_of("0123456789") == std::string_view::npos;
      std::optional<std::size_t> length = digits ? number(field.value, 10) : std::nullopt;
      if (!length || (length_ && *length_ != *length)) return bad(400, "Content-Length is no length"), false;
      length_ = length;
      return true;
    }
    case 17:
      if (!same_word(field.name, "transfer-encoding")) return true;
      if (!same_word(field.value, "chunked")) return bad(501, "a transfer coding other than chunked"), false;
      if (chunked_) return bad(400, "chunked twice"), false;
      chunked_ = true;
      return true;
    default: return true;
  }
}

ParseState RequestParser::read_chunks(std::string_view bytes) {
  while (true) {
    std::size_t end = bytes.find(kLineEnd, chunk_at_);
    if (end == std::string_view::npos) {
      return bytes.size() - chunk_at_ > 256 ? bad(400, "no size of a chunk") : ParseState::kMore;
    }
    std::string_view line = bytes.substr(chunk_at_, end - chunk_at_);
    std::string_view digits = without_blanks(line.substr(0, std::min(line.find(';'), line.size())));
    bool hexadecimal = digits.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
    std::optional<std::size_t> size = hexadecimal ? number(digits, 16) : std::nullopt;
    if (!size || line.size() > 256) return bad(400, "no size of a chunk");
    if (*size > most_body_ || chunks_.size() + *size > most_body_) return bad(413, "the body is too large");
    if (*size == 0) return read_trailers(bytes.substr(0, bytes.size()));
    std::size_t data = end + 2;
    if (bytes.size() < data + *size + 2) return ParseState::kMore;
    if (bytes.substr(data + *size, 2) != kLineEnd) return bad(400, "no line end after a chunk");
    chunks_.append(bytes.substr(data, *size));
    chunk_at_ = data + *size + 2;
  }
}

// chunk_at_ is at the last chunk's line. Trailers are read over.
ParseState RequestParser::read_trailers(std::string_view bytes) {
  std::size_t at = bytes.find(kLineEnd, chunk_at_) + 2;
  while (true) {
    std::size_t end = bytes.find(kLineEnd, at);
    if (end == std::string_view::npos) {
      return bytes.size() - at > kMostHead ? bad(431, "the trailers are larger than 64 KiB") : ParseState::kMore;
    }
    if (end == at) {
      consumed_ = end + 2;
      request_.body = chunks_;
      return ParseState::kReady;
    }
    if (end - chunk_at_ > kMostHead) return bad(431, "the trailers are larger than 64 KiB");
    at = end + 2;
  }
}

}  // namespace lynxbench::stub
