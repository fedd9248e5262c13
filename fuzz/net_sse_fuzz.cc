// Our reader of Server-Sent Events, cut in pieces, against the standard's algorithm on the whole text.
// The first byte says how to cut; the rest is the stream.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/sse.h"

namespace {

using lynxbench::net::SseParser;
using Events = std::vector<std::pair<std::string, std::string>>;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

// "Parsing an event stream" and "interpreting an event stream", line by line as they are written. At the
// end what is pending counts as an event, as SseParser says.
Events reference(std::string text) {
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  std::vector<std::string> lines(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' || text[i] == '\n') {
      if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
      lines.emplace_back();
    } else {
      lines.back() += text[i];
    }
  }
  const std::string unfinished = lines.back();
  lines.pop_back();
  Events events;
  std::string data;
  std::string name;
  auto dispatch = [&] {
    if (!data.empty()) {
      data.pop_back();
      events.emplace_back(name, data);
    }
    data.clear();
    name.clear();
  };
  auto process = [&](const std::string& line) {
    if (line.starts_with(':')) return;
    std::string field = line.substr(0, line.find(':'));
    std::string value = field.size() < line.size() ? line.substr(field.size() + 1) : "";
    if (value.starts_with(' ')) value.erase(0, 1);
    if (field == "data") data += value + "\n";
    if (field == "event") name = value;
  };
  for (const std::string& line : lines) {
    if (line.empty()) dispatch();
    else process(line);
  }
  if (!unfinished.empty()) process(unfinished);
  dispatch();
  return events;
}

Events ours(std::string_view text, std::size_t piece) {
  SseParser parser;
  parser.begin();
  Events events;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    const std::string copy(text.substr(at, piece));
    std::string_view bytes = copy;
    while (parser.next(bytes) == SseParser::Event::kEvent) events.emplace_back(parser.name(), parser.data());
    require(bytes.empty(), "all is taken");
  }
  if (parser.end_of_input() == SseParser::Event::kEvent) events.emplace_back(parser.name(), parser.data());
  require(parser.end_of_input() == SseParser::Event::kMore, "the end comes once");
  return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Events expected = reference(text);
  require(ours(text, text.size() + 1) == expected, "as the standard says");
  require(ours(text, data[0] % 16 + 1) == expected, "as the standard says, cut in pieces");
  return 0;
}
