// For tests of readers: reads text with one reader as read_source() would, and looks at the losses.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "trace/byte_source.h"
#include "trace/link.h"
#include "trace/reader.h"

namespace lynxbench::trace {

inline Result<Timeline> read_with(const Reader& reader, std::string_view text,
                                  const ReadOptions& options = {}) {
  const std::unique_ptr<ByteSource> source = TRY(open_bytes(text, "given"));
  Timeline timeline = TRY(reader.read(*source, options));
  link(timeline);
  return timeline;
}

// The same of what must be readable; an empty timeline, and a failure, when it is not.
inline Timeline read_well(const Reader& reader, std::string_view text,
                          const ReadOptions& options = {}) {
  Result<Timeline> timeline = read_with(reader, text, options);
  EXPECT_TRUE(timeline.ok()) << timeline.error().text();
  return timeline.ok() ? std::move(*timeline) : Timeline{};
}

// The same of what the reader must know for its own, too.
inline Timeline recognise_and_read(const Reader& reader, std::string_view text) {
  EXPECT_TRUE(reader.recognises(text)) << text.substr(0, 60);
  return read_well(reader, text);
}

// How many of `what` were lost; 0: none.
inline std::uint64_t loss_count(const Timeline& timeline, std::string_view what) {
  for (const Loss& loss : timeline.losses) {
    if (loss.what == what) return loss.count;
  }
  return 0;
}

// How many were lost of all whose words have `part`.
inline std::uint64_t count_of(const Losses& losses, std::string_view part) {
  std::uint64_t count = 0;
  for (const Loss& loss : losses) {
    count += loss.what.find(part) != std::string::npos ? loss.count : 0;
  }
  return count;
}
inline std::uint64_t count_of(const Timeline& timeline, std::string_view part) {
  return count_of(timeline.losses, part);
}

inline bool is_damaged(const Timeline& timeline) {
  return std::any_of(timeline.losses.begin(), timeline.losses.end(),
                     [](const Loss& loss) { return loss.severity == Severity::kDamage; });
}

inline std::vector<std::string> host_names(const Timeline& timeline, HostWork work) {
  std::vector<std::string> names;
  for (std::size_t row = 0; row < timeline.host.size(); ++row) {
    if (timeline.host.work[row] != work) continue;
    names.emplace_back(timeline.names[timeline.host.name[row]]);
  }
  return names;
}

inline bool has_note(const Timeline& timeline, std::string_view part) {
  for (const std::string& note : timeline.notes) {
    if (note.find(part) != std::string::npos) return true;
  }
  return false;
}

// The folder of real traces, and "" where this machine has none. `source_dir`: LYNXBENCH_SOURCE_DIR.
inline std::filesystem::path real_traces(const char* source_dir) {
  const char* given = std::getenv("LYNXBENCH_DATA");
  const std::filesystem::path root =
      given != nullptr ? std::filesystem::path(given)
                       : std::filesystem::path(source_dir) / ".." / "shared" / "data";
  return std::filesystem::is_directory(root / "traces") ? root / "traces" : "";
}

}  // namespace lynxbench::trace
