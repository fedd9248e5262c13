// One plane of an XSpace as it stands in the file: names of events and of their statistics come
// after the events, so these keep numbers.
//
//   Plane plane;
//   wire.message([&](std::uint32_t tag) { return read_plane_field(tag, wire, plane); });
//   plane.event_names[plane.lines[0].events[0].metadata].name;   // "gemm_kernel"
//
// Field numbers: tsl/profiler/protobuf/xplane.proto.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "trace/xplane/wire.h"

namespace lynxbench::trace::xplane {

struct Stat {
  std::int64_t id = 0;                    // its name: Plane::stat_names
  std::optional<std::int64_t> number;     // of integers
  std::string text;                       // of strings
  std::optional<std::int64_t> reference;  // a text that is kept as a name of Plane::stat_names
};

struct PlaneEvent {
  std::int64_t metadata = 0;  // its name: Plane::event_names
  std::int64_t offset_ps = 0;
  std::int64_t duration_ps = 0;
  std::uint32_t stats_begin = 0;  // in PlaneLine::stats
  std::uint32_t stats_bytes = 0;
  bool is_total = false;  // counts occurrences and has no time of its own
};

struct PlaneLine {
  std::int64_t id = 0;
  std::string name;
  std::string display_name;
  std::int64_t timestamp_ns = 0;
  std::vector<PlaneEvent> events;
  std::string stats;  // of all events, as they are on the wire, each behind its length
};

struct EventName {
  std::string name;
  std::string display_name;
};

struct Plane {
  std::string name;
  std::vector<PlaneLine> lines;
  std::unordered_map<std::int64_t, EventName> event_names;
  std::unordered_map<std::int64_t, std::string> stat_names;
  std::vector<Stat> stats;

  // The statistic's id by its name; -1 when the plane does not use it.
  [[nodiscard]] std::int64_t stat_id(std::string_view stat_name) const;
  // The text of a string or of a reference.
  [[nodiscard]] std::string_view text_of(const Stat& stat) const;
};

[[nodiscard]] bool read_plane_field(std::uint32_t tag, Wire& wire, Plane& plane);

// The statistics of an event, one after another.
class StatReader {
 public:
  StatReader(const PlaneLine& line, const PlaneEvent& event);
  // False after the last. `stat` is valid until the next call.
  [[nodiscard]] bool next(Stat& stat);

 private:
  google::protobuf::io::CodedInputStream input_;
  Wire wire_;
};

}  // namespace lynxbench::trace::xplane
