#include "trace/redact/redact.h"

#include <filesystem>

#include "trace/reader.h"
#include "trace/redact/edit_chrome.h"
#include "trace/redact/edit_json.h"
#include "trace/redact/edit_nsys.h"
#include "trace/redact/edit_ort.h"
#include "trace/redact/edit_otlp.h"
#include "trace/redact/edit_prometheus.h"
#include "trace/redact/edit_smi.h"
#include "trace/redact/edit_xplane.h"
#include "trace/redact/names.h"
#include "trace/source_text.h"
#include "trace/tar.h"

namespace lynxbench::trace::redact {
namespace {

using Edit = Status (*)(ByteSource&, OutputFile&, Names&, Redaction&);

struct Editor {
  std::string_view format;  // of the reader that recognises it
  Edit edit;
};

constexpr Editor kEditors[] = {{"Chrome trace", redact_chrome},
                               {"lynxbench load record", redact_load_record},
                               {"Nsight Systems SQLite", redact_nsys},
                               {"ONNX Runtime profile", redact_ort},
                               {"OpenTelemetry spans", redact_otlp},
                               {"Prometheus metrics", redact_prometheus},
                               {"rocprofv3 JSON", redact_rocprof},
                               {"nvidia-smi", redact_smi},
                               {"Triton trace", redact_triton},
                               {"TensorRT trtexec", redact_trtexec},
                               {"XLA xplane", redact_xplane}};

// The format's editor. A reader without one is a format that cannot be redacted.
Result<Editor> editor_of(ByteSource& source) {
  if (is_tar(source.head())) {
    return Error{ErrorCode::kInvalidInput,
                 "is an archive, whose members' names are people's too: unpack it and redact each "
                 "trace in it by itself (with the same --salt)",
                 source.name()};
  }
  for (const Reader& reader : readers()) {
    if (!reader.recognises(source.head())) continue;
    for (const Editor& editor : kEditors) {
      if (editor.format == reader.format) return editor;
    }
    return Error{ErrorCode::kInvalidInput,
                 fmt::format("{} cannot be redacted; nothing was written", reader.format),
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
