// Lists of words that may be kept, and those that more than one editor has.
#pragma once

#include <array>
#include <string_view>

namespace lynxbench::trace::redact {

// Moments of a request, as Triton names them in its traces and as events of its spans.
inline constexpr std::array<std::string_view, 19> kTritonMoments{
    "HTTP_RECV_START",      "HTTP_RECV_END",   "GRPC_WAITREAD_START", "GRPC_WAITREAD_END",
    "REQUEST_START",        "QUEUE_START",     "COMPUTE_START",       "COMPUTE_INPUT_END",
    "COMPUTE_OUTPUT_START", "COMPUTE_END",     "REQUEST_END",         "HTTP_SEND_START",
    "HTTP_SEND_END",        "GRPC_SEND_START", "GRPC_SEND_END",       "CACHE_HIT_START",
    "CACHE_HIT_END",        "INFER_RESPONSE_COMPLETE", "REQUEST_COMPLETE"};

}  // namespace lynxbench::trace::redact
