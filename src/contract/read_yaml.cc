// The reading half of yaml_tree.h: yaml-cpp's events -> YamlNode.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <sstream>

#include "base/text.h"
#include "contract/yaml_tree.h"

namespace lynxbench::contract {
namespace {

constexpr std::size_t kMostBytes = 256 * 1024;
constexpr std::size_t kMostNodes = 20'000;
constexpr std::size_t kMostDeep = 32;

// Thrown through yaml-cpp to stop it; caught in read_yaml.
struct Refused {
  Finding finding;
};

// Lines and columns of a text in characters; yaml-cpp counts bytes.
class Lines {
 public:
  explicit Lines(std::string_view text) : lines_(split(text, '\n')) {}

  [[nodiscard]] Place place(const YAML::Mark& mark) const {
    if (mark.is_null()) return {};
    return place(static_cast<std::size_t>(mark.line), static_cast<std::size_t>(mark.column));
  }
  // Both from 0; the column in bytes.
  [[nodiscard]] Place place(std::size_t line, std::size_t column) const {
    Place found{line + 1, 1};
    if (line >= lines_.size()) return {lines_.size(), 1};
    for (char c : lines_[line].substr(0, column)) {
      if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) ++found.column;
    }
    return found;
  }
  [[nodiscard]] std::string_view rest(const YAML::Mark& mark) const {
    std::size_t line = static_cast<std::size_t>(std::max(mark.line, 0));
    std::size_t column = static_cast<std::size_t>(std::max(mark.column, 0));
    if (line >= lines_.size() || column >= lines_[line].size()) return {};
    return std::string_view(lines_[line]).substr(column);
  }
  // The first line, from 0, that is indented with a tab; none if there is none.
  [[nodiscard]] std::optional<std::size_t> tab_indented() const {
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      std::size_t text = lines_[i].find_first_not_of(" \t\r");
      std::size_t tab = lines_[i].find('\t');
      if (tab != std::string::npos && text != std::string::npos && tab < text) return i;
    }
    return std::nullopt;
  }

 private:
  std::vector<std::string> lines_;
};

std::size_t count_of(const YamlNode& node) {
  std::size_t count = 1;
  for (const YamlMember& member : node.members) count += count_of(member.value);
  for (const YamlNode& item : node.items) count += count_of(item);
  return count;
}

std::size_t depth_of(const YamlNode& node) {
  std::size_t below = 0;
  for (const YamlMember& member : node.members) below = std::max(below, depth_of(member.value));
  for (const YamlNode& item : node.items) below = std::max(below, depth_of(item));
  return below + 1;
}

