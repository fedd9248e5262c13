// What may be kept of JSON, as a tree of rules, and the copying by it. A member that has no rule is not
// copied, a value that has not the form of its rule becomes null.
//
//   constexpr Rule kNumber{.form = Form::kNumber};
//   constexpr std::array kMembers{Member{"id", &kNumber}, Member{"stamps", &kStamps}};
//   constexpr Rule kRequest{.form = Form::kObject, .members = kMembers};
//   JsonCopy copy(names, redaction);
//   copy.value(json, kRequest)                   // {"id": 7, "stamps": [...]}
//
// The tree goes into the objects and arrays that the format's reader goes into, so that both find the
// same faults; what the reader passes over as a whole is `apart`. Threads: one at a time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "trace/json_cursor.h"
#include "trace/json_stream.h"
#include "trace/loss_count.h"
#include "trace/output_file.h"
#include "trace/redact/names.h"
#include "trace/redact/redact.h"

namespace lynxbench::trace::redact {

enum class Form : std::uint8_t {
  kNumber,  // also as a string; true, false and null
  kWord,    // one of Rule::words; any other becomes "removed"
  kName,    // what Names makes of it
  kId,      // a number, or a digest
  kDevice,  // a device's name
  kObject,
  kArray,
};

// What becomes of an element of a streamed array in which a fault was found.
enum class OnFault : std::uint8_t {
  kNull,    // the reader takes nothing of it either
  kPrefix,  // what stands before the fault stays, as the reader takes it
};

struct Member;

struct Rule {
  Form form = Form::kNumber;
  NameOf names = NameOf::kAnnotation;
  std::span<const std::string_view> words{};
  std::span<const Member> members{};
  const Rule* element = nullptr;
  const Rule* others = nullptr;  // of members that are not listed: these get digests as names
  OnFault on_fault = OnFault::kNull;
  bool streamed = false;  // of any length: copied piece by piece
  bool apart = false;     // the reader passes over it: a fault inside costs nothing around it
};

struct Member {
  std::string_view name;
  const Rule* rule;
};

class JsonCopy {
 public:
  JsonCopy(Names& names, Redaction& redaction) : names_(names), redaction_(redaction) {}

  // The value that comes next in `json`.
  [[nodiscard]] std::string value(JsonCursor& json, const Rule& rule);
  // The value that is due in `json`, to `out`; brackets are closed wherever the text ends. Elements of
  // its arrays count as events.
  void stream(JsonStream& json, const Rule& rule, OutputFile& out);
  // The text of an element; nothing for what is no object and no array.
  [[nodiscard]] std::string element(std::string_view text, const Rule& rule, std::uint64_t byte);

  [[nodiscard]] LossCount& losses() { return losses_; }

 private:
  [[nodiscard]] std::string container(JsonCursor& json, const Rule& rule);
  [[nodiscard]] std::string object(JsonCursor& json, const Rule& rule);
  [[nodiscard]] std::string array(JsonCursor& json, const Rule& rule);
  [[nodiscard]] std::string scalar(std::string_view text, const Rule& rule);
  void streamed_object(JsonStream& json, const Rule& rule, OutputFile& out);
  void streamed_array(JsonStream& json, const Rule& rule, OutputFile& out);
  struct Kept {
    std::string name;
    const Rule* rule;
  };
  [[nodiscard]] std::optional<Kept> kept_member(std::string_view name, const Rule& object);

  Names& names_;
  Redaction& redaction_;
  LossCount losses_;
};

}  // namespace lynxbench::trace::redact
