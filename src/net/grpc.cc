#include "net/grpc.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace lynxbench::net {
namespace {

constexpr std::size_t kHead = 5;
constexpr std::string_view kContentType = "application/grpc";
constexpr std::size_t kMostOtherBody = 200;
constexpr std::size_t kMostReserved = 16 << 20;  // on the peer's word alone

std::uint32_t big_endian_32(std::string_view bytes) {
  std::uint32_t value = 0;
  for (char byte : bytes.substr(0, 4)) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

std::optional<std::uint32_t> number_in(std::string_view text) {
  std::uint32_t value = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool whole = problem == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(value) : std::nullopt;
}

std::optional<int> hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return std::nullopt;
}

// Control characters and line ends as blanks: a detail is one line.
std::string one_line(std::string_view text) {
  std::string line(text.substr(0, kMostOtherBody));
  std::replace_if(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return line;
}

}  // namespace

std::string grpc_code_name(std::uint32_t code) {
  constexpr std::array<std::string_view, 17> kNames = {
      "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
      "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE",
      "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"};
  return code < kNames.size() ? std::string(kNames[code]) : fmt::format("code {}", code);
}

std::string grpc_frame(std::string_view message) {
  auto length = static_cast<std::uint32_t>(message.size());
  std::string frame = {'\0', static_cast<char>(length >> 24), static_cast<char>(length >> 16),
                       static_cast<char>(length >> 8), static_cast<char>(length)};
  frame += message;
  return frame;
}

Status GrpcFrames::add(std::string_view bytes, const std::function<void(std::string_view)>& take) {
  while (!bytes.empty()) {
    // The head: in `waiting_` as soon as a message is not whole in `bytes`.
    if (waiting_.size() < kHead && waiting_.size() + bytes.size() < kHead) {
      waiting_.append(bytes);
      return ok_status();
    }
    if (!waiting_.empty() && waiting_.size() < kHead) {
      std::size_t lacking = kHead - waiting_.size();
      waiting_.append(bytes.substr(0, lacking));
      bytes.remove_prefix(lacking);
    }
    std::string_view head = waiting_.empty() ? bytes : std::string_view(waiting_);
    if (head[0] == 1) return error(ErrorCode::kInvalidInput, "a compressed message, which was not asked for");
    if (head[0] != 0) {
      return error(ErrorCode::kInvalidInput, "a message's first byte is {}, not 0 or 1",
                   static_cast<unsigned char>(head[0]));
    }
    std::size_t length = big_endian_32(head.substr(1));
    if (length > most_bytes_) {
      return error(ErrorCode::kExhausted, "a message of {} bytes; at most {} are wanted", length, most_bytes_);
    }
    std::size_t whole = kHead + length;
    if (waiting_.empty() && bytes.size() >= whole) {
      take(bytes.substr(kHead, length));
      bytes.remove_prefix(whole);
      continue;
    }
    waiting_.reserve(std::min(whole, kMostReserved));
    std::size_t part = std::min(whole - waiting_.size(), bytes.size());
    waiting_.append(bytes.substr(0, part));
    bytes.remove_prefix(part);
    if (waiting_.size() < whole) return ok_status();
    take(std::string_view(waiting_).substr(kHead));
    waiting_.clear();
  }
  return ok_status();
}

std::string grpc_percent_encoded(std::string_view text) {
  std::string encoded;
  for (char c : text) {
    if (c >= ' ' && c <= '~' && c != '%') encoded += c;
    else encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

std::string grpc_percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::optional<int> high = at + 2 < text.size() ? hex_digit(text[at + 1]) : std::nullopt;
    std::optional<int> low = at + 2 < text.size() ? hex_digit(text[at + 2]) : std::nullopt;
    if (text[at] == '%' && high && low) {
      decoded += static_cast<char>(*high * 16 + *low);
      at += 2;
    } else {
      decoded += text[at];
    }
  }
  return decoded;
}

std::string grpc_timeout(Nanos length) {
  constexpr std::int64_t kMost = 99'999'999;
  struct TimeUnit { char letter; std::int64_t ns; };
  constexpr std::array<TimeUnit, 6> kUnits = {{{'n', 1}, {'u', 1'000}, {'m', 1'000'000}, {'S', 1'000'000'000},
                                               {'M', 60'000'000'000}, {'H', 3'600'000'000'000}}};
  std::int64_t ns = std::max<std::int64_t>(length.count(), 1);
  for (std::size_t i = 4; i-- > 0;) {  // the largest of n .. S that it is a multiple of
    if (ns % kUnits[i].ns == 0 && ns / kUnits[i].ns <= kMost) return fmt::format("{}{}", ns / kUnits[i].ns, kUnits[i].letter);
  }
  for (const TimeUnit& unit : kUnits) {
    std::int64_t count = (ns - 1) / unit.ns + 1;
    if (count <= kMost) return fmt::format("{}{}", count, unit.letter);
  }
  return fmt::format("{}H", kMost);
}

GrpcHeaders::GrpcHeaders(std::string_view scheme, std::string_view authority, std::string_view path,
                         std::optional<Nanos> timeout, const Http2KeptHeaders& more)
    : headers_({{":method", "POST"},
                {":scheme", std::string(scheme)},
                {":path", std::string(path)},
                {":authority", std::string(authority)},
                {"te", "trailers"},
                {"content-type", std::string(kContentType)},
                {"user-agent", "lynxbench"}}) {
  if (timeout) headers_.emplace_back("grpc-timeout", grpc_timeout(*timeout));
  headers_.insert(headers_.end(), more.begin(), more.end());
  views_ = views_of(headers_);
}

void grpc_accept(Http2Session& session, std::int32_t stream) {
  constexpr std::array<Http2Header, 2> kHeaders = {{{":status", "200"}, {"content-type", kContentType}}};
  session.respond(stream, kHeaders, Http2End::kMore);
}

void grpc_send(Http2Session& session, std::int32_t stream, std::string_view message) {
  session.send(stream, grpc_frame(message), Http2End::kMore);
}

void grpc_finish(Http2Session& session, std::int32_t stream, std::uint32_t code, std::string_view message) {
  std::string number = std::to_string(code);
  std::string encoded = grpc_percent_encoded(message);
  std::array<Http2Header, 2> trailers = {{{"grpc-status", number}, {"grpc-message", encoded}}};
  session.trailers(stream, Http2Headers(trailers).first(encoded.empty() ? 1 : 2));
}

void grpc_refuse(Http2Session& session, std::int32_t stream, std::uint32_t code, std::string_view message) {
  std::string number = std::to_string(code);
  std::string encoded = grpc_percent_encoded(message);
  std::array<Http2Header, 4> headers = {{{":status", "200"},
                                         {"content-type", kContentType},
                                         {"grpc-status", number},
                                         {"grpc-message", encoded}}};
  session.respond(stream, headers, Http2End::kEnd);
}

Status GrpcCall::start(Http2Session& session, Http2Headers headers, std::string_view framed, Http2End end) {
  stream_ = TRY(session.open(headers, *this));
  session_ = &session;
  our_end_ = end == Http2End::kEnd;
  answered_ = peer_end_ = is_grpc_ = false;
  http_status_ = 0;
  content_type_.clear();
  status_.reset();
  message_.clear();
  other_body_.clear();
  frames_.clear();
  session.send_view(stream_, framed, end);
  return ok_status();
}

void GrpcCall::send(std::string_view framed, Http2End end) {
  if (session_ == nullptr) return;
  our_end_ = our_end_ || end == Http2End::kEnd;
  session_->send_view(stream_, framed, end);
}

void GrpcCall::cancel() {
  if (session_ != nullptr) session_->forget(stream_);
  session_ = nullptr;
}

void GrpcCall::note_status(Http2Headers headers) {
  std::string_view status = value_of(headers, "grpc-status");
  if (status.empty()) return;
  status_ = number_in(status).value_or(kGrpcUnknown);
  message_ = grpc_percent_decoded(value_of(headers, "grpc-message"));
}

void GrpcCall::headers(Http2Headers headers) {
  bytes_came(0);
  if (!answered_) {
    answered_ = true;
    headers_came(headers);
    http_status_ = number_in(value_of(headers, ":status")).value_or(0);
    content_type_ = value_of(headers, "content-type");
    is_grpc_ = http_status_ == 200 && content_type_.starts_with(kContentType);
  }
  note_status(headers);
}

void GrpcCall::data(std::string_view bytes) {
  bytes_came(bytes.size());
  if (!is_grpc_) {
    other_body_.append(bytes.substr(0, kMostOtherBody - std::min(kMostOtherBody, other_body_.size())));
    return;
  }
  Status added = frames_.add(bytes, [this](std::string_view whole) {
    if (running()) message(whole);
  });
  if (added.ok() || !running()) return;
  bool too_large = added.error().code == ErrorCode::kExhausted;
  stop({too_large ? GrpcEnd::Kind::kTooLarge : GrpcEnd::Kind::kFraming, 0, added.error().message});
}

void GrpcCall::ended() {
  peer_end_ = true;
  // Usually both sides have ended now, and closed() is next.
  if (!our_end_ || session_->unsent(stream_) > 0) stop(outcome());
}

void GrpcCall::closed(std::uint32_t code) {
  if (peer_end_ || status_) return finish(outcome());
  if (code == kHttp2RefusedStream) {
    return finish({GrpcEnd::Kind::kRefused, code, "the server did not take the request (REFUSED_STREAM or GOAWAY)"});
  }
  finish({GrpcEnd::Kind::kReset, code, fmt::format("the stream was reset: {}", http2_error_name(code))});
}

GrpcEnd GrpcCall::outcome() const {
  if (status_ && (is_grpc_ || *status_ != kGrpcOk)) {
    if (*status_ == kGrpcOk && !frames_.at_boundary()) {
      return {GrpcEnd::Kind::kFraming, 0,
              fmt::format("the answer ends in the middle of a message ({} bytes of it came)", frames_.waiting_bytes())};
    }
    return {GrpcEnd::Kind::kStatus, *status_, message_};
  }
  if (http_status_ != 200) {
    return {GrpcEnd::Kind::kHttpStatus, http_status_, fmt::format("HTTP {}: {}", http_status_, one_line(other_body_))};
  }
  if (!is_grpc_) {
    return {GrpcEnd::Kind::kContentType, 0,
            fmt::format("\"{}\" where {} was due: {}", one_line(content_type_), kContentType, one_line(other_body_))};
  }
  if (!frames_.at_boundary()) return {GrpcEnd::Kind::kFraming, 0, "the answer ends in the middle of a message, without a status"};
  return {GrpcEnd::Kind::kNoStatus, 0, "the answer ended without a grpc-status"};
}

void GrpcCall::finish(const GrpcEnd& end) {
  session_ = nullptr;
  finished(end);
}

void GrpcCall::stop(const GrpcEnd& end) {
  session_->forget(stream_);
  finish(end);
}

}  // namespace lynxbench::net
