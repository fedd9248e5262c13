// The redacted copy of OpenTelemetry spans: the spans that the reader can read, in one document, with the
// attributes that are numbers of inference or that it uses.
#pragma once

#include "trace/output_file.h"
#include "trace/redact/names.h"
#include "trace/redact/redact.h"

namespace lynxbench::trace::redact {

// Fails with kInvalidInput when there is no span.
[[nodiscard]] Status redact_otlp(ByteSource& source, OutputFile& out, Names& names,
                                 Redaction& redaction);

}  // namespace lynxbench::trace::redact
