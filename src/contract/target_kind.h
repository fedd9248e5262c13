// What the kinds of target have in common and where they differ: which terms of target.endpoint mean
// something to which kind. Inside contract only.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/contract.h"

namespace lynxbench::contract {

// A server or program outside this process: every kind but "embedded" and "null".
[[nodiscard]] bool has_endpoint(std::string_view kind);
// Answers come in pieces when the contract does not say.
[[nodiscard]] Streaming streams_unless_told(std::string_view kind);
// Can this kind's answers come in pieces at all?
[[nodiscard]] bool can_stream(std::string_view kind);
// A language model: it is asked prompts.
[[nodiscard]] bool is_language_model(std::string_view kind);

// Does target.endpoint.`key` mean anything to this kind? False also for what is no key.
[[nodiscard]] bool has_effect(std::string_view key, std::string_view kind);
// The kinds to which it does.
[[nodiscard]] std::vector<std::string> kinds_with(std::string_view key);

// The beginnings that target.endpoint.url may have: {"http://", "https://"}. None: it has no URL.
[[nodiscard]] std::span<const std::string_view> schemes_of(std::string_view kind);
// Encrypted by TLS.
[[nodiscard]] bool is_encrypted(std::string_view url);

// Must a header of this name not be written into a contract, since it lets its holder in?
[[nodiscard]] bool is_secret_header(std::string_view name);
// Headers that belong to the protocol and not to the user: Host, Content-Length ...
[[nodiscard]] bool is_protocol_header(std::string_view name);

}  // namespace lynxbench::contract
