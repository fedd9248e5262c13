// The redacted copies of JSON formats that need no more than rules (json_rules.h): rocprofv3, Triton's
// traces and statistics, trtexec's times, lynxbench's load records. Fail with kInvalidInput when nothing
// in the source can be copied.
#pragma once

#include "trace/output_file.h"
#include "trace/redact/names.h"
#include "trace/redact/redact.h"

namespace lynxbench::trace::redact {

[[nodiscard]] Status redact_rocprof(ByteSource& source, OutputFile& out, Names& names,
                                    Redaction& redaction);
[[nodiscard]] Status redact_triton(ByteSource& source, OutputFile& out, Names& names,
                                   Redaction& redaction);
// Times and profiles.
[[nodiscard]] Status redact_trtexec(ByteSource& source, OutputFile& out, Names& names,
                                    Redaction& redaction);
[[nodiscard]] Status redact_load_record(ByteSource& source, OutputFile& out, Names& names,
                                        Redaction& redaction);

}  // namespace lynxbench::trace::redact
