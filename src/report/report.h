// Bundle -> what people read: terminal text, JSON, one HTML file that opens offline.
#pragma once

#include <string>

#include "base/json.h"
#include "model/bundle.h"
#include "model/verification.h"

namespace lynxbench::report {

struct TerminalOptions {
  int columns = 80;
  bool colour = false;
};

struct Context {
  std::string bundle_path;
  Fingerprints fingerprints;
  std::string contract_digest;
  std::string bundle_digest;  // bundle::digest; empty: not known
  bool intact = true;        // of bundle::check
  std::vector<std::string> problems;
};

// The whole report as one document: what the HTML shows, and what --json prints. Long series are
// thinned, and the document says from how many to how many.
[[nodiscard]] Json document(const Bundle& bundle, const Context& context);

[[nodiscard]] std::string terminal(const Bundle& bundle, const Context& context,
                                   const TerminalOptions& options);
[[nodiscard]] std::string html(const Bundle& bundle, const Context& context);

[[nodiscard]] std::string verification_text(const Verification& verification,
                                            const TerminalOptions& options);

}  // namespace lynxbench::report
