#include "trace/redact/edit_xplane.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "trace/loss_count.h"
#include "trace/redact/values.h"
#include "trace/redact/words.h"
#include "trace/xplane/append.h"
#include "trace/xplane/reader.h"
#include "trace/xplane/space.h"

namespace lynxbench::trace::redact {
namespace {

using namespace std::string_view_literals;
using xplane::Plane;
using xplane::PlaneEvent;
using xplane::PlaneLine;
using xplane::Stat;

// ---- the wire format; field numbers: tsl/profiler/protobuf/xplane.proto

void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}
void put_number(std::string& out, std::uint32_t field, std::int64_t value) {
  put_varint(out, xplane::varint_field(field));
  put_varint(out, static_cast<std::uint64_t>(value));
}
void put_bytes(std::string& out, std::uint32_t field, std::string_view value) {
  put_varint(out, xplane::bytes_field(field));
  put_varint(out, value.size());
  out += value;
}

// ---- statistics

enum class StatKind : std::uint8_t { kNumber, kDetails, kFlag, kDevice };
struct StatName {
  std::string_view name;
  StatKind kind;
};
// Their ids in the copy are their places here, from 1.
constexpr std::array kStats{
    StatName{"correlation_id", StatKind::kNumber},   StatName{"kernel_details", StatKind::kDetails},
    StatName{"memcpy_details", StatKind::kDetails},  StatName{"memset_details", StatKind::kFlag},
    StatName{"hlo_op", StatKind::kFlag},             StatName{"core_count", StatKind::kNumber},
    StatName{"memory_bandwidth", StatKind::kNumber}, StatName{"clock_rate", StatKind::kNumber},
    StatName{"memory_size", StatKind::kNumber},      StatName{"profile_start_time", StatKind::kNumber},
    StatName{"profile_stop_time", StatKind::kNumber}, StatName{"compute_cap_major", StatKind::kNumber},
    StatName{"compute_cap_minor", StatKind::kNumber},
    StatName{"device_type_string", StatKind::kDevice}};

// "regs:32 grid:8,4,1 kind_src:pinned": pairs of known names with numbers or kinds of memory.
std::string details_text(std::string_view text) {
  constexpr std::array kKeys{"regs"sv, "static_shared"sv, "dynamic_shared"sv, "grid"sv, "block"sv,
                             "occ_pct"sv, "group_mem"sv, "private_mem"sv, "size"sv, "dest"sv,
                             "async"sv, "kind_src"sv, "kind_dst"sv};
  constexpr std::array kMemories{"pageable"sv, "pinned"sv, "managed"sv, "managed_static"sv, "device"sv,
                                 "array"sv, "device_static"sv, "unknown"sv};
  std::string kept;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    const std::size_t colon = word.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view key = word.substr(0, colon);
    const std::string_view value = word.substr(colon + 1);
    const bool number = value.find_first_not_of("0123456789,.-") == std::string_view::npos;
    const bool memory = is_one_of(kMemories, value);
    if (!is_one_of(kKeys, key) || (!number && !memory)) continue;
    kept += (kept.empty() ? "" : " ") + std::string(word);
  }
  return kept;
}

// ---- planes

enum class PlaneKind : std::uint8_t { kDevice, kHost, kEnvironment, kOther };

PlaneKind kind_of(const Plane& plane) {
  if (xplane::device_of(plane)) return PlaneKind::kDevice;
  if (plane.name.starts_with("/host:")) return PlaneKind::kHost;
  return plane.name == "Task Environment" ? PlaneKind::kEnvironment : PlaneKind::kOther;
}

std::string plane_name(const Plane& plane) {
  constexpr std::array kHosts{"/host:CPU"sv, "/host:metadata"sv, "/host:python-tracer"sv,
                              "/host:CUPTI"sv, "/host:ROCTRACER"sv, "/host:GPU"sv};
  if (const std::optional<std::int64_t> device = xplane::device_of(plane)) {
    return fmt::format("/device:{}:{}", plane.name.starts_with("/device:TPU:") ? "TPU" : "GPU", *device);
  }
  if (kind_of(plane) == PlaneKind::kEnvironment) return plane.name;
  return is_one_of(kHosts, plane.name) ? plane.name : "/host:other";
}