class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const Lines& lines) : lines_(lines) {}

  [[nodiscard]] YamlNode take_root() { return std::move(root_); }
  [[nodiscard]] std::vector<Finding> take_findings() { return std::move(findings_); }

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    YamlNode node;
    node.place = lines_.place(mark);
    std::string_view written = lines_.rest(mark);
    for (std::string_view word : {"~", "null", "Null", "NULL"}) {
      if (written.starts_with(word)) node.text = word == "~" ? "~" : "null";
    }
    complete(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Place place = lines_.place(mark);
    auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      throw Refused{{{},
                     place,
                     "has an alias of something that it is itself a part of",
                     "aliases of values that stand whole above"}};
    }
    count(count_of(found->second) - 1, depth_of(found->second), place);
    YamlNode copy = found->second;
    copy.place = place;
    complete(std::move(copy), 0);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode node;
    node.kind = YamlNode::Kind::kScalar;
    node.text = value;
    node.quoted = tag != "?";
    node.place = lines_.place(mark);
    bool known = tag.empty() || tag == "?" || tag == "!" || tag == "tag:yaml.org,2002:str";
    if (!known) refuse_tag(tag, node.place);
    complete(std::move(node), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(YamlNode::Kind::kList, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(YamlNode::Kind::kMap, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  // A list or map that has begun and not ended.
  struct Open {
    YamlNode node;
    YAML::anchor_t anchor = 0;
    std::optional<YamlMember> pending;  // of a map: a key that waits for its value
    bool discard = false;               // ... and is not kept: it was given before, or is no key
  };

  void open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    Place place = lines_.place(mark);
    bool known = tag.empty() || tag == "?" || tag == "!" || tag == "tag:yaml.org,2002:map" ||
                 tag == "tag:yaml.org,2002:seq";
    if (!known) refuse_tag(tag, place);
    count(0, 1, place);
    Open opened;
    opened.node.kind = kind;
    opened.node.place = place;
    opened.anchor = anchor;
    open_.push_back(std::move(opened));
  }

  void close() {
    Open closed = std::move(open_.back());
    open_.pop_back();
    complete(std::move(closed.node), closed.anchor);
  }

  // `node` is whole: the next key, value or item of what is open.
  void complete(YamlNode node, YAML::anchor_t anchor) {
    count(1, 0, node.place);
    if (anchor != 0) {
      count(count_of(node), 0, node.place);
      anchors_[anchor] = node;
    }
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& top = open_.back();
    if (top.node.kind == YamlNode::Kind::kList) {
      top.node.items.push_back(std::move(node));
    } else if (!top.pending) {
      begin_member(top, node);
    } else {
      top.pending->value = std::move(node);
      if (!top.discard) top.node.members.push_back(std::move(*top.pending));
      top.pending.reset();
    }
  }

  void begin_member(Open& top, const YamlNode& key) {
    top.discard = false;
    if (key.kind != YamlNode::Kind::kScalar || key.text.empty()) {
      findings_.push_back({here(), key.place, "has something that is no word where a key should be",
                           "a word, a colon and a value, such as `name: quickstart`", false});
      top.discard = true;
    } else if (const YamlMember* first = top.node.member(key.text)) {
      findings_.push_back(
          {here() / key.text, key.place,
           fmt::format("is given twice; the first is on line {}", first->place.line),
           "each key once: remove one of the two", false});
      top.discard = true;
    }
    top.pending = YamlMember{key.text, key.place, {}};
  }

  // The path of what is being read.
  [[nodiscard]] Path here() const {
    Path path;
    for (const Open& open : open_) {
      if (open.pending) path.push_back(open.pending->key);
      if (open.node.kind == YamlNode::Kind::kList)
        path.push_back(std::to_string(open.node.items.size()));
    }
    return path;
  }

  void count(std::size_t nodes, std::size_t depth, Place place) {
    nodes_ += nodes;
    if (nodes_ > kMostNodes) {
      throw Refused{{{},
                     place,
                     fmt::format("has more than {} values, those of aliases counted", kMostNodes),
                     "a contract of a few hundred lines"}};
    }
    if (open_.size() + depth > kMostDeep) {
      throw Refused{{{},
                     place,
                     fmt::format("is nested more than {} deep", kMostDeep),
                     "the sections that docs/formats/contract.md describes"}};
    }
  }

  void refuse_tag(const std::string& tag, Place place) {
    findings_.push_back({here(), place, fmt::format("has the tag \"{}\"", tag),
                         "values without tags, as they are written in the examples", false});
  }

  const Lines& lines_;
  YamlNode root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, YamlNode> anchors_;
  std::vector<Finding> findings_;
  std::size_t nodes_ = 0;
};

struct Wording {
  std::string_view yaml_cpp;  // the beginning of its message
  std::string_view what;
  std::string_view allowed;
};

constexpr std::string_view kKeyValue =
    "lines such as `name: quickstart`, those of one section indented alike; quotes around a text "
    "with \": \" or \" #\" in it";

constexpr Wording kWordings[] = {
    {"illegal map value", "has a colon where no key can be", kKeyValue},
    {"illegal map key", "has a key where none can be", kKeyValue},
    {"illegal block entry", "has a list item where none can be",
     "list items such as `- one`, all indented alike, below their key"},
    {"end of map not found",
     "has a line that is neither a key of this section nor the next section", kKeyValue},
    {"end of sequence not found",
     "has a line that is neither an item of this list nor the next key",
     "list items such as `- one`, all indented alike"},
    {"end of map flow not found", "has a { without its }, on this line or above",
     "`{key: value, key: value}`"},
    {"end of sequence flow not found", "has a [ without its ], on this line or above",
     "`[one, two]`"},
    {"illegal flow end", "has a ] or } without its [ or {", "`[one, two]` and `{key: value}`"},
    {"illegal EOF in scalar", "has a quote that does not end, on this line or above",
     "a closing quote"},
    {"illegal document indicator in scalar", "has a quote that does not end, on this line or above",
     "a closing quote"},
    {"the referenced anchor is not defined", "has an alias (*) of an anchor (&) that is not there",
     "the value itself; quotes around a text that begins with *"},
    {"alias not found after *", "has a * without a name",
     "quotes around a text that begins with *"},
    {"anchor not found after &", "has an & without a name",
     "quotes around a text that begins with &"},
    {"unknown token", "has a character that no value can begin with",
     "quotes around a text that begins with @, ` or %"},
    {"unknown escape character",
     "has a backslash within double quotes before a character that it cannot escape",
     "single quotes, or two backslashes"},
    {"invalid unicode", "has an escape of a character that does not exist", "the character itself"},
};

Finding syntax_finding(const YAML::ParserException& problem, const Lines& lines) {
  std::optional<std::size_t> tab = lines.tab_indented();
  bool before = tab && (problem.mark.is_null() || static_cast<int>(*tab) <= problem.mark.line);
  if (before || problem.msg.starts_with("illegal tab")) {
    Place place = before ? lines.place(*tab, 0) : lines.place(problem.mark);
    return {{}, place, "is indented with a tab", "blanks: YAML takes no tabs for indentation"};
  }
  for (const Wording& wording : kWordings) {
    if (problem.msg.starts_with(wording.yaml_cpp)) {
      return {{},
              lines.place(problem.mark),
              "cannot be read as YAML from here: it " + std::string(wording.what),
              std::string(wording.allowed)};
    }
  }
  return {{},
          lines.place(problem.mark),
          fmt::format("cannot be read as YAML from here ({})", problem.msg),
          std::string(kKeyValue)};
}

// Parses; throws what yaml-cpp throws, and Refused. The end of the document is marked, for yaml-cpp
// takes quotes that are open at the end of the text for closed.
YamlReading parse(std::string_view text, const Lines& lines) {
  std::istringstream stream(std::string(text) + "\n...\n");
  YAML::Parser parser(stream);
  TreeBuilder builder(lines);
  YamlReading reading;
  (void)parser.HandleNextDocument(builder);  // nothing at all leaves the root empty
  reading.root = builder.take_root();
  reading.findings = builder.take_findings();
  TreeBuilder second(lines);
  if (parser.HandleNextDocument(second)) {
    reading.findings.push_back({{},
                                second.take_root().place,
                                "holds a second document behind ---",
                                "one contract to a file",
                                false});
  }
  return reading;
}

}  // namespace

