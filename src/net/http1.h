// Reads HTTP/1.1 answers (RFC 9112) from bytes in pieces of any size, without copying bodies.
//
//   Http1Parser parser;
//   parser.begin(Http1Parser::Body::kAsSaid);
//   while (true) {
//     switch (parser.next(bytes)) {                          // takes from the front of `bytes`
//       case Http1Parser::Event::kHead: look(parser.status(), parser.field("content-type")); break;
//       case Http1Parser::Event::kBody: use(parser.body()); break;
//       case Http1Parser::Event::kEnd: ...                   // `bytes` is what came behind
//       case Http1Parser::Event::kMore: return;              // all is taken
//       case Http1Parser::Event::kError: fail(parser.problem_text());
//     }
//   }
//
// Strict where framing depends on it: CR LF ends lines, lengths are decimal, "chunked" comes last, and
// an answer with both Content-Length and Transfer-Encoding is refused. Lenient in what changes nothing:
// a missing reason, folded fields, chunk extensions of any form. Informational answers (1xx) are skipped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lynxbench::net {

enum class Http1Problem : std::uint8_t {
  kNone,
  kNotHttp,           // does not begin with "HTTP/1."
  kStatusLine,
  kField,             // a line of the header or trailer that is no field
  kHeadTooLarge,      // header, informational answers and trailer together
  kContentLength,     // no number, or two different ones
  kTransferEncoding,  // "chunked" twice or not last, or beside a Content-Length
  kChunkSize,
  kChunkEnd,          // no CR LF behind a chunk's bytes
  kUpgrade,           // 101: another protocol, which nobody asked for
  kCut,               // the connection ended before the answer did
};
[[nodiscard]] std::string_view name_of(Http1Problem problem);  // "not HTTP", "cut off" ...

class Http1Parser {
 public:
  enum class Event : std::uint8_t { kMore, kHead, kBody, kEnd, kError };
  enum class Body : std::uint8_t { kAsSaid, kNone };  // kNone: of an answer to HEAD

  struct Field {
    std::string_view name;   // as it was sent: compare without case
    std::string_view value;  // without blanks around it
  };

  explicit Http1Parser(std::size_t most_head_bytes = 65'536) : most_head_bytes_(most_head_bytes) {}

  // Forgets everything and waits for an answer's first byte.
  void begin(Body body);
  [[nodiscard]] Event next(std::string_view& bytes);
  // The connection ended in order: kEnd where that ends the body, else kError.
  [[nodiscard]] Event end_of_input();

  // Of the answer, from kHead on.
  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] bool keep_alive() const { return keep_alive_; }  // the connection may be used again
  // With kHead, until the next call of next().
  [[nodiscard]] std::string_view reason() const { return reason_; }
  [[nodiscard]] std::span<const Field> fields() const { return fields_; }
  // The first of that name (given in lower case); "" when there is none.
  [[nodiscard]] std::string_view field(std::string_view name) const;
  // With kBody, until the bytes that were given go.
  [[nodiscard]] std::string_view body() const { return body_; }

  // Any byte of the answer was seen.
  [[nodiscard]] bool begun() const { return head_bytes_ > 0; }
  // With kError.
  [[nodiscard]] Http1Problem problem() const { return problem_; }
  [[nodiscard]] const std::string& problem_text() const { return problem_text_; }

 private:
  enum class State : std::uint8_t {
    kHead, kLength, kChunkSize, kChunkExtension, kChunkLineEnd, kChunkBytes, kChunkCr, kChunkLf, kTrailer,
    kToTheEnd, kNoBody, kDone, kFailed
  };
  enum class Parsed : std::uint8_t { kWhole, kPart, kFolded, kBad };

  Event read_head(std::string_view& bytes);
  Event read_buffered_head(std::string_view& bytes);
  Event after_head();
  Event read_length(std::string_view& bytes);
  bool read_chunk_line(std::string_view& bytes);
  Event read_trailer(std::string_view& bytes);
  bool trailer_line(std::string_view line);

  Parsed parse_head(std::string_view text, std::size_t& length);
  const char* parse_status_line(const char* at, const char* end);
  bool note_field(const Field& field);
  bool note_content_length(std::string_view value);
  bool note_transfer_encoding(std::string_view value);
  void note_connection(std::string_view value);
  Event fail(Http1Problem problem, std::string text);
  Parsed bad(Http1Problem problem, std::string text);

  const std::size_t most_head_bytes_;
  State state_ = State::kHead;
  Body wanted_ = Body::kAsSaid;
  bool keep_alive_ = false;
  bool closes_ = false;
  bool has_length_ = false;
  bool has_coding_ = false;
  bool chunked_ = false;
  int status_ = 0;
  std::uint64_t left_ = 0;        // of the body, or of the chunk
  std::uint64_t length_ = 0;      // Content-Length
  int size_digits_ = 0;
  std::size_t head_bytes_ = 0;    // of heads and trailers so far
  bool trailer_begun_ = false;    // a line that goes on with another can follow
  std::string_view reason_;
  std::string_view body_;
  std::vector<Field> fields_;
  std::string buffer_;            // a head that came in pieces, or a line of the trailer
  Http1Problem problem_ = Http1Problem::kNone;
  std::string problem_text_;
};

}  // namespace lynxbench::net
