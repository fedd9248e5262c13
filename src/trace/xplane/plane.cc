#include "trace/xplane/plane.h"

namespace lynxbench::trace::xplane {
namespace {

// TPUs name an op by its whole HLO text.
constexpr std::uint32_t kLongestName = 1 << 16;
constexpr std::uint32_t kLongestStat = 1 << 12;

bool read_stat_field(std::uint32_t tag, Wire& wire, Stat& stat) {
  std::int64_t number = 0;
  switch (tag) {
    case varint_field(1):
      return wire.take(stat.id);
    case varint_field(3):  // uint64
    case varint_field(4):  // int64
      if (!wire.take(number)) return false;
      stat.number = number;
      return true;
    case bytes_field(5):
      return wire.take(stat.text, kLongestStat);
    case varint_field(7):
      if (!wire.take(number)) return false;
      stat.reference = number;
      return true;
    default:
      return wire.skip(tag);
  }
}

bool read_stat(Wire& wire, Stat& stat) {
  return wire.message([&](std::uint32_t tag) { return read_stat_field(tag, wire, stat); });
}

bool read_event_field(std::uint32_t tag, Wire& wire, PlaneLine& line, PlaneEvent& event) {
  switch (tag) {
    case varint_field(1):
      return wire.take(event.metadata);
    case varint_field(2):
      return wire.take(event.offset_ps);
    case varint_field(3):
      return wire.take(event.duration_ps);
    case bytes_field(4):
      return wire.append_to(line.stats, kLongestStat);
    case varint_field(5):
      event.is_total = true;
      return wire.skip(tag);
    default:
      return wire.skip(tag);
  }
}

bool read_event(Wire& wire, PlaneLine& line) {
  PlaneEvent event;
  const std::uint64_t malformed = wire.malformed();
  event.stats_begin = static_cast<std::uint32_t>(line.stats.size());
  const bool goes_on =
      wire.message([&](std::uint32_t tag) { return read_event_field(tag, wire, line, event); });
  event.stats_bytes = static_cast<std::uint32_t>(line.stats.size() - event.stats_begin);
  if (wire.malformed() == malformed) line.events.push_back(event);
  return goes_on;
}

bool read_line_field(std::uint32_t tag, Wire& wire, PlaneLine& line) {
  switch (tag) {
    case varint_field(1):
      return wire.take(line.id);
    case bytes_field(2):
      return wire.take(line.name, kLongestName);
    case varint_field(3):
      return wire.take(line.timestamp_ns);
    case bytes_field(4):
      return read_event(wire, line);
    case bytes_field(11):
      return wire.take(line.display_name, kLongestName);
    default:
      return wire.skip(tag);
  }
}

// An entry of a map: its key, and of its value the texts in the fields 2 and 4.
bool read_name(Wire& wire, std::int64_t& key, EventName& name) {
  return wire.message([&](std::uint32_t tag) {
    if (tag == varint_field(1)) return wire.take(key);
    if (tag != bytes_field(2)) return wire.skip(tag);
    return wire.message([&](std::uint32_t inner) {
      if (inner == bytes_field(2)) return wire.take(name.name, kLongestName);
      if (inner == bytes_field(4)) return wire.take(name.display_name, kLongestName);
      return wire.skip(inner);
    });
  });
}

}  // namespace

bool read_plane_field(std::uint32_t tag, Wire& wire, Plane& plane) {
  std::int64_t key = 0;
  EventName name;
  switch (tag) {
    case bytes_field(2):
      return wire.take(plane.name, kLongestName);
    case bytes_field(3):
      plane.lines.emplace_back();
      return wire.message(
          [&](std::uint32_t inner) { return read_line_field(inner, wire, plane.lines.back()); });
    case bytes_field(4): {
      const bool goes_on = read_name(wire, key, name);
      plane.event_names[key] = std::move(name);
      return goes_on;
    }
    case bytes_field(5): {
      const bool goes_on = read_name(wire, key, name);
      plane.stat_names[key] = std::move(name.name);
      return goes_on;
    }
    case bytes_field(6):
      plane.stats.emplace_back();
      return read_stat(wire, plane.stats.back());
    default:
      return wire.skip(tag);
  }
}

std::int64_t Plane::stat_id(std::string_view stat_name) const {
  for (const auto& [id, name_of_id] : stat_names) {
    if (name_of_id == stat_name) return id;
  }
  return -1;
}

std::string_view Plane::text_of(const Stat& stat) const {
  if (!stat.reference) return stat.text;
  const auto found = stat_names.find(*stat.reference);
  return found == stat_names.end() ? std::string_view() : found->second;
}

StatReader::StatReader(const PlaneLine& line, const PlaneEvent& event)
    : input_(reinterpret_cast<const std::uint8_t*>(line.stats.data()) + event.stats_begin,
             static_cast<int>(event.stats_bytes)),
      wire_(input_) {}

bool StatReader::next(Stat& stat) {
  stat = Stat{};
  return read_stat(wire_, stat);
}

}  // namespace lynxbench::trace::xplane
