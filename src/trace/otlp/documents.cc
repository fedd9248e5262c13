#include "trace/otlp/documents.h"

#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "trace/json_cursor.h"
#include "trace/json_losses.h"
#include "trace/json_stream.h"
#include "trace/line_reader.h"
#include "trace/otlp/span.h"

namespace lynxbench::trace::otlp {
namespace {

constexpr std::size_t kLongestLine = std::size_t{1} << 26;

bool names_resources(std::string_view key) {
  return key == "resourceSpans" || key == "resource_spans";
}
bool names_scopes(std::string_view key) {
  return key == "scopeSpans" || key == "scope_spans" || key == "instrumentationLibrarySpans" ||
         key == "instrumentation_library_spans";
}

// The next value of `json`, which walks over `text`; where it is cut, what there is of it.
std::string_view value_or_rest(JsonCursor& json, std::string_view text) {
  (void)json.peek();
  const std::size_t begin = json.position();
  const std::string_view value = json.raw();
  return json.fault() == JsonFault::kNone ? value : text.substr(begin);
}

class Walker {
 public:
  Walker(const TakeSpan& take, LossCount& losses) : take_(take), losses_(losses) {}

  // One element of resourceSpans.
  void resource(std::string_view text, std::size_t byte) {
    std::string service;
    std::vector<std::string_view> scopes;
    JsonCursor json(text);
    if (!json.enter('{')) return damaged(byte);
    while (const std::optional<std::string_view> key = json.key()) {
      if (*key == "resource") {
        service = service_of_resource(value_or_rest(json, text));
      } else if (names_scopes(*key)) {
        scopes.push_back(value_or_rest(json, text));
      } else {
        json.skip();
      }
    }
    for (const std::string_view list : scopes) {
      each_element(list, [&](std::string_view scope) { this->scope(scope, service, byte); });
    }
    if (json.fault() != JsonFault::kNone) damaged(byte);
  }

  // The list under "spans".
  void spans(std::string_view list, std::string_view service, std::size_t byte) {
    each_element(list, [&](std::string_view span) { take_(span, service, byte); });
  }

  // A document: an object with resourceSpans, or with spans.
  void document(std::string_view text, std::size_t byte) {
    JsonCursor json(text);
    if (!json.enter('{')) return damaged(byte);
    while (const std::optional<std::string_view> key = json.key()) {
      if (names_resources(*key)) {
        each_element(value_or_rest(json, text),
                     [&](std::string_view one) { resource(one, byte); });
      } else if (*key == "spans") {
        spans(value_or_rest(json, text), "", byte);
      } else {
        json.skip();
      }
    }
    if (json.fault() != JsonFault::kNone) damaged(byte);
  }

 private:
  void scope(std::string_view text, std::string_view service, std::size_t byte) {
    JsonCursor json(text);
    if (!json.enter('{')) return;
    while (const std::optional<std::string_view> key = json.key()) {
      if (*key == "spans") {
        spans(value_or_rest(json, text), service, byte);
      } else {
        json.skip();
      }
    }
  }

  template <typename Take>
  static void each_element(std::string_view list, Take take) {
    JsonCursor json(list);
    if (!json.enter('[')) return;
    while (json.element()) take(value_or_rest(json, list));
  }

  // Once for each document or resource: everything around the damage fails with it.
  void damaged(std::size_t byte) {
    if (byte == last_damage_) return;
    last_damage_ = byte;
    losses_.add(Severity::kDamage, "document that is cut or no JSON", byte);
  }

  const TakeSpan& take_;
  LossCount& losses_;
  std::optional<std::size_t> last_damage_;
};

// Whether the first line is a whole document by itself, and more may follow.
bool is_lines(std::string_view head) {
  const std::size_t end = head.find('\n');
  if (end == std::string_view::npos) return false;
  JsonCursor json(head.substr(0, end));
  return json.peek() == '{' && (json.skip(), json.fault() == JsonFault::kNone);
}

std::size_t read_lines(ByteSource& source, Walker& walker) {
  LineReader lines(source, kLongestLine);
  while (const std::optional<Line> line = lines.next()) {
    if (!trim(line->text).empty()) walker.document(line->text, line->byte);
  }
  return lines.bytes();
}

// The elements of the list that comes next; of the one that is cut, what there is.
void read_list(JsonStream& json, const auto& take) {
  if (json.next() != JsonStream::Token::kBeginArray) return;
  while (const std::optional<std::string_view> element = json.element()) {
    take(*element, json.text_byte());
  }
  if (json.end() != JsonStream::End::kCut && json.end() != JsonStream::End::kMalformed) return;
  const std::size_t byte = json.byte();
  const std::string rest = json.take_rest();
  if (!trim(rest).empty()) take(rest, byte);
}

std::size_t read_stream(ByteSource& source, Walker& walker, const TakeSpan& take,
                        LossCount& losses) {
  JsonStream json(source);
  for (JsonStream::Token token = json.next(); token != JsonStream::Token::kEnd;
       token = json.next()) {
    if (token != JsonStream::Token::kKey) continue;
    if (names_resources(json.text())) {
      read_list(json, [&](std::string_view text, std::size_t byte) { walker.resource(text, byte); });
    } else if (json.text() == "spans") {
      read_list(json, [&](std::string_view text, std::size_t byte) { take(text, "", byte); });
    } else {
      json.skip();
    }
  }
  const std::size_t bytes = json.byte();
  count_ending(json, losses, Unclosed::kDamage);
  return bytes;
}

}  // namespace

std::size_t each_span(ByteSource& source, const TakeSpan& take, LossCount& losses) {
  Walker walker(take, losses);
  if (is_lines(source.head())) return read_lines(source, walker);
  return read_stream(source, walker, take, losses);
}

}  // namespace lynxbench::trace::otlp
