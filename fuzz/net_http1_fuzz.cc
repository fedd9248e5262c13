// Our reader of HTTP/1.1 answers against Boost.Beast's, and against itself with the bytes cut in pieces.
// The first byte says how to cut (0: to a HEAD request, not cut); the rest is the answer.
#include <boost/asio/buffer.hpp>
#include <boost/beast/http.hpp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/http1.h"

namespace {

namespace http = boost::beast::http;
using lynxbench::net::Http1Parser;
using lynxbench::net::Http1Problem;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

struct Read {
  bool whole = false;
  bool failed = false;
  int status = 0;
  std::size_t fields = 0;
  std::string body;
  std::size_t used = 0;
  bool keep_alive = false;
  Http1Problem problem = Http1Problem::kNone;
};

Read ours(std::string_view text, std::size_t piece, Http1Parser::Body body) {
  Http1Parser parser(8192);
  parser.begin(body);
  Read read;
  for (std::size_t at = 0; at < text.size() && !read.whole && !read.failed; at += piece) {
    // A copy of just this piece, so that the sanitizer sees reading beyond it.
    const std::string copy(text.substr(at, piece));
    std::string_view bytes = copy;
    for (bool more = true; more;) {
      switch (parser.next(bytes)) {
        case Http1Parser::Event::kHead:
          read.status = parser.status();
          read.fields = parser.fields().size();
          read.keep_alive = parser.keep_alive();
          for (const Http1Parser::Field& one : parser.fields()) require(!one.name.empty(), "fields have names");
          break;
        case Http1Parser::Event::kBody:
          require(!parser.body().empty(), "pieces have bytes");
          read.body += parser.body();
          break;
        case Http1Parser::Event::kEnd:
          read.whole = true;
          read.used = at + copy.size() - bytes.size();
          more = false;
          break;
        case Http1Parser::Event::kError:
          require(!parser.problem_text().empty(), "problems are described");
          read.failed = true;
          more = false;
          break;
        case Http1Parser::Event::kMore:
          require(bytes.empty(), "all is taken");
          more = false;
          break;
      }
    }
  }
  if (!read.whole && !read.failed) {
    read.whole = parser.end_of_input() == Http1Parser::Event::kEnd;
    read.failed = !read.whole;
    read.used = text.size();
  }
  read.problem = parser.problem();
  return read;
}

struct Theirs : Read {
  boost::beast::error_code error;
  bool quoted = false;        // theirs looks for the end of a quoted chunk extension beyond its line
  bool odd_encoding = false;  // Transfer-Encoding is more than names and commas: theirs may not look for chunked then
};

Theirs beasts(std::string_view text, Http1Parser::Body body) {
  Theirs read;
  while (true) {  // once more for each informational answer
    http::response_parser<http::string_body> parser;
    parser.header_limit(8192);
    parser.body_limit(boost::none);
    if (body == Http1Parser::Body::kNone) parser.skip(true);
    boost::asio::const_buffer rest(text.data() + read.used, text.size() - read.used);
    // First the header alone: what it says of the body is not to be believed for some answers.
    parser.eager(false);
    while (!parser.is_header_done() && !read.error) {
      std::size_t count = parser.put(rest, read.error);
      read.used += count;
      rest += count;
      if (count == 0 && !read.error) read.error = http::error::partial_message;
    }
    if (read.error) break;
    read.status = static_cast<int>(parser.get().result_int());
    read.fields = static_cast<std::size_t>(std::distance(parser.get().begin(), parser.get().end()));
    if (read.status >= 100 && read.status < 200 && read.status != 101) continue;
    read.keep_alive = parser.keep_alive();
    for (char c : std::string(parser.get()[http::field::transfer_encoding])) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ' || c == ',' || c == '-';
      read.odd_encoding = read.odd_encoding || !plain;
    }
    parser.eager(true);
    while (!parser.is_done() && !read.error) {
      std::size_t count = parser.put(rest, read.error);
      read.used += count;
      rest += count;
      if (read.error == http::error::need_more && rest.size() > 0 && count > 0) read.error = {};
      else if (count == 0 && !read.error) break;
    }
    if (read.error == http::error::need_more) read.error = {};
    if (!read.error && !parser.is_done()) parser.put_eof(read.error);
    read.body = parser.get().body();
    break;
  }
  read.quoted = text.find('"') != std::string_view::npos;
  read.failed = static_cast<bool>(read.error);
  read.whole = !read.failed;
  return read;
}

// Where ours is stricter or more lenient on purpose.
bool differs_on_purpose(const Read& our, const Theirs& their) {
  const boost::beast::error_code& error = their.error;
  if (their.odd_encoding) return true;
  if (our.whole) {
    return (their.quoted && error == http::error::partial_message) ||
           error == http::error::bad_status ||           // ours: a reason may be missing, with its blank
           error == http::error::bad_reason ||
           error == http::error::bad_transfer_encoding ||  // theirs: one in a trailer is refused
           error == http::error::bad_content_length ||     // as well
           error == http::error::multiple_content_length ||
           error == http::error::bad_version ||          // ours: HTTP/1.x of any x
           error == http::error::bad_chunk_extension ||  // ours: of any form
           error == http::error::bad_line_ending ||
           error == http::error::header_limit ||         // theirs counts in another way
           error == http::error::bad_value;              // ours: words of Connection are not checked
  }
  switch (our.problem) {
    case Http1Problem::kStatusLine:
      return their.status < 100;
    case Http1Problem::kUpgrade:
    case Http1Problem::kHeadTooLarge:
    case Http1Problem::kTransferEncoding:
      return true;
    default:
      return false;
  }
}

// `word` in lower case.
bool has_word(std::string text, const char* word) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text.find(word) != std::string::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto body = data[0] == 0 ? Http1Parser::Body::kNone : Http1Parser::Body::kAsSaid;
  const Read whole = ours(text, text.size() + 1, body);
  const Read cut = ours(text, data[0] % 16 + 1, body);
  require(whole.whole == cut.whole, "cut in pieces, it is as whole");
  if (whole.whole) {
    require(whole.status == cut.status && whole.fields == cut.fields && whole.body == cut.body &&
                whole.used == cut.used && whole.keep_alive == cut.keep_alive,
            "cut in pieces, it is the same");
  }
  const Theirs their = beasts(text, body);
  if (whole.whole != their.whole) {
    if (differs_on_purpose(whole, their)) return 0;
    std::fprintf(stderr, "ours: %s (%s); Beast: %s\n", whole.whole ? "whole" : "failed",
                 std::string(name_of(whole.problem)).c_str(), their.error.message().c_str());
    require(false, "both accept it or none");
  }
  if (!whole.whole) return 0;
  require(whole.status == their.status, "the same status");
  require(whole.fields == their.fields, "as many fields");
  require(whole.body == their.body, "the same body");
  require(whole.used == their.used, "as many bytes used");
  // Where a server says both, or speaks of a proxy's connection, ours is not used again.
  if (!(their.keep_alive && has_word(text, "close"))) {
    require(whole.keep_alive == their.keep_alive || has_word(text, "proxy-connection"), "the same word on the connection");
  }
  return 0;
}
