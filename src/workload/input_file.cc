#include "workload/input_file.h"

#include <map>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "workload/lengths.h"

namespace lynxbench::workload {
namespace {

using OrderedJson = nlohmann::ordered_json;  // a body keeps the order of its members

constexpr std::string_view kRight =
    "a line is a JSON object with \"messages\", \"prompt\" or \"body\", and perhaps \"max_tokens\", "
    "\"expected\" and \"session\"";
constexpr std::size_t kDeepest = 200;  // nested brackets: libraries recurse

Error wrong(std::string what) { return Error{ErrorCode::kInvalidInput, std::move(what), {}}; }

bool too_deep(std::string_view line) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    char c = line[i];
    if (in_string) {
      if (c == '\\') ++i;
      else if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && depth > 0) --depth;
    if (depth > kDeepest) return true;
  }
  return false;
}

Result<OrderedJson> parse_line(std::string_view line) {
  if (too_deep(line)) return wrong(fmt::format("brackets are nested deeper than {}", kDeepest));
  try {
    return OrderedJson::parse(line.begin(), line.end());
  } catch (const OrderedJson::exception& problem) {
    if (line.starts_with('[')) return wrong(fmt::format("begins with \"[\": {}, not one array", kRight));
    std::string what = problem.what();
    return wrong(fmt::format("not a JSON object ({}); {}", what.substr(what.find(']') + 2), kRight));
  }
}

// A string, or the texts of an array of {"type": "text", "text": ...}.
Result<std::string> content_text(const OrderedJson& content) {
  if (content.is_string()) return content.get<std::string>();
  std::string text;
  if (!content.is_array()) return wrong("a message's \"content\" is a string or an array of text parts");
  for (const OrderedJson& part : content) {
    auto found = part.is_object() ? part.find("text") : part.end();
    if (!part.is_object() || found == part.end() || !found->is_string()) {
      return wrong("a message's \"content\" may hold text parts alone, {\"type\": \"text\", \"text\": ...}; "
                   "give other requests as a \"body\"");
    }
    text += found->get<std::string>();
  }
  return text;
}

Result<std::vector<Message>> messages_of(const OrderedJson& value) {
  if (!value.is_array() || value.empty()) return wrong("\"messages\" is an array of {\"role\", \"content\"}, not empty");
  std::vector<Message> messages;
  for (const OrderedJson& item : value) {
    auto role = item.is_object() ? item.find("role") : item.end();
    auto content = item.is_object() ? item.find("content") : item.end();
    if (!item.is_object() || role == item.end() || !role->is_string() || content == item.end()) {
      return wrong("\"messages\" is an array of {\"role\": \"system\", \"user\" or \"assistant\", \"content\": ...}");
    }
    messages.push_back({role->get<std::string>(), TRY(content_text(*content))});
  }
  return messages;
}

// A string as it is; a number or a word as it is written.
Result<std::string> scalar_text(const OrderedJson& value, std::string_view member) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  return wrong(fmt::format("\"{}\" is a string or a number", member));
}

class Reader {
 public:
  Status add(std::string_view line, std::uint32_t number) {
    number_ = number;
    OrderedJson object = TRY(parse_line(line));
    if (!object.is_object()) return wrong(std::string(kRight));
    Input input;
    TRY_STATUS(check_members(object));
    TRY_STATUS(take_content(object, input));
    TRY_STATUS(take_rest(object, input));
    file_.inputs.push_back(std::move(input));
    file_.lines.push_back(number);
    return ok_status();
  }

  InputFile finish() {
    for (const auto& [member, lines] : unused_) {
      file_.notes.push_back(fmt::format("member \"{}\" means nothing here: {} line{} (first: line {})", member,
                                        lines.count, lines.count == 1 ? "" : "s", lines.first));
    }
    return std::move(file_);
  }

 private:
  struct Lines {
    std::uint64_t count = 0;
    std::uint32_t first = 0;  // line
  };

  Status check_members(const OrderedJson& object) {
    static const std::vector<std::string> kKnown{"messages", "prompt", "body", "max_tokens", "expected", "session"};
    for (const auto& [member, value] : object.items()) {
      if (std::find(kKnown.begin(), kKnown.end(), member) != kKnown.end()) continue;
      if (std::optional<std::string> nearest = nearest_word(member, kKnown)) {
        return wrong(fmt::format("there is no member \"{}\"; did you mean \"{}\"?", member, *nearest));
      }
      Lines& lines = unused_[member];
      if (lines.count++ == 0) lines.first = number_;
    }
    return ok_status();
  }

  static Status take_content(const OrderedJson& object, Input& input) {
    auto messages = object.find("messages"), prompt = object.find("prompt"), body = object.find("body");
    int given = (messages != object.end()) + (prompt != object.end()) + (body != object.end());
    if (given != 1) {
      return wrong(fmt::format("has {} of \"messages\", \"prompt\" and \"body\"; give exactly one",
                               given == 0 ? "none" : "several"));
    }
    if (messages != object.end()) {
      input.messages = TRY(messages_of(*messages));
    } else if (prompt != object.end()) {
      if (!prompt->is_string()) return wrong("\"prompt\" is a string");
      input.messages.push_back({"user", prompt->get<std::string>()});
    } else {
      input.body = body->is_string() ? body->get<std::string>() : body->dump();
    }
    return ok_status();
  }

  Status take_rest(const OrderedJson& object, Input& input) {
    if (auto found = object.find("max_tokens"); found != object.end() && !found->is_null()) {
      bool whole = found->is_number_integer() && *found >= 1 && *found <= kMostTokens;
      if (!whole) return wrong(fmt::format("\"max_tokens\" is a whole number, 1 to {}", kMostTokens));
      input.max_tokens = found->get<std::int64_t>();
    }
    if (auto found = object.find("expected"); found != object.end() && !found->is_null()) {
      input.expected = TRY(scalar_text(*found, "expected"));
    }
    auto session = object.find("session");
    if (session == object.end() || session->is_null()) {
      input.session = next_session_++;
      return ok_status();
    }
    auto [known, is_new] = sessions_.try_emplace(TRY(scalar_text(*session, "session")), Turns{next_session_, 0});
    if (is_new) ++next_session_;
    input.session = known->second.session;
    input.turn = known->second.turns++;
    return ok_status();
  }

  struct Turns {
    std::uint32_t session = 0;
    std::uint32_t turns = 0;
  };
  InputFile file_;
  std::map<std::string, Lines> unused_;
  std::map<std::string, Turns> sessions_;
  std::uint32_t next_session_ = 0;
  std::uint32_t number_ = 0;  // of the line in hand
};

}  // namespace

Result<InputFile> read_inputs(std::string_view text, const std::string& name) {
  Reader reader;
  std::uint32_t number = 0;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  while (!text.empty()) {
    ++number;
    std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    Status added = reader.add(line, number);
    if (!added.ok()) return Error{added.error().code, added.error().message, fmt::format("{}:{}", name, number)};
  }
  InputFile file = reader.finish();
  if (file.inputs.empty()) return Error{ErrorCode::kInvalidInput, fmt::format("has no input; {}", kRight), name};
  return file;
}

}  // namespace lynxbench::workload
