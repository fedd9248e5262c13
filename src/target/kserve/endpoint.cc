#include "target/kserve/endpoint.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "base/text.h"

namespace lynxbench::target {
namespace {

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

Result<std::string> header_value(const std::string& name, const std::string& value) {
  constexpr std::string_view kFromEnvironment = "env:";
  if (!value.starts_with(kFromEnvironment)) return value;
  std::string variable = value.substr(kFromEnvironment.size());
  const char* found = std::getenv(variable.c_str());
  if (found != nullptr) return std::string(found);
  return error(ErrorCode::kInvalidArgument, "header \"{}\" is to come from the environment variable {}, which is not set", name,
               variable);
}

}  // namespace

Result<KserveEndpoint> kserve_endpoint(const EndpointSpec& spec, std::initializer_list<std::string_view> schemes) {
  KserveEndpoint endpoint{TRY(net::parse_url(spec.url)), {}};
  if (std::find(schemes.begin(), schemes.end(), endpoint.url.scheme) == schemes.end()) {
    std::vector<std::string> allowed;
    for (std::string_view scheme : schemes) allowed.push_back(std::string(scheme) + "://");
    return error(ErrorCode::kInvalidArgument, "{} begins with \"{}://\", which must be {} here", endpoint.url.public_text(),
                 endpoint.url.scheme, joined(allowed, "or"));
  }
  if (spec.model.empty()) return error(ErrorCode::kInvalidArgument, "target.endpoint.model is missing: the model's name on the server");
  for (const auto& [name, value] : spec.headers) {
    endpoint.headers.emplace_back(lower_case(name), TRY(header_value(name, value)));
  }
  if (std::string authorization = endpoint.url.authorization(); !authorization.empty()) {
    endpoint.headers.emplace_back("authorization", authorization);
  }
  return endpoint;
}

net::TlsOptions tls_options(const EndpointSpec& spec) {
  net::TlsOptions options;
  options.verify = spec.certificates == Certificates::kVerify;
  options.ca_file = spec.ca_file;
  return options;
}

}  // namespace lynxbench::target
