// Which request gets which answer. Inside stub only.
#pragma once

#include <memory>
#include <string_view>

#include "stub/answer.h"
#include "stub/meters.h"

namespace lynxbench::stub {

// What answers are made of, besides the request.
struct Site {
  const Options& options;
  const Meters& meters;
  Draws& draws;
  std::uint64_t number = 0;  // of the request, from 0
};

// A header that changes the behaviour of its request.
[[nodiscard]] bool is_override(const Header& header);
[[nodiscard]] std::string_view path_of(std::string_view target);
// Neither OpenAI's nor KServe's nor the server's own: the plain answer.
[[nodiscard]] bool is_plain(std::string_view path);
// A gRPC method whose messages are requests of their own.
[[nodiscard]] bool is_grpc_stream(std::string_view path);

// `behaviour` is changed by what the request says of it.
[[nodiscard]] std::unique_ptr<Answer> answer_to(const Incoming& request, const Site& site, Behaviour& behaviour);

[[nodiscard]] std::unique_ptr<Answer> kserve_http_answer(const Incoming& request, std::string_view path, const Site& site, Behaviour& behaviour);
[[nodiscard]] std::unique_ptr<Answer> kserve_grpc_answer(const Incoming& request, std::string_view path, const Site& site, Behaviour& behaviour);

}  // namespace lynxbench::stub
