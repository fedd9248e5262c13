// One event of a Chrome trace, rewritten with what may be kept of it.
//
//   EventEditor editor(names, redaction.removed);
//   editor.append(event, text);      // text += {"ph": "X", "cat": "kernel", ...}
//
// The chrome reader (trace/chrome) gives the same row for the rewritten event, its names apart; so an
// argument that the reader uses stands in kArguments here, with the form that its value must have.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "trace/chrome/event.h"
#include "trace/redact/names.h"

namespace lynxbench::trace::redact {

class EventEditor {
 public:
  using Counts = std::map<std::string, std::uint64_t>;

  EventEditor(Names& names, Counts& removed) : names_(names), removed_(removed) {}

  void append(const chrome::Event& event, std::string& out);

 private:
  void member(std::string_view name, std::string_view value, std::string& out);
  void text_member(std::string_view name, std::string_view text, std::string& out);
  void identity(const chrome::Event& event, std::string& out);
  void times(const chrome::Event& event, std::string& out);
  void arguments(const chrome::Event& event, std::string& out);
  void counters(const chrome::Event& event, std::string& out);
  void metadata(const chrome::Event& event, std::string& out);
  [[nodiscard]] std::string value_of(std::string_view argument, JsonCursor& json);

  Names& names_;
  Counts& removed_;
  bool first_ = true;  // no member yet
};

// Whether the argument's value is kept, in some form. For a test that holds the reader's list against it.
[[nodiscard]] bool keeps_argument(std::string_view name);

}  // namespace lynxbench::trace::redact
