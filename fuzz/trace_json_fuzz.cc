// Any bytes as JSON: no crash; a stream in pieces of any length gives what the cursor gives on the whole,
// value or fault; and a document that is valid is what another library reads.
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "trace/pieces_for_test.h"

using namespace lynxbench;
using trace::JsonCursor;
using trace::JsonFault;
using trace::JsonStream;

namespace {

struct Outcome {
  std::string text;
  JsonFault fault = JsonFault::kNone;
};

// One value, as far as it goes; one that lacks its end, as a number at the end of the text, is cut.
Outcome by_cursor(std::string_view text) {
  JsonCursor json(text);
  std::string out(json.raw());
  return {std::move(out), json.fault()};
}

Outcome by_stream(std::string_view text, std::size_t read_bytes) {
  const auto source = trace::open_bytes(text, "fuzz");
  JsonStream json(**source, read_bytes);
  const auto value = json.value();
  Outcome outcome{value ? std::string(*value) : std::string(), JsonFault::kNone};
  if (value) return outcome;
  switch (json.end()) {
    case JsonStream::End::kWhole:
    case JsonStream::End::kCut: outcome.fault = JsonFault::kCut; break;
    case JsonStream::End::kTooDeep: outcome.fault = JsonFault::kTooDeep; break;
    default: outcome.fault = JsonFault::kMalformed;
  }
  return outcome;
}

// Token by token, and why it ended.
std::string tokens(std::string_view text, std::size_t read_bytes) {
  const auto source = trace::open_bytes(text, "fuzz");
  JsonStream json(**source, read_bytes);
  std::string out;
  while (true) {
    const JsonStream::Token token = json.next();
    out += fmt::format("{} ", static_cast<int>(token));
    if (token == JsonStream::Token::kEnd) break;
    if (token == JsonStream::Token::kKey || token == JsonStream::Token::kScalar) {
      out += fmt::format("'{}' at {} ", json.text(), json.text_byte());
    }
  }
  return out + fmt::format("end {} at {}", static_cast<int>(json.end()), json.byte());
}

// Whether an object has a key twice: libraries keep one, and rewritten() both.
bool has_duplicates(std::string_view text) {
  bool twice = false;
  std::vector<std::set<std::string>> open;
  [[maybe_unused]] const Json read = Json::parse(text, [&](int, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end) open.pop_back();
    if (event == Json::parse_event_t::key) {
      twice = twice || !open.back().insert(value.get<std::string>()).second;
    }
    return true;
  }, false);
  return twice;
}

// The cursor's way of reading is lenient, so only what is valid is compared.
void compare_with_other_library(std::string_view text) {
  if (text.find('\0') != std::string_view::npos || !Json::accept(text)) return;
  const Json expected = Json::parse(text, nullptr, false);
  if (!expected.is_structured() || has_duplicates(text)) return;
  JsonCursor json(text);
  const std::string again = trace::rewritten(json);
  if (json.fault() == JsonFault::kTooDeep) return;
  CHECK(json.fault() == JsonFault::kNone);
  CHECK(Json::parse(again, nullptr, false) == expected);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // A byte-order mark and gzip are the source's affair.
  if (text.starts_with("\xef\xbb\xbf") || text.starts_with("\x1f\x8b")) return 0;
  const Outcome whole = by_stream(text, std::size_t{1} << 16);
  const std::string whole_tokens = tokens(text, std::size_t{1} << 16);
  for (std::size_t read_bytes : {1, 2, 3, 17}) {
    const Outcome pieces = by_stream(text, read_bytes);
    CHECK(pieces.text == whole.text);
    CHECK(pieces.fault == whole.fault);
    CHECK(tokens(text, read_bytes) == whole_tokens);
  }
  // Before a document the stream passes over commas, too: they may stand between documents.
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  const Outcome cursor = by_cursor(text);
  if (cursor.fault == JsonFault::kNone && text[begin] != ',') CHECK(cursor.text == whole.text);
  CHECK(trace::unescaped(text).size() <= 3 * text.size());
  compare_with_other_library(text);
  return 0;
}
