#include "target/kserve/endpoint.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"

namespace lynxbench::target {

Result<Endpoint> kserve_endpoint(const EndpointSpec& spec, std::initializer_list<std::string_view> schemes) {
  Endpoint endpoint = TRY(prepare(spec));
  if (std::find(schemes.begin(), schemes.end(), endpoint.url.scheme) == schemes.end()) {
    std::vector<std::string> allowed;
    for (std::string_view scheme : schemes) allowed.push_back(std::string(scheme) + "://");
    return error(ErrorCode::kInvalidArgument, "target.endpoint.url: {} must begin with {} here",
                 endpoint.url.public_text(), joined(allowed, "or"));
  }
  if (!spec.model.empty()) return endpoint;
  return error(ErrorCode::kInvalidArgument, "target.endpoint.model is missing: the model's name on the server");
}

}  // namespace lynxbench::target
