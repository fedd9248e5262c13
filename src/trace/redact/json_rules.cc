#include "trace/redact/json_rules.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "trace/decimal.h"
#include "trace/json_text.h"
#include "trace/redact/values.h"
#include "trace/redact/words.h"

namespace lynxbench::trace::redact {
namespace {

using Token = JsonStream::Token;

constexpr const char* kRemovedMembers = "members that are not known to be harmless";

// Goes past a value that begins with `token`.
void leave(JsonStream& json, Token token) {
  if (token != Token::kBeginArray && token != Token::kBeginObject) return;
  const std::size_t around = json.depth() - 1;
  while (json.depth() > around && json.next() != Token::kEnd) {
  }
}

bool is_keyword(std::string_view text) {
  return text == "true" || text == "false" || text == "null";
}

}  // namespace

std::optional<JsonCopy::Kept> JsonCopy::kept_member(std::string_view name, const Rule& object) {
  for (const Member& member : object.members) {
    if (member.name == name) return Kept{json_text(name), member.rule};
  }
  if (object.others != nullptr) {
    ++redaction_.removed["names of members that are not known"];
    return Kept{json_text("name-" + names_.digest(name)), object.others};
  }
  ++redaction_.removed[kRemovedMembers];
  return std::nullopt;
}

std::string JsonCopy::scalar(std::string_view text, const Rule& rule) {
  if (rule.form == Form::kNumber) return is_keyword(text) ? std::string(text) : number_text(text);
  if (text.empty()) return "\"\"";
  switch (rule.form) {
    case Form::kWord:
      if (is_one_of(rule.words, text)) {
        return json_text(text);
      }
      ++redaction_.removed["words that are not known"];
      return "\"removed\"";
    case Form::kName:
      return json_text(names_.of(rule.names, unescaped(text)));
    case Form::kId:
      if (whole_number(text)) return json_text(text);
      ++redaction_.removed["ids that are no numbers"];
      return json_text("id-" + names_.digest(unescaped(text)));
    case Form::kDevice: {
      const std::string name = unescaped(text);
      const std::string_view kept = device_name(name);
      if (kept.empty()) ++redaction_.removed["names of devices that are no maker's"];
      return json_text(kept);
    }
    default:
      return "null";
  }
}

std::string JsonCopy::object(JsonCursor& json, const Rule& rule) {
  std::string out = "{";
  while (const std::optional<std::string_view> key = json.key()) {
    const std::optional<Kept> member = kept_member(*key, rule);
    if (!member) {
      json.skip();
      continue;
    }
    out += (out.size() > 1 ? ", " : "") + member->name + ": " + value(json, *member->rule);
  }
  return out + "}";
}

std::string JsonCopy::array(JsonCursor& json, const Rule& rule) {
  std::string out = "[";
  while (json.element()) {
    if (out.size() > 1) out += ", ";
    out += value(json, *rule.element);
  }
  return out + "]";
}

// Brackets are closed whatever happens inside.
std::string JsonCopy::container(JsonCursor& json, const Rule& rule) {
  if (rule.form == Form::kObject && json.enter('{')) return object(json, rule);
  if (rule.form == Form::kArray && json.enter('[')) return array(json, rule);
  json.skip();
  return "null";
}

std::string JsonCopy::value(JsonCursor& json, const Rule& rule) {
  const char next = json.peek();
  if (rule.apart && (next == '{' || next == '[')) {
    JsonCursor inside(json.raw());
    return container(inside, rule);
  }
  if (next == '{' || next == '[' || rule.form == Form::kObject || rule.form == Form::kArray) {
    return container(json, rule);
  }
  return scalar(json.scalar(), rule);
}

std::string JsonCopy::element(std::string_view text, const Rule& rule, std::uint64_t byte) {
  ++redaction_.events;
  JsonCursor json(text);
  std::string copy = value(json, rule);
  if (json.fault() == JsonFault::kNone) return copy;
  losses_.add(Severity::kDamage, "element that cannot be read", byte);
  return rule.on_fault == OnFault::kPrefix ? copy : "null";
}

void JsonCopy::stream(JsonStream& json, const Rule& rule, OutputFile& out) {
  const Token token = json.next();
  if (token == Token::kBeginObject && rule.form == Form::kObject) {
    return streamed_object(json, rule, out);
  }
  if (token == Token::kBeginArray && rule.form == Form::kArray) {
    return streamed_array(json, rule, out);
  }
  leave(json, token);
  out.write("null");
}

void JsonCopy::streamed_object(JsonStream& json, const Rule& rule, OutputFile& out) {
  const char* joint = "{\n";
  while (json.next() == Token::kKey) {
    const std::optional<Kept> member = kept_member(json.text(), rule);
    if (!member) {
      json.skip();
      continue;
    }
    out.write(std::exchange(joint, ",\n") + member->name + ": ");
    if (member->rule->streamed) {
      stream(json, *member->rule, out);
    } else if (const auto text = json.value()) {
      out.write(element(*text, *member->rule, json.text_byte()));
    } else {
      out.write("null");
    }
  }
  out.write(joint[0] == '{' ? "{}" : "\n}");
}

void JsonCopy::streamed_array(JsonStream& json, const Rule& rule, OutputFile& out) {
  out.write("[");
  const char* joint = "\n";
  if (!rule.element->streamed) {
    while (const std::optional<std::string_view> text = json.element()) {
      out.write(std::exchange(joint, ",\n") + element(*text, *rule.element, json.text_byte()));
    }
    return out.write("\n]");
  }
  for (Token token = json.next(); token != Token::kEndArray && token != Token::kEnd;
       token = json.next()) {
    out.write(std::exchange(joint, ",\n"));
    if (token == Token::kBeginObject && rule.element->form == Form::kObject) {
      streamed_object(json, *rule.element, out);
    } else {
      leave(json, token);
      out.write("null");
    }
  }
  out.write("\n]");
}

}  // namespace lynxbench::trace::redact
