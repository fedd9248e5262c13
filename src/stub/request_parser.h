// HTTP/1.1 requests out of a stream of bytes (RFC 9112). The stub's own, so that a mistake of the
// client's parser cannot hide in the server that it is tested against.
//
//   RequestParser parser;
//   switch (parser.parse(bytes)) {          // all bytes that came and are not consumed
//     case ParseState::kMore: ...           // ask again with more behind them
//     case ParseState::kReady: use(parser.request()); drop(parser.consumed()); parser.reset();
//     case ParseState::kBad: answer(parser.bad_status(), parser.bad_reason());
//   }
//
// Strict: lines end with CR LF, no folded lines, no blank before a colon, never both a length and
// chunks. Pure: no input makes it fail otherwise, and what it gives are views of `bytes`, but for a
// chunked body, which is its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lynxbench::stub {

struct Header {
  std::string_view name;
  std::string_view value;
};

// The first of that name, without regard to case.
[[nodiscard]] std::optional<std::string_view> header_of(const std::vector<Header>& headers, std::string_view name);
[[nodiscard]] bool same_word(std::string_view a, std::string_view b);

struct ParsedRequest {
  std::string_view method;
  std::string_view target;
  int minor_version = 1;
  bool keep_alive = true;
  bool expects_continue = false;
  std::vector<Header> headers;
  std::string_view body;
};

enum class ParseState { kMore, kReady, kBad };

class RequestParser {
 public:
  static constexpr std::size_t kMostHead = 64 << 10;
  static constexpr std::size_t kMostHeaders = 200;

  explicit RequestParser(std::size_t most_body = std::size_t{256} << 20) : most_body_(most_body) {}

  ParseState parse(std::string_view bytes);
  // Of the last kReady, while `bytes` is unchanged.
  [[nodiscard]] const ParsedRequest& request() const { return request_; }
  // Bytes of the request that is ready.
  [[nodiscard]] std::size_t consumed() const { return consumed_; }
  // kMore with the head complete, and the client waits for 100 Continue before it sends the body.
  [[nodiscard]] bool wants_continue() const { return head_bytes_ > 0 && request_.expects_continue; }
  [[nodiscard]] int bad_status() const { return bad_status_; }
  [[nodiscard]] std::string_view bad_reason() const { return bad_reason_; }
  void reset();

 private:
  ParseState bad(int status, std::string_view reason);
  bool read_head(std::string_view head);
  bool read_request_line(std::string_view line);
  bool read_field(std::string_view line);
  bool read_field_meaning(const Header& field);
  ParseState read_chunks(std::string_view bytes);
  ParseState read_trailers(std::string_view bytes);

  std::size_t most_body_;
  ParsedRequest request_;
  std::size_t searched_ = 0;    // no end of the head in so many bytes
  std::size_t head_bytes_ = 0;  // 0: the head is not complete
  std::size_t consumed_ = 0;
  std::optional<std::size_t> length_;
  bool chunked_ = false;
  std::size_t chunk_at_ = 0;    // where the next chunk's size begins
  std::string chunks_;          // bodies of the chunks before
  int bad_status_ = 0;
  std::string_view bad_reason_;
};

}  // namespace lynxbench::stub
