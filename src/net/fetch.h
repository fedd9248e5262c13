// One request, waited for: for what is asked once in a while, as a server's own figures or what it says
// of itself. Load goes through target's clients.
//
//   FetchReply reply = TRY(net::http_get("http://localhost:9090/metrics", 2s));
//   if (reply.status == 200) use(reply.body);
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "net/tls.h"

namespace lynxbench::net {

struct Fetch {
  std::string method = "GET";
  std::string url;  // http or https; its credentials are sent as Basic authorization
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  TlsOptions tls;
  std::size_t most_bytes = 67'108'864;  // of the answer's body
};

struct FetchReply {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> fields;  // names as they were sent
  std::string body;

  // The first of that name (given in lower case); "" when there is none.
  [[nodiscard]] std::string field(std::string_view name) const;
};

// Any status is a reply. kUnavailable when there is no server, it does not answer in `timeout`, or it
// breaks off; kInvalidInput when it answers no HTTP, or more than `most_bytes`; kInvalidArgument for
// what is no URL. The name's look-up is not part of the time-out.
[[nodiscard]] Result<FetchReply> fetch(const Fetch& request, Nanos timeout);
[[nodiscard]] Result<FetchReply> http_get(const std::string& url, Nanos timeout);

// Connects (and shakes hands, with TLS) and leaves: whether there is a server. kUnavailable saying why not.
[[nodiscard]] Status try_connect(const std::string& url, const TlsOptions& tls, Nanos timeout);

}  // namespace lynxbench::net
