// The redacted copy of a table of nvidia-smi's: the columns of quantities and times; what identifies
// devices, buses and drivers is left out.
#pragma once

#include "trace/output_file.h"
#include "trace/redact/names.h"
#include "trace/redact/redact.h"

namespace lynxbench::trace::redact {

// Fails with kInvalidInput when the table has no header: without one a column may hold anything.
[[nodiscard]] Status redact_smi(ByteSource& source, OutputFile& out, Names& names,
                                Redaction& redaction);

}  // namespace lynxbench::trace::redact
