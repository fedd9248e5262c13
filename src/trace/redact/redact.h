// A copy of a trace that is safe to send to another team: without environment, paths, host and user
// names and what users wrote into names; with the same times, so that attribution of the copy gives the
// same budgets to the nanosecond.
//
//   Redaction done = TRY(redact_file("rank0.json.gz", "to_send.json.gz", {}));
//   done.removed   // {"arguments": 812, "members of the file": 9, ...}
//
// What is kept stands in lists, and what stands in none is removed: a new secret in a new place stays
// out. Kept are times, numbers, ids, and names of kernels, of runtime calls and of operators of
// well-known libraries. Names that are replaced stay different from one another, and get the same
// replacement wherever they occur.
//
// Every format that the readers read (docs/formats/redacted.md); no archives. Memory is bounded as the
// format's reader says, and by the number of different names.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/result.h"
#include "model/timeline.h"
#include "trace/byte_source.h"

namespace lynxbench::trace::redact {

// What becomes of names that people gave: those of Python functions and of annotations.
enum class NameChoice {
  kUsual,  // functions lose their folders; annotations become digests unless a framework wrote them
  kHash,   // both become digests
  kKeep,   // both stay as they are
};

struct Options {
  NameChoice names = NameChoice::kUsual;
  // Mixed into the digests of names. Without it whoever guesses a name can confirm the guess; with it
  // files that belong together need the same one.
  std::string salt;
};

struct Redaction {
  std::string format;  // as readers call it
  std::uint64_t events = 0;
  // How much was removed or replaced, by kind; never what.
  std::map<std::string, std::uint64_t> removed;
  Losses losses;  // what could not be read, and so was left out of the copy
};

// Writes the copy as `to`, which appears when it is whole; gzip when the name ends in ".gz".
//
// Fails with kInvalidArgument when `to` is the file itself, with kInvalidInput when the format is none
// that can be redacted: there is no half-redacted copy.
[[nodiscard]] Result<Redaction> redact_file(const std::string& from, const std::string& to,
                                            const Options& options);

}  // namespace lynxbench::trace::redact
