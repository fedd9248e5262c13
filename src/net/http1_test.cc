#include "net/http1.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lynxbench::net {
namespace {

using Event = Http1Parser::Event;
using Body = Http1Parser::Body;

// What came of one answer.
struct Read {
  int status = 0;
  std::string body;
  std::string fields;
  bool ended = false;
  bool keep_alive = false;
  Http1Problem problem = Http1Problem::kNone;
  std::string behind;

  bool operator==(const Read&) const = default;
};

void PrintTo(const Read& read, std::ostream* out) {
  *out << read.status << " ended " << read.ended << " keep " << read.keep_alive << " " << name_of(read.problem) << "\n"
       << read.fields << "\n" << read.body << "\nbehind: " << read.behind;
}

bool take(Http1Parser& parser, std::string_view piece, Read& read) {
  while (true) {
    switch (parser.next(piece)) {
      case Event::kHead:
        read.status = parser.status();
        read.keep_alive = parser.keep_alive();
        for (const Http1Parser::Field& one : parser.fields()) read.fields += fmt::format("{}={};", one.name, one.value);
        break;
      case Event::kBody:
        EXPECT_FALSE(parser.body().empty());
        read.body += parser.body();
        break;
      case Event::kEnd:
        read.ended = true;
        read.behind += piece;
        return false;
      case Event::kError:
        read.problem = parser.problem();
        EXPECT_FALSE(parser.problem_text().empty());
        return false;
      case Event::kMore:
        EXPECT_TRUE(piece.empty());
        return true;
    }
  }
}

// In pieces that end at `cuts`, then the end of the connection if `closed`.
Read read_in_pieces(const std::string& text, std::vector<std::size_t> cuts, bool closed = false, Body body = Body::kAsSaid,
                    std::size_t most = 65536) {
  Http1Parser parser(most);
  parser.begin(body);
  Read read;
  std::size_t at = 0;
  cuts.push_back(text.size());
  for (std::size_t cut : cuts) {
    std::string piece = text.substr(at, cut - at);  // a copy, so that reading beyond it is seen
    at = cut;
    if (!take(parser, piece, read)) {
      if (read.ended) read.behind += text.substr(at);
      return read;
    }
  }
  if (closed) {
    Event event = parser.end_of_input();
    read.ended = event == Event::kEnd;
    if (event == Event::kError) read.problem = parser.problem();
  }
  return read;
}

// The same however it is cut: in two at every place, and byte by byte.
Read read_all_ways(const std::string& text, bool closed = false, Body body = Body::kAsSaid) {
  Read whole = read_in_pieces(text, {}, closed, body);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(read_in_pieces(text, {cut}, closed, body), whole) << "cut at " << cut;
  }
  std::vector<std::size_t> every;
  for (std::size_t cut = 1; cut < text.size(); ++cut) every.push_back(cut);
  EXPECT_EQ(read_in_pieces(text, every, closed, body), whole);
  return whole;
}

TEST(Http1, ABodyOfKnownLengthEndsThere) {
  Read read = read_all_ways("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nServer:  x y \t\r\nEmpty:\r\n\r\nhelloHTTP/1.1 ...");
  EXPECT_EQ(read.status, 200);
  EXPECT_EQ(read.body, "hello");
  EXPECT_TRUE(read.ended);
  EXPECT_TRUE(read.keep_alive);
  EXPECT_EQ(read.behind, "HTTP/1.1 ...");
  EXPECT_EQ(read.fields, "Content-Length=5;Server=x y;Empty=;");
}

TEST(Http1, LengthsThatAgreeAreOne) {
  EXPECT_EQ(read_all_ways("HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\ncontent-length: 2\r\n\r\nhello").body, "he");
}

TEST(Http1, ChunksMayHaveExtensionsAndATrailer) {
  Read read = read_all_ways(
      "HTTP/1.1 201 Created\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n"
      "5\r\nhello\r\n0006;a=\"b;\";c\r\n world\r\nA \t\r\n, and more\r\n0\r\nSum: 1\r\n folded\r\nX:\r\n\r\nrest");
  EXPECT_EQ(read.status, 201);
  EXPECT_EQ(read.body, "hello world, and more");
  EXPECT_TRUE(read.ended);
  EXPECT_EQ(read.behind, "rest");
}

TEST(Http1, TheFirstLineOfATrailerGoesOnWithNothing) {
  Read read = read_all_ways("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n folded\r\n\r\n");
  EXPECT_FALSE(read.ended);
  EXPECT_EQ(read.problem, Http1Problem::kField);
}

