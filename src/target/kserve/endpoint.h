// An endpoint of the contract, made ready: its URL read, its headers' values looked up.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/contract.h"
#include "net/tls.h"
#include "net/url.h"

namespace lynxbench::target {

struct KserveEndpoint {
  net::Url url;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
};

// kInvalidArgument where the URL has none of `schemes`, the model has no name, or a header's value is
// to come from an environment variable that is not set. Credentials in the URL become "authorization".
[[nodiscard]] Result<KserveEndpoint> kserve_endpoint(const EndpointSpec& spec,
                                                     std::initializer_list<std::string_view> schemes);

[[nodiscard]] net::TlsOptions tls_options(const EndpointSpec& spec);

}  // namespace lynxbench::target
