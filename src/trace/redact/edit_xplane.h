// The redacted copy of an XLA profile: the planes of devices, hosts and the clock, written anew with the
// fields that the reader uses. Names of hosts, messages and unknown fields are in none of them.
#pragma once

#include "trace/output_file.h"
#include "trace/redact/names.h"
#include "trace/redact/redact.h"

namespace lynxbench::trace::redact {

// Memory: a plane at a time, as the reader. Fails with kInvalidInput when there is no plane.
[[nodiscard]] Status redact_xplane(ByteSource& source, OutputFile& out, Names& names,
                                   Redaction& redaction);

}  // namespace lynxbench::trace::redact
