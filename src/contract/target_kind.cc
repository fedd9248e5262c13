#include "contract/target_kind.h"

#include <algorithm>
#include <array>

namespace lynxbench::contract {
namespace {

// In the order in which messages name them.
constexpr std::array<std::string_view, 6> kKinds{"openai-chat", "openai-completions", "kserve-http",
                                                 "kserve-grpc", "http", "command"};
enum : unsigned {
  kOpenAi = 0b000011,
  kKServeHttp = 0b000100,
  kKServeGrpc = 0b001000,
  kHttp = 0b010000,
  kCommand = 0b100000,
  kKServe = kKServeHttp | kKServeGrpc,
  kWithUrl = kOpenAi | kKServe | kHttp,
  kAll = kWithUrl | kCommand,
};

struct Key {
  std::string_view name;
  unsigned kinds;
};
constexpr Key kKeys[] = {{"url", kWithUrl},
                         {"model", kOpenAi | kKServe},
                         {"model_version", kKServe},
                         {"stream", kOpenAi | kKServeGrpc},
                         {"keep_alive", kWithUrl},
                         {"connections", kWithUrl},
                         {"streams_per_connection", kKServeGrpc},
                         {"timeout", kAll},
                         {"most_answer_bytes", kAll},
                         {"headers", kWithUrl},
                         {"certificates", kWithUrl},
                         {"ca_file", kWithUrl},
                         {"extra_body", kOpenAi},
                         {"tensor_encoding", kKServeHttp},
                         {"tensors", kKServe},
                         {"method", kHttp},
                         {"command", kCommand},
                         {"command_mode", kCommand},
                         {"metrics_url", kAll}};

unsigned bit_of(std::string_view kind) {
  auto found = std::find(kKinds.begin(), kKinds.end(), kind);
  return found == kKinds.end() ? 0 : 1U << (found - kKinds.begin());
}

unsigned kinds_of(std::string_view key) {
  auto found = std::find_if(std::begin(kKeys), std::end(kKeys),
                            [&](const Key& known) { return known.name == key; });
  return found == std::end(kKeys) ? 0 : found->kinds;
}

std::string lower(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lowered;
}

constexpr std::string_view kPlainSchemes[] = {"http://", "https://"};
constexpr std::string_view kGrpcSchemes[] = {"grpc://", "grpcs://"};

}  // namespace

bool has_endpoint(std::string_view kind) { return bit_of(kind) != 0; }

Streaming streams_unless_told(std::string_view kind) {
  return (bit_of(kind) & kOpenAi) != 0 ? Streaming::kOn : Streaming::kOff;
}

bool can_stream(std::string_view kind) { return has_effect("stream", kind); }

bool is_language_model(std::string_view kind) { return (bit_of(kind) & kOpenAi) != 0; }

bool has_effect(std::string_view key, std::string_view kind) {
  return (kinds_of(key) & bit_of(kind)) != 0;
}

std::vector<std::string> kinds_with(std::string_view key) {
  std::vector<std::string> kinds;
  for (std::string_view kind : kKinds) {
    if (has_effect(key, kind)) kinds.emplace_back(kind);
  }
  return kinds;
}

std::span<const std::string_view> schemes_of(std::string_view kind) {
  if (!has_effect("url", kind)) return {};
  return bit_of(kind) == kKServeGrpc ? kGrpcSchemes : kPlainSchemes;
}

bool is_encrypted(std::string_view url) {
  return url.starts_with("https://") || url.starts_with("grpcs://");
}

bool is_secret_header(std::string_view name) {
  std::string lowered = lower(name);
  constexpr std::string_view kWords[] = {"auth",   "cookie",     "key",   "token",
                                         "secret", "credential", "passw", "signature"};
  return std::any_of(std::begin(kWords), std::end(kWords), [&](std::string_view word) {
    return lowered.find(word) != std::string::npos;
  });
}

bool is_protocol_header(std::string_view name) {
  std::string lowered = lower(name);
  constexpr std::string_view kNames[] = {"host",       "content-length", "transfer-encoding",
                                         "connection", "keep-alive",     "upgrade",
                                         "te",         "trailer",        "expect",
                                         "inference-header-content-length"};
  return lowered.starts_with("grpc-") ||
         std::find(std::begin(kNames), std::end(kNames), lowered) != std::end(kNames);
}

}  // namespace lynxbench::contract
