#include "stub/routes.h"

#include <algorithm>

#include "base/json.h"

namespace lynxbench::stub {
namespace {

constexpr std::string_view kOverride = "x-stub-";

// "" or what is wrong.
std::string apply_headers(const Incoming& request, Behaviour& behaviour) {
  for (const Header& header : *request.headers) {
    if (!is_override(header)) continue;
    Status set = set_behaviour(behaviour, header.name.substr(kOverride.size()), header.value);
    if (!set.ok()) return set.error().text();
  }
  return "";
}

std::unique_ptr<Answer> models(const std::string& name) {
  Json model{{"id", name}, {"object", "model"}, {"created", 1700000000}, {"owned_by", "lynxbench"}};
  return document("models", "application/json", Json{{"object", "list"}, {"data", {model}}}.dump());
}

}  // namespace

bool is_override(const Header& header) {
  return header.name.size() > kOverride.size() && same_word(header.name.substr(0, kOverride.size()), kOverride);
}

std::string_view path_of(std::string_view target) { return target.substr(0, std::min(target.find('?'), target.size())); }

bool is_plain(std::string_view path) {
  return !(path.starts_with("/v1/") || path == "/v2" || path.starts_with("/v2/") || path == "/health" || path == "/metrics" ||
           path == "/ping" || path.starts_with("/inference."));
}

std::unique_ptr<Answer> answer_to(const Incoming& request, const Site& site, Behaviour& behaviour) {
  std::string_view path = path_of(request.target);
  std::string wrong = apply_headers(request, behaviour);
  if (!wrong.empty()) return refusal("none", 400, wrong);
  if (request.grpc) return kserve_grpc_answer(request, path, site, behaviour);
  if (is_plain(path)) return plain_answer(request, behaviour, site.draws);
  bool chat = path == "/v1/chat/completions";
  if (chat || path == "/v1/completions") {
    if (request.method != "POST") return refusal(chat ? "chat" : "completions", 405, "POST it");
    return openai_answer(request, chat, site.options.model, site.number, behaviour, site.draws);
  }
  if (path.starts_with("/v2")) return kserve_http_answer(request, path, site, behaviour);
  if (path == "/v1/models") return models(site.options.model);
  if (path == "/health" || path == "/ping") return document("health", "text/plain", "");
  if (path == "/metrics") return document("metrics", "text/plain; version=0.0.4; charset=utf-8", site.meters.prometheus_text());
  return refusal("none", 404, "the stub has nothing here");
}

}  // namespace lynxbench::stub
