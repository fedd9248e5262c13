#include "net/url.h"

#include <gtest/gtest.h>

namespace lynxbench::net {
namespace {

TEST(Url, HasItsPartsAndTheSchemesPort) {
  Url url = *parse_url("HTTPS://us%40er:p%3aw@Example.com/v1/chat?key=1&x=?#part");
  EXPECT_EQ(url.scheme, "https");
  EXPECT_EQ(url.host, "Example.com");
  EXPECT_EQ(url.port, 443);
  EXPECT_FALSE(url.port_given);
  EXPECT_EQ(url.path, "/v1/chat");
  EXPECT_EQ(url.query, "key=1&x=?");
  EXPECT_EQ(url.credentials, "us@er:p:w");
  EXPECT_TRUE(url.secure());
  EXPECT_EQ(url.authority(), "Example.com");
  EXPECT_EQ(url.request_target(), "/v1/chat?key=1&x=?");
  EXPECT_EQ(url.public_text(), "https://Example.com/v1/chat");
}

TEST(Url, AnAddressOfIpVersion6StandsInBrackets) {
  Url url = *parse_url("http://[::1]:8000");
  EXPECT_EQ(url.host, "::1");
  EXPECT_EQ(url.port, 8000);
  EXPECT_EQ(url.authority(), "[::1]:8000");
  EXPECT_EQ(url.path, "/");
  EXPECT_EQ(url.public_text(), "http://[::1]:8000");
}

TEST(Url, CredentialsBecomeBasicAuthorization) {
  EXPECT_EQ(parse_url("http://Aladdin:open%20sesame@h/")->authorization(),
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");  // the example of RFC 7617
  EXPECT_EQ(parse_url("http://a:@h/")->authorization(), "Basic YTo=");
  EXPECT_EQ(parse_url("http://h/")->authorization(), "");
}

TEST(Url, WhatIsNoneIsRefusedWithoutRepeatingSecrets) {
  for (const char* text : {"", "localhost:8000", "ftp://h/", "http://", "http:///x", "http://h:0/", "http://h:65536",
                           "http://h:8x/", "http://h:/", "http://[::1", "http://[::1]8", "http://h/a b",
                           "http://h/a\r\nb", "http://h\x7f/"}) {
    Result<Url> url = parse_url(text);
    ASSERT_FALSE(url.ok()) << text;
    EXPECT_EQ(url.error().code, ErrorCode::kInvalidArgument);
  }
  EXPECT_EQ(parse_url("http://user:secret@host:99999/").error().message.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace lynxbench::net
