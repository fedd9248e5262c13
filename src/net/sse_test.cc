#include "net/sse.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lynxbench::net {
namespace {

using Event = SseParser::Event;
using Events = std::vector<std::string>;  // "name|data"

bool take(SseParser& parser, std::string_view piece, Events& events) {
  while (true) {
    switch (parser.next(piece)) {
      case Event::kEvent:
        events.push_back(std::string(parser.name()) + "|" + std::string(parser.data()));
        break;
      case Event::kTooLarge:
        return false;
      case Event::kMore:
        EXPECT_TRUE(piece.empty());
        return true;
    }
  }
}

Events read_in_pieces(const std::string& text, std::vector<std::size_t> cuts) {
  SseParser parser;
  parser.begin();
  Events events;
  std::size_t at = 0;
  cuts.push_back(text.size());
  for (std::size_t cut : cuts) {
    std::string piece = text.substr(at, cut - at);  // a copy, so that reading beyond it is seen
    at = cut;
    EXPECT_TRUE(take(parser, piece, events));
  }
  if (parser.end_of_input() == Event::kEvent) events.push_back("at the end|" + std::string(parser.data()));
  EXPECT_EQ(parser.end_of_input(), Event::kMore);
  return events;
}

// The same however it is cut: in three at every two places, and byte by byte.
Events read_all_ways(const std::string& text) {
  Events whole = read_in_pieces(text, {});
  for (std::size_t a = 0; a <= text.size(); ++a) {
    for (std::size_t b = a; b <= text.size(); ++b) EXPECT_EQ(read_in_pieces(text, {a, b}), whole) << a << " " << b;
  }
  std::vector<std::size_t> every;
  for (std::size_t cut = 1; cut < text.size(); ++cut) every.push_back(cut);
  EXPECT_EQ(read_in_pieces(text, every), whole);
  return whole;
}

TEST(Sse, AnEmptyLineEndsAnEvent) {
  EXPECT_EQ(read_all_ways("data: one\n\ndata:two\n\n"), (Events{"|one", "|two"}));
}

TEST(Sse, LinesEndWithLfCrOrBoth) {
  EXPECT_EQ(read_all_ways("data: a\r\rdata: b\r\n\r\ndata: c\n\ndata: d\r\n\ndata: e\n\r\n"),
            (Events{"|a", "|b", "|c", "|d", "|e"}));
}

TEST(Sse, TheExamplesOfTheStandard) {
  EXPECT_EQ(read_all_ways("data: YHOO\ndata: +2\ndata: 10\n\n"), (Events{"|YHOO\n+2\n10"}));
  EXPECT_EQ(read_all_ways(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n"),
            (Events{"|first event", "|second event", "| third event"}));
  EXPECT_EQ(read_all_ways("data\n\ndata\ndata\n\ndata:\n"), (Events{"|", "|\n", "at the end|"}));
  EXPECT_EQ(read_all_ways("data:test\n\ndata: test\n\n"), (Events{"|test", "|test"}));
}

TEST(Sse, NamesGoWithTheirEventAlone) {
  EXPECT_EQ(read_all_ways("event: ping\ndata: 1\n\ndata: 2\n\nevent: lost\n\ndata: 3\n\n"),
            (Events{"ping|1", "|2", "|3"}));
}

TEST(Sse, CommentsAndUnknownFieldsAreNothing) {
  EXPECT_EQ(read_all_ways(": ping\n\n:\n\nretry: 5\nother: x\ndatum: y\ndata: z\n: c\n\n"), (Events{"|z"}));
}

TEST(Sse, AByteOrderMarkIsSkippedOnce) {
  EXPECT_EQ(read_all_ways("\xef\xbb\xbf" "data: a\n\n\xef\xbb\xbf" "data: b\n\n"), (Events{"|a"}));
  EXPECT_EQ(read_all_ways("\xef\xbb" "data: a\n\ndata: b\n\n"), (Events{"|b"}));
}

TEST(Sse, AnEventWithoutItsEmptyLineComesAtTheEnd) {
  EXPECT_EQ(read_all_ways("data: a\n\ndata: [DONE]"), (Events{"|a", "at the end|[DONE]"}));
  EXPECT_EQ(read_all_ways("data: a\n\ndata: [DONE]\n"), (Events{"|a", "at the end|[DONE]"}));
  EXPECT_EQ(read_all_ways("data: a\n\nevent: x\n"), (Events{"|a"}));
}

TEST(Sse, AnEventMayBeLargerThanAnyBufferUpToTheLimit) {
  const std::string large(5'000'000, 'x');
  const std::string text = "data: " + large + "\n\n";
  SseParser parser;
  parser.begin();
  Events events;
  for (std::size_t at = 0; at < text.size(); at += 1000) EXPECT_TRUE(take(parser, text.substr(at, 1000), events));
  EXPECT_EQ(events, (Events{"|" + large}));
  for (const char* more : {"data: 0123456789", "data: 01234\ndata: 01234\n", "data: 01234\n\ndata: 0123456789"}) {
    SseParser small(10);
    small.begin();
    Events some;
    EXPECT_FALSE(take(small, more, some)) << more;
    EXPECT_FALSE(take(small, "data: 1\n\n", some));
    small.begin();
    EXPECT_TRUE(take(small, "data: 1\n\n", some));
  }
}

}  // namespace
}  // namespace lynxbench::net
