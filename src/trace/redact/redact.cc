#include "trace/redact/redact.h"

#include <filesystem>

#include "trace/reader.h"
#include "trace/redact/edit_chrome.h"
#include "trace/redact/edit_nsys.h"
#include "trace/redact/names.h"
#include "trace/source_text.h"

namespace lynxbench::trace::redact {
namespace {

using Edit = Status (*)(ByteSource&, OutputFile&, Names&, Redaction&);

struct Editor {
  std::string_view format;  // of the reader that recognises it
  Edit edit;
};

constexpr Editor kEditors[] = {{"Chrome trace", redact_chrome},
                               {"Nsight Systems SQLite", redact_nsys}};

// The format's editor. A reader without one is a format that cannot be redacted.
Result<Editor> editor_of(ByteSource& source) {
  for (const Reader& reader : readers()) {
    if (!reader.recognises(source.head())) continue;
    for (const Editor& editor : kEditors) {
      if (editor.format == reader.format) return editor;
    }
    return Error{ErrorCode::kInvalidInput,
                 fmt::format("{} cannot be redacted yet; nothing was written", reader.format),
                 source.name()};
  }
  return Error{ErrorCode::kInvalidInput,
               "is no trace that lynxbench reads: it seems to be " + likely_kind(source.head()),
               source.name()};
}

}  // namespace

Result<Redaction> redact_file(const std::string& from, const std::string& to,
                              const Options& options) {
  std::error_code ignored;
  if (std::filesystem::equivalent(from, to, ignored)) {
    return Error{ErrorCode::kInvalidArgument, "is the trace itself; name another file for the copy",
                 to};
  }
  const std::unique_ptr<ByteSource> source = TRY(open_file(from));
  const Editor editor = TRY(editor_of(*source));
  Redaction redaction;
  redaction.format = editor.format;
  Names names(options);
  const std::unique_ptr<OutputFile> out = TRY(OutputFile::create(to));
  TRY_STATUS(editor.edit(*source, *out, names, redaction));
  for (const auto& [kind, count] : names.changed()) redaction.removed[kind] += count;
  TRY_STATUS(out->commit());
  return redaction;
}

}  // namespace lynxbench::trace::redact
