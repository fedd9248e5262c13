// Who wrote the export, on which clock, on which GPUs, and what the profiler itself says went
// wrong.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string>

#include "trace/nsys/import.h"

namespace lynxbench::trace::nsys {
namespace {

void read_writer(Import& import) {
  std::string product;
  std::string version;
  Scan rows = import.database.scan("META_DATA_EXPORT", {"name", "value"}, import.losses);
  while (rows.next()) {
    // Beside these stand the user, the host and paths.
    if (rows.text(0) == "EXPORT_PRODUCT_NAME") product = rows.text(1);
    if (rows.text(0) == "EXPORT_PRODUCT_VERSION") version = rows.text(1);
  }
  import.timeline.writer = product + (product.empty() || version.empty() ? "" : " ") + version;
}

void read_clock(Import& import) {
  Scan rows = import.database.scan("TARGET_INFO_SESSION_START_TIME", {"utcEpochNs"}, import.losses);
  while (rows.next()) {
    if (rows.missing(0)) continue;
    import.timeline.clock = {TraceClock::Kind::kWall, rows.integer(0),
                             "UTC at the session's start"};
    return;
  }
  import.timeline.clock.source = "the session's start, whose time the export does not have";
}

// A process numbers its GPUs itself (CUDA_VISIBLE_DEVICES): events use its numbers.
void read_ordinals(Import& import) {
  enum { kGpu, kOrdinal, kProcess };
  Scan rows =
      import.database.scan("TARGET_INFO_CUDA_DEVICE", {"gpuId", "cudaId", "pid"}, import.losses);
  while (rows.next()) {
    if (rows.missing(kGpu) || rows.missing(kOrdinal)) continue;
    import.set_gpu(rows.integer(kProcess), rows.integer(kOrdinal), rows.integer(kGpu));
  }
}

std::optional<std::int64_t> positive(const Scan& row, int column) {
  const std::int64_t value = row.integer(column);
  return value > 0 ? std::optional<std::int64_t>(value) : std::nullopt;
}

void read_gpus(Import& import) {
  enum { kId, kName, kBandwidth, kClock, kMultiprocessors, kMemory };
  Scan rows = import.database.scan(
      "TARGET_INFO_GPU",
      {"id|deviceId", "name", "memoryBandwidth", "clockRate", "smCount", "totalMemory"},
      import.losses);
  while (rows.next()) {
    if (rows.missing(kId)) continue;
    TraceDevice device;
    device.id = rows.integer(kId);
    device.name = rows.text(kName);
    device.multiprocessors = positive(rows, kMultiprocessors);
    device.memory_bytes = positive(rows, kMemory);
    if (positive(rows, kBandwidth)) device.memory_bandwidth_bytes_per_s = rows.real(kBandwidth);
    if (positive(rows, kClock)) device.clock_hz = rows.real(kClock);
    import.timeline.devices.push_back(std::move(device));
  }
}

// ---- diagnostics

enum Diagnostic { kSeverity, kText };
constexpr std::size_t kMostWarnings = 10;
constexpr std::size_t kLongestWarning = 300;

bool announces_lost_events(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto says = [&](std::string_view word) { return lower.find(word) != std::string::npos; };
  return says("lost") || says("dropped") || says("discarded") || says("overflow") ||
         says("not all ") || says("incomplete") || says("not be collected") ||
         says("not collected");
}

// A word that may be a path, an address or a setting: those can name a user, a host or a secret.
bool may_be_private(std::string_view word) {
  return std::count(word.begin(), word.end(), '/') > 1 || word.starts_with('/') ||
         word.find_first_of("\\@=~$") != std::string_view::npos;
}

std::string without_private_words(std::string_view text) {
  std::string out;
  while (!text.empty() && out.size() < kLongestWarning) {
    const std::string_view word = text.substr(0, text.find_first_of(" \t\r\n"));
    if (!word.empty()) {
      if (!out.empty()) out += ' ';
      out += may_be_private(word) ? "..." : word;
    }
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return out;
}

}  // namespace

void read_about(Import& import) {
  read_writer(import);
  read_clock(import);
  read_ordinals(import);
  read_gpus(import);
}

void read_diagnostics(Import& import) {
  constexpr std::int64_t kWarning = 2;
  constexpr std::int64_t kError = 3;
  std::set<std::string> warnings;
  Scan rows = import.database.scan("DIAGNOSTIC_EVENT", {"severity", "text"}, import.losses);
  while (rows.next()) {
    const std::int64_t severity = rows.integer(kSeverity);
    if (announces_lost_events(rows.text(kText))) {
      import.losses.add_all(Severity::kLoss,
                            "the profiler says: " + without_private_words(rows.text(kText)), 1,
                            fmt::format("DIAGNOSTIC_EVENT, row {}", rows.rows()));
    } else if ((severity == kWarning || severity == kError) && warnings.size() < kMostWarnings) {
      warnings.insert(without_private_words(rows.text(kText)));
    }
  }
  import.timeline.events += rows.rows();
  for (const std::string& warning : warnings) {
    import.timeline.notes.push_back("the profiler warned: " + warning);
  }
}

}  // namespace lynxbench::trace::nsys
