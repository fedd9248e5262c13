// Writes a trace that Perfetto's viewer (ui.perfetto.dev) and chrome://tracing open: for each device a
// process, with where its time went as one track, who was late as another, its streams, and how much
// was launched and had not begun.
//
//   PerfettoWriter writer = ...create("out.json.gz");
//   writer->add(timeline, budget_pieces(...));
//   TRY_STATUS(writer->finish());
//
// Times are microseconds with three decimals, exact to the nanosecond, from the first file's first
// event. The slices of the budget's track touch and do not overlap, and their sums are the budget's.
// Written piece by piece. Threads: one at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/device_pieces.h"
#include "model/trace.h"
#include "trace/output_file.h"

namespace lynxbench::trace {

class PerfettoWriter {
 public:
  enum class Files { kOne, kSeveral };

  // gzip when the name ends in ".gz". Fails as OutputFile does.
  [[nodiscard]] static Result<std::unique_ptr<PerfettoWriter>> create(const std::string& path,
                                                                      Files files);
  // The timeline is linked. Files that say what time it was share one clock; others begin at 0.
  void add(const Timeline& timeline, const std::vector<DevicePieces>& devices);
  // Without it no file appears.
  [[nodiscard]] Status finish();

 private:
  struct Slice;

  PerfettoWriter(std::unique_ptr<OutputFile> file, Files files);
  void begin_event();
  void slice(const Slice& slice);
  void track_name(std::int64_t track, std::string_view name, std::int64_t place);
  void process_name(std::string_view name);
  void add_budget(const Timeline& timeline, const DevicePieces& device);
  void add_streams(const Timeline& timeline, std::int64_t device);
  void add_queue(const Timeline& timeline, std::int64_t device);
  void choose_origin(const Timeline& timeline, const std::vector<DevicePieces>& devices);
  [[nodiscard]] std::string time_text(std::int64_t at_ns) const;

  std::unique_ptr<OutputFile> file_;
  Files files_;
  std::int64_t process_ = 0;                // of the device that is being written
  std::int64_t origin_ns_ = 0;              // time 0, on the clock of the file that is being written
  std::optional<std::int64_t> wall_origin_ns_;  // the same since 1970, once a file has said
  bool first_ = true;
};

}  // namespace lynxbench::trace
