#include "trace/xplane/details.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "base/number.h"

namespace lynxbench::trace::xplane {
namespace {

// The value of "key:value", which a blank ends; "" when the key is not there.
std::string_view value_of(std::string_view details, std::string_view key) {
  while (!details.empty()) {
    const std::string_view word = details.substr(0, details.find(' '));
    if (word.size() > key.size() && word.starts_with(key) && word[key.size()] == ':') {
      return word.substr(key.size() + 1);
    }
    details.remove_prefix(std::min(details.size(), word.size() + 1));
  }
  return {};
}

std::optional<std::int64_t> number_of(std::string_view details, std::string_view key) {
  return number_in<std::int64_t>(value_of(details, key));
}

// "8,8,4"
std::array<std::uint32_t, 3> sizes_of(std::string_view text) {
  std::array<std::uint32_t, 3> sizes{};
  for (std::uint32_t& size : sizes) {
    const std::string_view part = text.substr(0, text.find(','));
    const std::optional<std::int64_t> value = number_in<std::int64_t>(part);
    if (!value || *value < 0 || *value > std::numeric_limits<std::uint32_t>::max()) return {};
    size = static_cast<std::uint32_t>(*value);
    text.remove_prefix(std::min(text.size(), part.size() + 1));
  }
  return sizes;
}

std::int32_t small_or_unknown(std::optional<std::int64_t> value) {
  const bool fits = value && *value >= 0 && *value <= std::numeric_limits<std::int32_t>::max();
  return fits ? static_cast<std::int32_t>(*value) : -1;
}

CopyKind kind_named(std::string_view event) {
  const auto says = [&](std::string_view a, std::string_view b, std::string_view c) {
    constexpr auto kNowhere = std::string_view::npos;
    return event.find(a) != kNowhere || event.find(b) != kNowhere || event.find(c) != kNowhere;
  };
  if (says("H2D", "HostToDevice", "HtoD")) return CopyKind::kHostToDevice;
  if (says("D2H", "DeviceToHost", "DtoH")) return CopyKind::kDeviceToHost;
  if (says("D2D", "DeviceToDevice", "DtoD")) return CopyKind::kDeviceToDevice;
  if (says("P2P", "PeerToPeer", "PtoP")) return CopyKind::kPeerToPeer;
  return says("H2H", "HostToHost", "HtoH") ? CopyKind::kHostToHost : CopyKind::kUnknown;
}

MemoryKind memory_named(std::string_view name) {
  if (name == "pageable") return MemoryKind::kPageable;
  if (name == "pinned") return MemoryKind::kPinned;
  if (name == "managed" || name == "managed_static") return MemoryKind::kManaged;
  if (name == "device" || name == "array" || name == "device_static") return MemoryKind::kDevice;
  return MemoryKind::kUnknown;
}

}  // namespace

KernelFacts kernel_facts(std::string_view details) {
  // More than any device has: some builds write bytes that mean nothing.
  constexpr std::int64_t kMostRegisters = 1024;
  KernelFacts facts;
  facts.grid = sizes_of(value_of(details, "grid"));
  facts.block = sizes_of(value_of(details, "block"));
  const std::optional<std::int64_t> registers = number_of(details, "regs");
  if (registers && *registers > kMostRegisters) return facts;
  facts.registers = small_or_unknown(registers);
  const std::optional<std::int64_t> fixed = number_of(details, "static_shared");
  const std::optional<std::int64_t> dynamic = number_of(details, "dynamic_shared");
  const bool both = small_or_unknown(fixed) >= 0 && small_or_unknown(dynamic) >= 0;
  facts.shared_bytes = small_or_unknown(both ? *fixed + *dynamic : number_of(details, "group_mem"));
  const std::int32_t occupancy = small_or_unknown(number_of(details, "occ_pct"));
  if (occupancy > 0) facts.occupancy_percent = occupancy;  // 0: not estimated
  return facts;
}

CopyFacts copy_facts(std::string_view event, std::string_view details, std::int64_t device) {
  CopyFacts facts;
  const std::optional<std::int64_t> size = number_of(details, "size");
  if (size && *size > 0) facts.bytes = *size;
  facts.kind = kind_named(event);
  const std::optional<std::int64_t> to = number_of(details, "dest");
  if (facts.kind == CopyKind::kDeviceToDevice && to && *to != device) {
    facts.kind = CopyKind::kPeerToPeer;
  }
  facts.source = memory_named(value_of(details, "kind_src"));
  facts.destination = memory_named(value_of(details, "kind_dst"));
  return facts;
}

}  // namespace lynxbench::trace::xplane
