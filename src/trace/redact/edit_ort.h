// The redacted copy of an ONNX Runtime profile: the events that the reader can read or repair, written
// anew with the members that it uses.
#pragma once

#include "trace/output_file.h"
#include "trace/redact/names.h"
#include "trace/redact/redact.h"

namespace lynxbench::trace::redact {

// Memory: as the reader, the whole text. Fails with kInvalidInput when no event can be read.
[[nodiscard]] Status redact_ort(ByteSource& source, OutputFile& out, Names& names,
                                Redaction& redaction);

}  // namespace lynxbench::trace::redact
