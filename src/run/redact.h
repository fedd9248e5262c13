// A trace that may be sent away: redacted, and checked to give the same attribution.
//
//   RedactedCopy copy = TRY(run::redact({"rank0.json.gz", "to_send.json.gz"}));
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "trace/redact/redact.h"

namespace lynxbench::run {

struct RedactJob {
  enum class Check { kAttribution, kNone };
  std::string from;
  std::string to;
  trace::redact::Options options;
  Check check = Check::kAttribution;  // reads both files
};

struct RedactedCopy {
  // How many of each were compared, and are the same.
  struct Compared {
    std::size_t devices = 0;
    std::uint64_t requests = 0;
    std::size_t series = 0;
    std::size_t totals = 0;
  };
  trace::redact::Redaction redaction;
  Compared compared;
};

// Fails as trace::redact::redact_file does; and with kInternal, without leaving a copy, when the copy
// does not give the same budgets, requests, series and totals.
[[nodiscard]] Result<RedactedCopy> redact(const RedactJob& job);

}  // namespace lynxbench::run
