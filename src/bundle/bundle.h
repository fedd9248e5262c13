// Bundles on disk: written while the run goes on, sealed at its end, checked and read back.
// docs/formats/bundle.md has the layout.
//
//   bundle::Writer writer = TRY(bundle::Writer::create("results/quickstart.lynx"));
//   TRY_STATUS(writer.write_text("contract.yaml", text));
//   TRY_STATUS(writer.add_phase(phase));                    // committed when it returns
//   TRY_STATUS(writer.seal(manifest));                      // from here on it counts as complete
//
// A bundle without a manifest was killed; one whose manifest says so was interrupted. Neither ever
// passes as complete.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/result.h"
#include "model/bundle.h"

namespace lynxbench::bundle {

// Committed means: it outlives a kill -9 at once, and a power cut from the end of its phase on.
//
// Errors: kInvalidArgument for a caller's mistake, after which everything is as it was. After any
// other error (kExhausted and the file when the disk is full) what was committed stays readable,
// and every later call returns the same error.
//
// Threads: one at a time.
class Writer {
 public:
  // Makes the folder; kInvalidArgument when it is there already and not empty.
  [[nodiscard]] static Result<Writer> create(const fs::path& folder, std::int64_t epoch_wall_ns);
  ~Writer();
  Writer(Writer&&) noexcept;
  Writer& operator=(Writer&&) noexcept;

  [[nodiscard]] const fs::path& folder() const;
  [[nodiscard]] Status write_text(const std::string& path, std::string_view content);

  // A phase begins: its row, without requests.
  [[nodiscard]] Status begin_phase(const Phase& phase);
  // Requests of the phase that began, as they are answered: committed when it returns.
  [[nodiscard]] Status add_requests(std::uint32_t phase, std::span<const RequestRecord> requests);
  // The phase ended: its final row, and those of its requests that were not added yet.
  [[nodiscard]] Status end_phase(const Phase& phase);

  // What was sampled since the last call. A series may come again, unchanged; a sample's value is
  // finite, and -0 is kept as 0.
  [[nodiscard]] Status add_telemetry(const Telemetry& telemetry);
  [[nodiscard]] Status add_profile(const Profile& profile);
  [[nodiscard]] Status set_ceilings(const Ceilings& ceilings);
  // All of them so far, again after each phase.
  [[nodiscard]] Status set_server_metrics(const std::vector<PhaseServerMetrics>& metrics);
  // RunRecord::ceilings_missing: why there are none.
  [[nodiscard]] Status set_ceilings_missing(const std::string& reason);

  // Closes the raw data, digests every file and writes the manifest (whose `files` it fills) and
  // the seal, each atomically. Nothing may be added afterwards.
  [[nodiscard]] Status seal(Manifest manifest);

 private:
  struct State;
  explicit Writer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

struct CheckResult {
  bool intact = false;    // every byte is as it was sealed
  bool complete = false;  // the run ended as planned; false also when there is no manifest
  std::vector<std::string> problems;  // each names the file
  std::optional<Manifest> manifest;
};

// Digests every file again. Never crashes, whatever is in the folder. kNotFound when there is none.
[[nodiscard]] Result<CheckResult> check(const fs::path& folder);

// Everything but profiles' texts. Reads what is there of an incomplete bundle. kInvalidInput with
// the file when a part cannot be read.
[[nodiscard]] Result<Bundle> read(const fs::path& folder);

// The raw part alone (raw.sqlite and ceilings).
[[nodiscard]] Result<RunRecord> read_raw(const fs::path& folder);

// Digest of the manifest: names the bundle.
[[nodiscard]] Result<std::string> digest(const fs::path& folder);

}  // namespace lynxbench::bundle