std::optional<std::size_t> unreadable_byte(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    auto byte = [&](std::size_t k) {
      return k < text.size() ? static_cast<unsigned char>(text[k]) : 0U;
    };
    unsigned lead = byte(i);
    bool control = lead < 0x20 && lead != '\t' && lead != '\n' && lead != '\r';
    if (control || lead == 0x7f) return i;
    std::size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead >= 0x80 && (lead < 0xc2 || lead > 0xf4)) return i;
    for (std::size_t k = 1; k < length; ++k) {
      if ((byte(i + k) & 0xc0) != 0x80) return i;
    }
    unsigned second = byte(i + 1);
    bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
    bool outside = (lead == 0xed && second > 0x9f) || (lead == 0xf4 && second > 0x8f);
    if (overlong || outside) return i;
    i += length;
  }
  return std::nullopt;
}

YamlReading read_yaml(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  YamlReading refused;
  if (text.size() > kMostBytes) {
    refused.findings.push_back(
        {{},
         {},
         fmt::format("has {} bytes", text.size()),
         fmt::format("at most {} bytes: a contract is a page or two", kMostBytes)});
    return refused;
  }
  Lines lines(text);
  if (std::optional<std::size_t> at = unreadable_byte(text)) {
    std::string_view before = text.substr(0, *at);
    auto line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
    std::size_t start = before.rfind('\n') + 1;
    refused.findings.push_back({{},
                                lines.place(line, *at - start),
                                fmt::format("has the byte 0x{:02x}, which is no text here",
                                            static_cast<unsigned char>(text[*at])),
                                "UTF-8 text: save the file with that encoding"});
    return refused;
  }
  try {
    return parse(text, lines);
  } catch (const Refused& problem) {
    refused.findings.push_back(problem.finding);
  } catch (const YAML::ParserException& problem) {
    refused.findings.push_back(syntax_finding(problem, lines));
  } catch (const std::exception& problem) {
    refused.findings.push_back({{},
                                {},
                                fmt::format("cannot be read as YAML ({})", problem.what()),
                                std::string(kKeyValue)});
  }
  return refused;
}

}  // namespace lynxbench::contract
