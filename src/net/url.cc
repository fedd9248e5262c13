#include "net/url.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace lynxbench::net {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
        hex_digit(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    std::size_t have = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (k < have ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += k <= have ? kDigits[group >> (18 - 6 * k) & 63U] : '=';
    }
  }
  return out;
}

std::uint16_t usual_port(std::string_view scheme) {
  return scheme == "https" || scheme == "grpcs" ? 443 : 80;
}

bool is_plain(char c) {  // may stand in a request line
  return static_cast<unsigned char>(c) > 0x20 && c != 0x7f;
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  unsigned value = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (value == 0 || value > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(value);
}

}  // namespace

std::string Url::authority() const {
  std::string out = host.find(':') != std::string::npos ? "[" + host + "]" : host;
  if (port != usual_port(scheme)) out += ":" + std::to_string(port);
  return out;
}

std::string Url::request_target() const { return query.empty() ? path : path + "?" + query; }

std::string Url::public_text() const {
  return scheme + "://" + authority() + (path == "/" ? "" : path);
}

std::string Url::authorization() const {
  return credentials.empty() ? "" : "Basic " + base64(credentials);
}

Result<Url> parse_url(std::string_view text) {
  // A message must not repeat a secret: only the part after it is quoted.
  auto refuse = [&](std::string_view why) {
    std::size_t at = text.rfind('@');
    std::string_view shown = at == std::string_view::npos ? text : text.substr(at + 1);
    return error(ErrorCode::kInvalidArgument, "\"{}{}\" is no URL: {}",
                 shown.size() < text.size() ? "...@" : "", shown, why);
  };
  if (!std::all_of(text.begin(), text.end(), is_plain)) {
    return error(ErrorCode::kInvalidArgument, "a URL must not hold blanks or control characters");
  }
  Url url;
  std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return refuse("it must begin with http:// or https://");
  url.scheme = text.substr(0, colon);
  std::transform(url.scheme.begin(), url.scheme.end(), url.scheme.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (url.scheme != "http" && url.scheme != "https" && url.scheme != "grpc" && url.scheme != "grpcs") {
    return refuse("its scheme must be http, https, grpc or grpcs");
  }
  std::string_view rest = text.substr(colon + 3);
  rest = rest.substr(0, rest.find('#'));
  std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view place = rest.substr(0, end);
  std::string_view target = rest.substr(end);
  if (std::size_t at = place.rfind('@'); at != std::string_view::npos) {
    url.credentials = percent_decoded(place.substr(0, at));
    place.remove_prefix(at + 1);
  }
  std::string_view port;
  if (place.starts_with('[')) {
    std::size_t close = place.find(']');
    if (close == std::string_view::npos) return refuse("'[' without ']'");
    url.host = place.substr(1, close - 1);
    port = place.substr(close + 1);
    if (!port.empty() && port[0] != ':') return refuse("after ']' comes ':' and the port");
  } else {
    std::size_t mark = std::min(place.find(':'), place.size());
    url.host = place.substr(0, mark);
    port = place.substr(mark);
  }
  if (url.host.empty()) return refuse("it names no host");
  url.port = usual_port(url.scheme);
  if (!port.empty()) {
    std::optional<std::uint16_t> given = port_of(port.substr(1));
    if (!given) return refuse("the port must be 1 to 65535");
    url.port = *given;
    url.port_given = true;
  }
  std::size_t mark = std::min(target.find('?'), target.size());
  url.path = target.substr(0, mark);
  if (mark < target.size()) url.query = target.substr(mark + 1);
  if (url.path.empty()) url.path = "/";
  return url;
}

}  // namespace lynxbench::net
