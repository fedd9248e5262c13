// The redacted copy of metrics as text: samples of well-known exporters as they are, other names and
// labels as digests, what a label says of a host or a job as a digest.
#pragma once

#include "trace/output_file.h"
#include "trace/redact/names.h"
#include "trace/redact/redact.h"

namespace lynxbench::trace::redact {

// Fails with kInvalidInput when there is no sample.
[[nodiscard]] Status redact_prometheus(ByteSource& source, OutputFile& out, Names& names,
                                       Redaction& redaction);

}  // namespace lynxbench::trace::redact
