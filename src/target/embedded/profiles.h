// Which batches are profiled, and the files that came of it.
//
//   Profiles profiles(clock);
//   TRY_STATUS(profiles.start(4, folder));                  // from now on one batch in four
//   auto prefix = profiles.prefix_for(batch.id);            // "folder/batch-12-8231", or nothing
//   std::vector<WrittenProfile> files = profiles.take();
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/files.h"
#include "base/result.h"
#include "target/target.h"

namespace lynxbench::target {

// Threads: all members from any.
class Profiles {
 public:
  // `clock` tells apart what several targets write into the same folder.
  explicit Profiles(const Clock& clock) : clock_(clock) {}

  // Profiles the next batch and every `every`-th after it; 0: none any more. Makes `folder`;
  // kUnavailable when it cannot be written.
  [[nodiscard]] Status start(std::int64_t every, const fs::path& folder);

  // Where batch `id` is to be profiled to; nothing when it is not its turn.
  [[nodiscard]] std::optional<fs::path> prefix_for(std::uint64_t id);
  // The run with this prefix has ended well.
  void written(std::uint64_t id, const fs::path& prefix);

  // What was written since the last call. Where the runtime left no file (a full disk) the path is
  // that of the prefix, so that reading it says so.
  [[nodiscard]] std::vector<WrittenProfile> take();

 private:
  const Clock& clock_;
  std::mutex mutex_;
  std::int64_t every_ = 0;
  std::int64_t until_next_ = 0;
  fs::path folder_;
  std::int64_t tag_ = 0;
  std::vector<WrittenProfile> written_;  // with the prefix as the file
};

}  // namespace lynxbench::target
