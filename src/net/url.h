// Addresses of servers: "https://user:secret@[::1]:8443/v1/models?x=1".
//
//   Url url = TRY(parse_url("http://localhost:8000/v1"));
//   url.host, url.port, url.path
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace lynxbench::net {

struct Url {
  std::string scheme;       // "http", "https", "grpc", "grpcs"
  std::string host;         // a name, or an address without brackets
  std::uint16_t port = 0;   // as given, or 80, 443 by the scheme
  bool port_given = false;
  std::string path;         // as it goes into a request: at least "/"; without the query
  std::string query;        // without '?'
  std::string credentials;  // "user:secret", percent-decoded; "" when there are none

  [[nodiscard]] bool secure() const { return scheme == "https" || scheme == "grpcs"; }
  // For HTTP's Host: "localhost:8000", "[::1]"; without a port that the scheme implies.
  [[nodiscard]] std::string authority() const;
  // path and query.
  [[nodiscard]] std::string request_target() const;
  // For people and records: neither credentials nor query, either of which may hold a secret.
  [[nodiscard]] std::string public_text() const;
  // "Basic ..." of the credentials; "" when there are none.
  [[nodiscard]] std::string authorization() const;
};

// kInvalidArgument, naming the part, for anything else than SCHEME://[USER[:SECRET]@]HOST[:PORT][/PATH]
// [?QUERY][#FRAGMENT]; the fragment is left out. Blanks and control characters are refused everywhere.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

}  // namespace lynxbench::net
