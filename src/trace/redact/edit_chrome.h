// The redacted copy of a Chrome trace (PyTorch profiler and others).
#pragma once

#include "trace/output_file.h"
#include "trace/redact/names.h"
#include "trace/redact/redact.h"

namespace lynxbench::trace::redact {

// Writes the copy of `source` to `out`. Fails with kInvalidInput when it has no events at all.
[[nodiscard]] Status redact_chrome(ByteSource& source, OutputFile& out, Names& names,
                                   Redaction& redaction);

}  // namespace lynxbench::trace::redact
