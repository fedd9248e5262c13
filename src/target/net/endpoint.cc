#include "target/net/endpoint.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "base/units.h"
#include "target/facts.h"

namespace lynxbench::target {
namespace {

using std::chrono::seconds;

constexpr std::string_view kFromEnvironment = "env:";

bool is_same_name(std::string_view a, std::string_view b) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

bool is_token(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// With the environment's values in place of env:NAME, where that begins the value or a word of it.
Result<std::string> filled_in(const std::string& header, std::string_view value) {
  std::string out;
  while (!value.empty()) {
    const bool begins = out.empty() || out.back() == ' ';
    if (!begins || !value.starts_with(kFromEnvironment)) {
      out += value.front();
      value.remove_prefix(1);
      continue;
    }
    value.remove_prefix(kFromEnvironment.size());
    auto end = std::find_if_not(value.begin(), value.end(), is_word);
    const std::string name(value.begin(), end);
    value.remove_prefix(name.size());
    const char* found = name.empty() ? nullptr : std::getenv(name.c_str());
    if (found == nullptr) {
      return error(ErrorCode::kInvalidArgument,
                   "target.endpoint.headers: {} is \"env:{}\", and the environment has no {}", header, name, name);
    }
    out += found;
  }
  return out;
}

bool may_be_value(std::string_view value) {
  return std::all_of(value.begin(), value.end(),
                     [](char c) { return (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) || c == '\t'; });
}

}  // namespace

std::string_view Endpoint::header(std::string_view name) const {
  for (const auto& [one, value] : headers) {
    if (is_same_name(one, name)) return value;
  }
  return {};
}

Result<Endpoint> prepare(const EndpointSpec& spec) {
  Endpoint endpoint;
  if (spec.url.empty()) return error(ErrorCode::kInvalidArgument, "target.endpoint.url is missing");
  endpoint.url = TRY(net::parse_url(spec.url));
  endpoint.tls.verify = spec.certificates == Certificates::kVerify;
  endpoint.tls.ca_file = spec.ca_file;
  for (const auto& [name, value] : spec.headers) {
    std::string filled = TRY(filled_in(name, value));
    if (!is_token(name) || !may_be_value(filled)) {  // not repeated: it may be a secret
      return error(ErrorCode::kInvalidArgument, "target.endpoint.headers: \"{}\" is no header", name);
    }
    for (const char* own : {"content-length", "transfer-encoding", "connection"}) {
      if (is_same_name(name, own)) {
        return error(ErrorCode::kInvalidArgument, "target.endpoint.headers: {} is set by lynxbench itself", name);
      }
    }
    endpoint.headers.emplace_back(name, std::move(filled));
  }
  if (!endpoint.url.credentials.empty() && endpoint.header("authorization").empty()) {
    endpoint.headers.emplace_back("Authorization", endpoint.url.authorization());
  }
  return endpoint;
}

Status is_there(const Endpoint& endpoint) {
  net::Url url = endpoint.url;
  url.credentials.clear();
  Status there = net::try_connect(url.scheme + "://" + url.authority(), endpoint.tls, seconds(5));
  if (there.ok()) return there;
  Error problem = there.error();
  if (problem.code != ErrorCode::kUnavailable) return problem;
  std::string advice = "is the server running, and is target.endpoint.url right?";
  if (problem.message.find("not trusted") != std::string::npos) {
    advice = "target.endpoint.ca_file names the authority that signed it; certificates: trust_any trusts all";
  } else if (problem.message.find("does not speak TLS") != std::string::npos) {
    advice = "should target.endpoint.url begin with http:// or grpc://?";
  }
  return error(ErrorCode::kUnavailable, "no server at {}: {}; {}", url.public_text(), problem.message, advice);
}

std::string http_request(const Endpoint& endpoint, std::string_view method, std::string_view target,
                         KeepAlive keep_alive,
                         const std::vector<std::pair<std::string, std::string>>& defaults,
                         std::string_view body) {
  std::string text = fmt::format("{} {} HTTP/1.1\r\n", method, target);
  if (endpoint.header("host").empty()) text += fmt::format("Host: {}\r\n", endpoint.url.authority());
  for (const auto& [name, value] : endpoint.headers) text += fmt::format("{}: {}\r\n", name, value);
  for (const auto& [name, value] : defaults) {
    if (endpoint.header(name).empty()) text += fmt::format("{}: {}\r\n", name, value);
  }
  if (endpoint.header("user-agent").empty()) text += fmt::format("User-Agent: lynxbench/{}\r\n", serving_version());
  if (keep_alive == KeepAlive::kPerRequest) text += "Connection: close\r\n";
  if (!body.empty() || method == "POST" || method == "PUT" || method == "PATCH") {
    text += fmt::format("Content-Length: {}\r\n", body.size());
  }
  text += "\r\n";
  text += body;
  return text;
}

Result<net::FetchReply> ask(const Endpoint& endpoint, const std::string& method, const std::string& target,
                            Nanos timeout) {
  net::Fetch request;
  request.method = method;
  request.url = endpoint.url.scheme + "://" + endpoint.url.authority() + target;
  request.headers = endpoint.headers;
  request.tls = endpoint.tls;
  return net::fetch(request, timeout);
}

std::vector<TargetFact> endpoint_facts(const EndpointSpec& spec, const Endpoint& endpoint,
                                       const std::string& server) {
  const std::string why = "a server on the network does not tell it";
  std::vector<TargetFact> facts;
  std::size_t slash = std::min(server.find('/'), server.size());
  if (server.empty()) {
    facts.push_back(absent_fact(Layer::kServing, "server.name", "its answers have no Server field"));
  } else {
    facts.push_back(known_fact(Layer::kServing, "server.name", server.substr(0, slash), "Server field"));
  }
  if (slash + 1 < server.size()) {
    facts.push_back(known_fact(Layer::kServing, "server.version", server.substr(slash + 1), "Server field"));
  } else {
    facts.push_back(absent_fact(Layer::kServing, "server.version", "its answers do not tell"));
  }
  for (const char* name : {"scheduler", "instances", "batching.max_batch", "batching.timeout", "queue.capacity"}) {
    facts.push_back(absent_fact(Layer::kServing, name, why));
  }
  auto set = [&](const char* name, const std::string& value) {
    facts.push_back(known_fact(Layer::kServing, name, value, "contract"));
  };
  set("endpoint.url", endpoint.url.public_text());
  set("endpoint.connections", spec.connections == 0 ? "as many as requests are out" : std::to_string(spec.connections));
  set("endpoint.keep_alive", spec.keep_alive == KeepAlive::kReuse ? "connections are used again"
                                                                  : "a connection for each request");
  set("endpoint.timeout", exact_duration(spec.timeout));
  if (endpoint.url.secure()) {
    set("endpoint.certificates", endpoint.tls.verify ? "verified" : "any is trusted");
  }
  return facts;
}

}  // namespace lynxbench::target
