#include "report/page.h"
#include "report/report.h"

namespace lynxbench::report {
namespace {

// Inside a script element only "<" can end the element or open a comment.
std::string without_angle(const std::string& json) {
  std::string out;
  out.reserve(json.size() + json.size() / 16);
  for (char c : json) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string html(const Bundle& bundle, const Context& context) {
  std::string_view shell = page();
  std::size_t at = shell.find(kPageSlot);
  CHECK(at != std::string_view::npos);
  std::size_t data = at + kPageSlot.find("null");
  std::string out(shell.substr(0, data));
  out += without_angle(canonical_text(document(bundle, context)));
  out += shell.substr(data + std::string_view("null").size());
  return out;
}

}  // namespace lynxbench::report