// As the reader asks: whether a line is for copies alone.
bool is_for_copies(std::string_view line) {
  return line.find("(Memcpy") != std::string_view::npos &&
         line.find("Kernel") == std::string_view::npos;
}

// What a stream is for stands in its line's name: "Stream #16(MemcpyH2D,Memset)".
std::string stream_name(const Plane& plane, const PlaneLine& line) {
  constexpr std::array kUses{"Kernel"sv,    "Compute"sv,     "MemcpyH2D"sv, "MemcpyD2H"sv, "MemcpyD2D"sv,
                             "MemcpyP2P"sv, "MemcpyOther"sv, "Memcpy"sv,    "Memset"sv};
  if (plane.name.starts_with("/device:TPU:")) return "XLA Ops";
  const std::string stream = fmt::format("Stream #{}", xplane::stream_of(plane, line).value_or(0));
  std::string uses;
  std::string_view rest = line.name;
  rest.remove_prefix(std::min(rest.size(), rest.find('(') + 1));
  while (!rest.empty()) {
    const std::string_view use = rest.substr(0, rest.find_first_of(",)"));
    rest.remove_prefix(std::min(rest.size(), use.size() + 1));
    if (!is_one_of(kUses, use)) continue;
    uses += (uses.empty() ? "" : ",") + std::string(use);
  }
  std::string name = uses.empty() ? stream : stream + "(" + uses + ")";
  if (is_for_copies(name) != is_for_copies(line.name)) {
    name = stream + (is_for_copies(line.name) ? "(Memcpy)" : "(Kernel)");
  }
  return name;
}

class PlaneCopy {
 public:
  PlaneCopy(const Plane& plane, Names& names, Redaction& redaction)
      : plane_(plane), names_(names), redaction_(redaction), kind_(kind_of(plane)) {
    for (const StatName& stat : kStats) ids_.push_back(plane.stat_id(stat.name));
  }

  std::string text() {
    put_bytes(out_, 2, plane_name(plane_));
    for (const PlaneLine& line : plane_.lines) add_line(line);
    for (const auto& [id, name] : event_names_) {
      std::string value;
      put_number(value, 1, id);
      put_bytes(value, 2, name);
      put_entry(4, id, value);
    }
    for (const Stat& stat : plane_.stats) {
      const std::string kept = stat_text(stat);
      if (!kept.empty()) put_bytes(out_, 6, kept);
    }
    for (std::size_t i = 0; i < kStats.size(); ++i) {
      if (!used_[i]) continue;
      const auto id = static_cast<std::int64_t>(i + 1);
      std::string value;
      put_number(value, 1, id);
      put_bytes(value, 2, kStats[i].name);
      put_entry(5, id, value);
    }
    return std::move(out_);
  }

 private:
  void put_entry(std::uint32_t field, std::int64_t key, const std::string& value) {
    std::string entry;
    put_number(entry, 1, key);
    put_bytes(entry, 2, value);
    put_bytes(out_, field, entry);
  }

  void add_line(const PlaneLine& line) {
    const bool is_stream = xplane::stream_of(plane_, line).has_value();
    if (kind_ == PlaneKind::kEnvironment || (kind_ == PlaneKind::kDevice && !is_stream)) {
      ++redaction_.removed["lines that sum up others (steps, modules, scopes)"];
      return;
    }
    std::string text;
    put_number(text, 1, line.id);
    put_bytes(text, 2, is_stream ? stream_name(plane_, line) : thread_name(line));
    put_number(text, 3, line.timestamp_ns);
    for (const PlaneEvent& event : line.events) {
      put_bytes(text, 4, event_text(line, event));
      ++redaction_.events;
    }
    put_bytes(out_, 3, text);
  }

  std::string thread_name(const PlaneLine& line) {
    constexpr std::array kKnown{"python"sv, "python3"sv, "main"sv, "MainThread"sv};
    const std::string& name = line.display_name.empty() ? line.name : line.display_name;
    if (name.empty() || is_one_of(kKnown, name)) return name;
    ++redaction_.removed["names of processes and threads"];
    return "thread";
  }

