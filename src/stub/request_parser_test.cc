#include "stub/request_parser.h"

#include <gtest/gtest.h>

namespace lynxbench::stub {
namespace {

// Fed in two parts cut at every byte: the outcome must be that of the whole.
ParseState fed(std::string_view text, RequestParser& parser, std::size_t cut) {
  ParseState state = parser.parse(std::string(text.substr(0, cut)));  // bytes that move meanwhile
  return state == ParseState::kMore ? parser.parse(text) : state;
}

TEST(RequestParser, GivesMethodTargetHeadersAndBody) {
  constexpr std::string_view kText = "POST /v1/x?y=1 HTTP/1.1\r\nHost: a\r\ncontent-length:  5 \r\n\r\nhelloGET";
  for (std::size_t cut = 0; cut <= kText.size(); ++cut) {
    RequestParser parser;
    std::string all(kText);
    ASSERT_EQ(fed(all, parser, cut), ParseState::kReady) << cut;
    if (cut < all.size() - 3) {  // else the views are of the first part
      EXPECT_EQ(parser.request().method, "POST");
      EXPECT_EQ(parser.request().target, "/v1/x?y=1");
      EXPECT_EQ(header_of(parser.request().headers, "HOST"), "a");
      EXPECT_EQ(parser.request().body, "hello");
    }
    EXPECT_EQ(parser.consumed(), kText.size() - 3);
  }
}

TEST(RequestParser, PutsChunksTogether) {
  constexpr std::string_view kText =
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: x\r\n\r\n";
  for (std::size_t cut = 0; cut < kText.size(); ++cut) {
    RequestParser parser;
    std::string all(kText);
    ASSERT_EQ(fed(all, parser, cut), ParseState::kReady) << cut;
    EXPECT_EQ(parser.request().body, "hello world");
    EXPECT_EQ(parser.consumed(), all.size());
  }
}

TEST(RequestParser, KnowsWhetherTheConnectionStays) {
  auto keeps = [](std::string_view text) {
    RequestParser parser;
    EXPECT_EQ(parser.parse(text), ParseState::kReady);
    return parser.request().keep_alive;
  };
  EXPECT_TRUE(keeps("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nConnection: x, Close\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keeps("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(RequestParser, AsksForTheBodyWhereTheClientWaits) {
  RequestParser parser;
  EXPECT_EQ(parser.parse("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"), ParseState::kMore);
  EXPECT_TRUE(parser.wants_continue());
}

TEST(RequestParser, RefusesWhatCannotBeUnderstoodSafely) {
  const std::pair<std::string_view, int> kBad[] = {
      {"GET /\r\n\r\n", 400},
      {"GET / HTTP/2.0\r\n\r\n", 505},
      {"G@T / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nContent-Length: 99999999999999\r\n\r\n", 413},
      {"GET / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501},
      {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
      {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", 413},
  };
  for (const auto& [text, status] : kBad) {
    RequestParser parser;
    EXPECT_EQ(parser.parse(text), ParseState::kBad) << text;
    EXPECT_EQ(parser.bad_status(), status) << text;
  }
  RequestParser parser;
  EXPECT_EQ(parser.parse("GET / HTTP/1.1\r\nA: " + std::string(RequestParser::kMostHead, 'x')), ParseState::kBad);
  EXPECT_EQ(parser.bad_status(), 431);
}

}  // namespace
}  // namespace lynxbench::stub
