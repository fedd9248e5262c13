#include "trace/chrome/event.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace lynxbench::trace::chrome {
namespace {

struct Argument {
  std::string_view name;
  std::string_view Arguments::* member;
};

// In order of length, then as they are most often met.
constexpr std::array kArguments{
    Argument{"Seq", &Arguments::sequence},
    Argument{"grid", &Arguments::grid},
    Argument{"name", &Arguments::name},
    Argument{"kind", &Arguments::kind},
    Argument{"size", &Arguments::size},
    Argument{"block", &Arguments::block},
    Argument{"bytes", &Arguments::bytes},
    Argument{"dtype", &Arguments::dtype},
    Argument{"stream", &Arguments::stream},
    Argument{"device", &Arguments::device},
    Argument{"graph id", &Arguments::graph_id},
    Argument{"Device Id", &Arguments::device_id},
    Argument{"direction", &Arguments::direction},
    Argument{"stream_id", &Arguments::stream},
    Argument{"Input Dims", &Arguments::input_dims},
    Argument{"Input type", &Arguments::input_types},
    Argument{"Group size", &Arguments::group_size},
    Argument{"correlation", &Arguments::correlation},
    Argument{"graph node id", &Arguments::graph_node_id},
    Argument{"shared memory", &Arguments::shared_memory},
    Argument{"In msg nelems", &Arguments::in_elements},
    Argument{"Total Reserved", &Arguments::total_reserved},
    Argument{"wait_on_stream", &Arguments::recorded_on},
    Argument{"Out msg nelems", &Arguments::out_elements},
    Argument{"cuda_sync_kind", &Arguments::sync_kind},
    Argument{"Total Allocated", &Arguments::total_allocated},
    Argument{"Concrete Inputs", &Arguments::concrete_inputs},
    Argument{"Collective name", &Arguments::collective},
    Argument{"Process Group Name", &Arguments::group_name},
    Argument{"registers per thread", &Arguments::registers},
    Argument{"est. achieved occupancy %", &Arguments::occupancy},
    Argument{"wait_on_cuda_event_record_corr_id", &Arguments::recorded_by},
};
constexpr std::size_t kLongestArgument = 33;

// Where the arguments of each length begin in kArguments.
constexpr std::array<std::uint8_t, kLongestArgument + 2> kFirstOfLength = [] {
  std::array<std::uint8_t, kLongestArgument + 2> first{};
  std::size_t at = 0;
  for (std::size_t length = 0; length < first.size(); ++length) {
    while (at < kArguments.size() && kArguments[at].name.size() < length) ++at;
    first[length] = static_cast<std::uint8_t>(at);
  }
  return first;
}();

const Argument* argument_named(std::string_view name) {
  if (name.size() > kLongestArgument) return nullptr;
  for (std::size_t i = kFirstOfLength[name.size()]; i < kFirstOfLength[name.size() + 1]; ++i) {
    if (std::memcmp(kArguments[i].name.data(), name.data(), name.size()) == 0) {
      return &kArguments[i];
    }
  }
  return nullptr;
}

std::string_view text_of_value(JsonCursor& json) {
  const char next = json.peek();
  return next == '[' || next == '{' ? json.raw() : json.scalar();
}

void read_arguments(JsonCursor& json, Arguments& args) {
  if (!json.enter('{')) return json.skip();
  while (const auto name = json.key()) {
    const Argument* const known = argument_named(*name);
    if (known != nullptr) {
      args.*known->member = text_of_value(json);
    } else {
      json.skip();
    }
  }
}

void read_member(JsonCursor& json, std::string_view name, Event& event,
                 std::string_view whole_text) {
  const auto is = [&](std::string_view wanted) { return name == wanted; };
  if (is("ph")) {
    const std::string_view phase = json.scalar();
    event.phase = phase.size() == 1 ? phase.front() : '?';
  } else if (is("cat")) {
    event.category = json.scalar();
  } else if (is("name")) {
    event.name = json.scalar();
  } else if (is("pid")) {
    event.process = json.scalar();
  } else if (is("tid")) {
    event.thread = json.scalar();
  } else if (is("ts")) {
    event.begin = json.scalar();
  } else if (is("dur")) {
    event.duration = json.scalar();
  } else if (is("id")) {
    event.id = json.scalar();
  } else if (is("args")) {
    json.peek();
    if (!event.args_text.empty()) event.args = {};  // of two the last counts, whole
    const std::size_t begin = json.position();
    read_arguments(json, event.args);
    event.args_text = whole_text.substr(begin, json.position() - begin);
  } else {
    json.skip();
  }
}

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

constexpr std::array<std::string_view, 12> kMembers{"ph",  "cat", "name", "pid", "tid", "ts",
                                                    "dur", "id",  "args", "s",   "bp",  "cname"};

enum class Beginning { kNone, kEvent, kCut };  // kCut: the text ends before it can be told

// What begins with the brace at `brace`, by what follows it.
Beginning beginning_at(std::string_view text, std::size_t brace) {
  const auto past_blanks = [&](std::size_t at) {
    while (at < text.size() && is_blank(text[at])) ++at;
    return at;
  };
  const std::size_t quote = past_blanks(brace + 1);
  if (quote == text.size()) return Beginning::kCut;
  if (text[quote] != '"') return Beginning::kNone;
  constexpr std::size_t kLongestMember = 5;
  const std::string_view rest = text.substr(quote + 1, kLongestMember + 1);
  const std::size_t length = rest.find('"');
  if (length == std::string_view::npos) {
    return rest.size() <= kLongestMember ? Beginning::kCut : Beginning::kNone;
  }
  if (std::find(kMembers.begin(), kMembers.end(), rest.substr(0, length)) == kMembers.end()) {
    return Beginning::kNone;
  }
  const std::size_t colon = past_blanks(quote + length + 2);
  if (colon == text.size()) return Beginning::kCut;
  return text[colon] == ':' ? Beginning::kEvent : Beginning::kNone;
}

bool begins_event(std::string_view text, std::size_t brace) {
  std::size_t before = brace;
  while (before > 0 && is_blank(text[before - 1])) --before;
  if (before == 0 || (text[before - 1] != ',' && text[before - 1] != '[')) return false;
  return beginning_at(text, brace) == Beginning::kEvent;
}

}  // namespace

Event read_event(JsonCursor& json) {
  Event event;
  const std::string_view text = json.text();
  if (!json.enter('{')) {
    event.is_object = false;
    json.skip();
    return event;
  }
  while (const auto name = json.key()) read_member(json, *name, event, text);
  return event;
}

std::vector<std::string_view> argument_names() {
  std::vector<std::string_view> names;
  for (const Argument& one : kArguments) names.push_back(one.name);
  return names;
}

std::optional<std::size_t> find_event(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find('{', from); at != std::string_view::npos;
       at = text.find('{', at + 1)) {
    if (begins_event(text, at)) return at;
  }
  return std::nullopt;
}

std::size_t begin_of_tail(std::string_view text) {
  const std::size_t comma = text.find_last_of(",[");
  if (comma == std::string_view::npos) return text.size();
  std::size_t brace = comma + 1;
  while (brace < text.size() && is_blank(text[brace])) ++brace;
  if (brace == text.size()) return comma;
  const bool cut = text[brace] == '{' && beginning_at(text, brace) == Beginning::kCut;
  return cut ? comma : text.size();
}

}  // namespace lynxbench::trace::chrome
