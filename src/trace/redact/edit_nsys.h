// The redacted copy of an Nsight Systems export: a new database with the tables and columns that
// attribution uses. What was captured of the environment, processes, files and threads' names is in none
// of them.
#pragma once

#include "trace/output_file.h"
#include "trace/redact/names.h"
#include "trace/redact/redact.h"

namespace lynxbench::trace::redact {

// Fails with kInvalidInput when it is no such export, with kUnavailable when no database can be made
// beside the output.
[[nodiscard]] Status redact_nsys(ByteSource& source, OutputFile& out, Names& names,
                                 Redaction& redaction);

}  // namespace lynxbench::trace::redact