  std::string event_text(const PlaneLine& line, const PlaneEvent& event) {
    bool call = false;
    std::string stats;
    if (event.stats_bytes != 0) {
      xplane::StatReader reader(line, event);
      for (Stat stat; reader.next(stat);) {
        const std::string kept = stat.id < 0 ? "" : stat_text(stat);
        if (kept.empty()) continue;
        put_bytes(stats, 4, kept);
        call = call || (stat.id == ids_[0] && stat.number.value_or(0) > 0);
      }
    }
    note_name(event.metadata, call);
    std::string text;
    put_number(text, 1, event.metadata);
    put_number(text, 2, event.offset_ps);
    put_number(text, 3, event.duration_ps);
    if (event.is_total) put_number(text, 5, 1);
    return text + stats;
  }

  // The statistic as a message; "": it is not kept.
  std::string stat_text(const Stat& stat) {
    const auto found = std::find(ids_.begin(), ids_.end(), stat.id);
    const auto at = static_cast<std::size_t>(found - ids_.begin());
    if (stat.id < 0 || found == ids_.end()) {
      ++redaction_.removed["statistics of events and planes"];
      return "";
    }
    used_[at] = true;
    std::string text;
    put_number(text, 1, static_cast<std::int64_t>(at + 1));
    switch (kStats[at].kind) {
      case StatKind::kNumber:
        if (stat.number) put_number(text, 4, *stat.number);
        break;
      case StatKind::kDetails:
        put_bytes(text, 5, details_text(plane_.text_of(stat)));
        break;
      case StatKind::kDevice:
        put_bytes(text, 5, device_name(plane_.text_of(stat)));
        break;
      case StatKind::kFlag:
        break;
    }
    return text;
  }

  void note_name(std::int64_t id, bool call) {
    const auto found = plane_.event_names.find(id);
    if (found == plane_.event_names.end() || event_names_.count(id) != 0) return;
    const xplane::EventName& name = found->second;
    event_names_[id] = kept_name(name.display_name.empty() ? name.name : name.display_name, call);
  }

  std::string kept_name(std::string_view name, bool call) {
    if (kind_ == PlaneKind::kDevice) {
      // The whole text of an instruction has the program's scopes and source files in it.
      const std::size_t equals = name.find(" = ");
      if (equals != std::string_view::npos) return names_.of(NameOf::kInstruction, name.substr(0, equals));
      return names_.of(NameOf::kDeviceWork, name);
    }
    if (name.starts_with('$')) return "$" + names_.of(NameOf::kPython, name.substr(1));
    return names_.of(call ? NameOf::kCall : NameOf::kInstruction, name);
  }

  const Plane& plane_;
  Names& names_;
  Redaction& redaction_;
  PlaneKind kind_;
  std::vector<std::int64_t> ids_;  // in the original, of kStats
  std::array<bool, kStats.size()> used_{};
  std::map<std::int64_t, std::string> event_names_;
  std::string out_;
};

}  // namespace

Status redact_xplane(ByteSource& source, OutputFile& out, Names& names, Redaction& redaction) {
  TRY_STATUS(xplane::refusal(source));
  LossCount losses;
  std::uint64_t planes = 0;
  const auto take = [&](const Plane& plane) {
    if (kind_of(plane) == PlaneKind::kOther) {
      ++redaction.removed["planes that are neither of a device nor of the host"];
      return;
    }
    std::string field;
    put_bytes(field, 1, PlaneCopy(plane, names, redaction).text());
    out.write(field);
    ++planes;
  };
  const std::uint64_t others = xplane::each_plane(source, take, losses).other_fields;
  if (others != 0) redaction.removed["fields of the space (names of hosts, messages, unknown)"] = others;
  redaction.losses = losses.take();
  for (Loss& loss : source.losses()) redaction.losses.push_back(std::move(loss));
  if (planes != 0) return ok_status();
  return Error{ErrorCode::kInvalidInput, "has no plane of a device or of the host", source.name()};
}

}  // namespace lynxbench::trace::redact
