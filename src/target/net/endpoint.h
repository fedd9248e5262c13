// What the contract says of a server, made ready: its address, what connections to it need, and the
// headers of every request with the secrets that the environment holds.
//
//   Endpoint endpoint = TRY(prepare(contract.target.endpoint));
//   TRY_STATUS(is_there(endpoint));
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/contract.h"
#include "model/target_fact.h"
#include "net/fetch.h"
#include "net/tls.h"
#include "net/url.h"

namespace lynxbench::target {

struct Endpoint {
  net::Url url;
  net::TlsOptions tls;
  // As they go into requests, Authorization from the URL's credentials among them.
  std::vector<std::pair<std::string, std::string>> headers;

  // As the user gave it; "" when there is none. `name` in lower case.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

// kInvalidArgument for what is no URL, no header, or names an environment variable that is not set
// ("env:NAME" is the value of NAME; "Bearer env:NAME" and the like too).
[[nodiscard]] Result<Endpoint> prepare(const EndpointSpec& spec);

// Connects once, in at most 5 s. kUnavailable with the address and what to do.
[[nodiscard]] Status is_there(const Endpoint& endpoint);

// An HTTP/1.1 request: `method` for `target` ("/v1/models"), the endpoint's headers, those of `defaults`
// that the endpoint does not have, and the body with its length.
[[nodiscard]] std::string http_request(const Endpoint& endpoint, std::string_view method,
                                       std::string_view target, KeepAlive keep_alive,
                                       const std::vector<std::pair<std::string, std::string>>& defaults,
                                       std::string_view body);

// Asks for `target` with the endpoint's headers, in at most `timeout`: for what a server says of itself.
[[nodiscard]] Result<net::FetchReply> ask(const Endpoint& endpoint, const std::string& method,
                                          const std::string& target, Nanos timeout);

// What every target on the network states: where, how connections are used, and that a server's inside
// is unknown from here. `server` is the Server field of an answer; "" when it did not say.
[[nodiscard]] std::vector<TargetFact> endpoint_facts(const EndpointSpec& spec, const Endpoint& endpoint,
                                                     const std::string& server);

}  // namespace lynxbench::target
