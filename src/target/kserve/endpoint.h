// A KServe server's endpoint: as every target's, with what KServe needs of it.
#pragma once

#include <initializer_list>
#include <string_view>

#include "base/result.h"
#include "model/contract.h"
#include "target/net/endpoint.h"

namespace lynxbench::target {

// As prepare(). kInvalidArgument also where the URL has none of `schemes`, or the model has no name.
[[nodiscard]] Result<Endpoint> kserve_endpoint(const EndpointSpec& spec,
                                               std::initializer_list<std::string_view> schemes);

}  // namespace lynxbench::target
