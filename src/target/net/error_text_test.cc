#include "target/net/error_text.h"

#include <gtest/gtest.h>

namespace lynxbench::target {
namespace {

std::string of(std::string_view body) { return error_text(body); }

TEST(ErrorText, FindsTheServersWords) {
  EXPECT_EQ(of(R"({"error":{"message":"no such model","type":"x"}})"), "no such model");
  EXPECT_EQ(of(R"({"error":"no such model"})"), "no such model");
  EXPECT_EQ(of(R"({"detail":[{"loc":["body"],"msg":"field required"}]})"), "field required");
  EXPECT_EQ(of(R"({"code":5})"), R"({"code":5})");
  EXPECT_EQ(of("<html><head><TITLE>502 Bad\nGateway</TITLE></head>"), "502 Bad Gateway");
  EXPECT_EQ(of("<html>"), "an HTML page");
  EXPECT_EQ(of("  Internal\r\n Server \x01 Error\n"), "Internal Server Error");
  EXPECT_EQ(of("{not json"), "{not json");
  EXPECT_EQ(of(" \n"), "");
}

TEST(ErrorText, IsOneShortLine) {
  std::string text = of(std::string(1000, 'x'));
  EXPECT_EQ(text.size(), 300u);
  EXPECT_TRUE(text.ends_with("x..."));
  for (std::size_t shift = 0; shift < 4; ++shift) {
    std::string cut = of(std::string(shift, 'x') + [] {
      std::string euros;
      for (int i = 0; i < 200; ++i) euros += "\u20ac";
      return euros;
    }());
    EXPECT_LE(cut.size(), 300u);
    EXPECT_TRUE(cut.ends_with("\u20ac...")) << shift;
  }
}

TEST(RetryAfter, IsSecondsOrADate) {
  EXPECT_EQ(retry_after("120", 0), Nanos{120'000'000'000});
  EXPECT_EQ(retry_after("0.5", 0), Nanos{500'000'000});
  const std::int64_t at = 1'445'412'480;  // Wed, 21 Oct 2015 07:28:00 GMT
  EXPECT_EQ(retry_after("Wed, 21 Oct 2015 07:28:00 GMT", (at - 5) * 1'000'000'000), Nanos{5'000'000'000});
  EXPECT_EQ(retry_after("Wed, 21 Oct 2015 07:28:00 GMT", (at + 5) * 1'000'000'000), Nanos{0});
  for (const char* text : {"", "soon", "-1", "1e400", "5x", "nan"}) EXPECT_EQ(retry_after(text, 0), std::nullopt) << text;
}

}  // namespace
}  // namespace lynxbench::target
