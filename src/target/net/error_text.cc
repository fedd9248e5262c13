#include "target/net/error_text.h"

#include <algorithm>
#include <charconv>
#include <ctime>

#include "base/text.h"

namespace lynxbench::target {
namespace {

constexpr std::size_t kMost = 300;

// One line, without control characters, cut between characters of UTF-8.
std::string one_line(std::string_view text) {
  std::string out;
  for (char c : text) {
    const bool blank = static_cast<unsigned char>(c) <= 0x20 || c == 0x7f;
    if (blank && (out.empty() || out.back() == ' ')) continue;
    out += blank ? ' ' : c;
    if (out.size() > kMost) break;
  }
  if (out.size() > kMost) {
    out.resize(kMost - 3);
    while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xc0U) == 0x80U) out.pop_back();
    if (!out.empty() && static_cast<unsigned char>(out.back()) >= 0xc0U) out.pop_back();
    out += "...";
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string html_title(std::string_view page) {
  std::string low(page);
  std::transform(low.begin(), low.end(), low.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  std::size_t begin = low.find("<title>");
  std::size_t end = low.find("</title>");
  if (begin == std::string::npos || end == std::string::npos || end < begin) return "an HTML page";
  return std::string(page.substr(begin + 7, end - begin - 7));
}

}  // namespace

std::string error_text(const Json& value) {
  if (value.is_string()) return one_line(value.get_ref<const std::string&>());
  if (value.is_array()) return value.empty() ? "" : error_text(value.front());
  if (!value.is_object()) return "";
  for (const char* name : {"error", "message", "detail", "msg", "errors", "title", "reason"}) {
    auto found = value.find(name);
    if (found == value.end()) continue;
    if (std::string text = error_text(*found); !text.empty()) return text;
  }
  return one_line(value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string error_text(std::string_view body) {
  body = trim(body);
  if (body.empty()) return "";
  if (body.front() == '{' || body.front() == '[') {
    Json value = Json::parse(body, nullptr, false);
    if (!value.is_discarded()) return error_text(value);
  }
  return one_line(body.front() == '<' ? html_title(body) : std::string(body));
}

std::optional<Nanos> retry_after(std::string_view value, std::int64_t wall_now_ns) {
  double seconds = 0;
  auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), seconds, std::chars_format::fixed);
  if (problem == std::errc{} && end == value.data() + value.size()) {
    if (!(seconds >= 0 && seconds < 1e9)) return std::nullopt;
    return Nanos{static_cast<std::int64_t>(seconds * 1e9)};
  }
  std::tm parts{};
  const std::string text(value);
  const char* rest = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (rest == nullptr || *rest != '\0') return std::nullopt;
  const std::int64_t at = std::int64_t{timegm(&parts)} * 1'000'000'000;
  return Nanos{std::max<std::int64_t>(at - wall_now_ns, 0)};
}

}  // namespace lynxbench::target