TEST(Http1, WithoutALengthTheConnectionsEndIsTheBodys) {
  Read read = read_all_ways("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\nall of it", true);
  EXPECT_EQ(read.body, "all of it");
  EXPECT_TRUE(read.ended);
  EXPECT_FALSE(read.keep_alive);
  EXPECT_EQ(read_all_ways("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip ;a=b\r\n\r\nzz", true).body, "zz");
  EXPECT_TRUE(read_all_ways("HTTP/1.1 200 OK\r\n\r\n", true).ended);
}

TEST(Http1, SomeAnswersHaveNoBodyWhateverTheySay) {
  for (const char* status : {"204 No Content", "304 Not Modified"}) {
    Read read = read_all_ways(fmt::format("HTTP/1.1 {}\r\nContent-Length: 5\r\n\r\nHTTP/", status));
    EXPECT_TRUE(read.ended);
    EXPECT_EQ(read.body, "");
    EXPECT_EQ(read.behind, "HTTP/");
  }
  Read head = read_all_ways("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnext", false, Body::kNone);
  EXPECT_TRUE(head.ended);
  EXPECT_EQ(head.behind, "next");
}

TEST(Http1, InformationalAnswersAreSkipped) {
  Read read = read_all_ways(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
  EXPECT_EQ(read.status, 200);
  EXPECT_EQ(read.body, "x");
  EXPECT_EQ(read.fields, "Content-Length=1;");
  EXPECT_EQ(read_all_ways("HTTP/1.1 101 Switching\r\n\r\n").problem, Http1Problem::kUpgrade);
}

TEST(Http1, AConnectionIsKeptAsTheServerSays) {
  auto kept = [](const char* head) {
    return read_all_ways(fmt::format("HTTP/1.{}\r\nContent-Length: 0\r\n\r\n", head)).keep_alive;
  };
  EXPECT_TRUE(kept("1 200 OK"));
  EXPECT_FALSE(kept("1 200 OK\r\nConnection: Close"));
  EXPECT_FALSE(kept("1 200 OK\r\nconnection: x, close ,keep-alive"));
  EXPECT_FALSE(kept("0 200 OK"));
  EXPECT_TRUE(kept("0 200 OK\r\nConnection: Keep-Alive"));
}

TEST(Http1, AReasonMayBeMissingOrAnything) {
  EXPECT_EQ(read_all_ways("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n").status, 200);
  EXPECT_EQ(read_all_ways("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n").status, 200);
  EXPECT_EQ(read_all_ways("HTTP/1.1 599 \xc3\xa4 b\r\nContent-Length: 0\r\n\r\n").status, 599);
  Http1Parser parser;
  parser.begin(Body::kAsSaid);
  std::string_view text = "HTTP/1.1 404 Not Found\r\n\r\n";
  EXPECT_EQ(parser.next(text), Event::kHead);
  EXPECT_EQ(parser.reason(), "Not Found");
}

TEST(Http1, AFoldedFieldIsOne) {
  Read read = read_all_ways("HTTP/1.1 200 OK\r\nA: one\r\n  two\r\n\tthree\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(read.fields, "A=one    two  \tthree;Content-Length=0;");
  EXPECT_EQ(read_all_ways("HTTP/1.1 200 OK\r\n A: one\r\n\r\n").problem, Http1Problem::kField);
}

TEST(Http1, WhatIsMalformedIsNamed) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::vector<std::pair<std::string, Http1Problem>> cases = {
      {"SSH-2.0-OpenSSH_9.2\r\n\r\n", Http1Problem::kNotHttp},
      {"<html>\r\n\r\n", Http1Problem::kNotHttp},
      {"\r\n\r\n\r\n\r\n", Http1Problem::kNotHttp},
      {"HTTP/2.0 200 OK\r\n\r\n", Http1Problem::kNotHttp},
      {"HTTP/1.1 20 OK\r\n\r\n", Http1Problem::kStatusLine},
      {"HTTP/1.1 2000 OK\r\n\r\n", Http1Problem::kStatusLine},
      {"HTTP/1.1 099 OK\r\n\r\n", Http1Problem::kStatusLine},
      {"HTTP/1.x 200 OK\r\n\r\n", Http1Problem::kStatusLine},
      {ok + "no colon\r\n\r\n", Http1Problem::kField},
      {ok + ": no name\r\n\r\n", Http1Problem::kField},
      {ok + "name : blank\r\n\r\n", Http1Problem::kField},
      {ok + "A: b\x01\r\n\r\n", Http1Problem::kField},
      {ok + "A: b\rc\r\n\r\n", Http1Problem::kField},
      {ok + "Content-Length: 5x\r\n\r\n", Http1Problem::kContentLength},
      {ok + "Content-Length: -5\r\n\r\n", Http1Problem::kContentLength},
      {ok + "Content-Length:\r\n\r\n", Http1Problem::kContentLength},
      {ok + "Content-Length: 99999999999999999999\r\n\r\n", Http1Problem::kContentLength},
      {ok + "Content-Length: 5,\r\n\r\n", Http1Problem::kContentLength},
      {ok + "Content-Length: 5, 6\r\n\r\n", Http1Problem::kContentLength},
      {ok + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", Http1Problem::kContentLength},
      {ok + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", Http1Problem::kTransferEncoding},
      {ok + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", Http1Problem::kTransferEncoding},
      {ok + "Transfer-Encoding: chunked, gzip\r\n\r\n", Http1Problem::kTransferEncoding},
      {ok + "Transfer-Encoding: chunked;q=1\r\n\r\n", Http1Problem::kTransferEncoding},
      {ok + "Transfer-Encoding: chunked\xb8\r\n\r\n", Http1Problem::kTransferEncoding},
      {ok + "Transfer-Encoding: chunked\r\n\r\nx\r\n", Http1Problem::kChunkSize},
      {ok + "Transfer-Encoding: chunked\r\n\r\n\r\n", Http1Problem::kChunkSize},
      {ok + "Transfer-Encoding: chunked\r\n\r\n5\n", Http1Problem::kChunkSize},
      {ok + "Transfer-Encoding: chunked\r\n\r\n5;a\nb\r\n", Http1Problem::kChunkSize},
      {ok + "Transfer-Encoding: chunked\r\n\r\n5\rx", Http1Problem::kChunkSize},
      {ok + "Transfer-Encoding: chunked\r\n\r\n11111111111111111\r\n", Http1Problem::kChunkSize},
      {ok + "Transfer-Encoding: chunked\r\n\r\n1\r\nabc", Http1Problem::kChunkEnd},
      {ok + "Transfer-Encoding: chunked\r\n\r\n0\r\nno field\r\n\r\n", Http1Problem::kField},
  };
  for (const auto& [text, problem] : cases) {
    EXPECT_EQ(name_of(read_all_ways(text).problem), name_of(problem)) << text;
  }
}

TEST(Http1, EveryPrefixOfAnAnswerIsCutOff) {
  for (const std::string text : {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
                                 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n0\r\nA: b\r\n\r\n"}) {
    for (std::size_t length = 0; length < text.size(); ++length) {
      Read read = read_in_pieces(text.substr(0, length), {}, true);
      EXPECT_EQ(name_of(read.problem), "cut off") << length;
      EXPECT_FALSE(read.ended);
    }
    EXPECT_TRUE(read_in_pieces(text, {}).ended);
  }
}

TEST(Http1, TooMuchHeaderIsRefusedAtTheLimit) {
  auto problem = [](const std::string& text) { return read_in_pieces(text, {}, false, Body::kAsSaid, 100).problem; };
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  EXPECT_EQ(problem(ok + "A: " + std::string(200, 'x')), Http1Problem::kHeadTooLarge);
  EXPECT_EQ(problem(ok + "A: " + std::string(200, 'x') + "\r\n\r\n"), Http1Problem::kHeadTooLarge);
  EXPECT_EQ(problem(ok + "Content-Length: 0\r\nA: " + std::string(57, 'x') + "\r\n\r\n"), Http1Problem::kNone);  // 100
  EXPECT_EQ(problem(ok + "Content-Length: 0\r\nA: " + std::string(58, 'x') + "\r\n\r\n"), Http1Problem::kHeadTooLarge);
  std::string hints;
  for (int i = 0; i < 10; ++i) hints += "HTTP/1.1 103 Hints\r\n\r\n";
  EXPECT_EQ(problem(hints), Http1Problem::kHeadTooLarge);
  const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(problem(chunked + "1;" + std::string(100, 'x')), Http1Problem::kHeadTooLarge);
  EXPECT_EQ(problem(chunked + "0\r\nA: " + std::string(100, 'x')), Http1Problem::kHeadTooLarge);
}

TEST(Http1, OneParserReadsOneAnswerAfterAnother) {
  Http1Parser parser;
  for (int i = 0; i < 3; ++i) {
    parser.begin(Body::kAsSaid);
    Read read;
    EXPECT_TRUE(take(parser, "HTTP/1.1 200 OK\r\nConten", read));
    EXPECT_FALSE(take(parser, "t-Length: 1\r\n\r\nx", read));
    EXPECT_TRUE(read.ended);
    parser.begin(Body::kAsSaid);
    Read broken;
    EXPECT_FALSE(take(parser, "garbage\r\n", broken));
    EXPECT_EQ(broken.problem, Http1Problem::kNotHttp);
  }
}

}  // namespace
}  // namespace lynxbench::net
