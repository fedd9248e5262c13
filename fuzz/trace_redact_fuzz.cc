// Any bytes as a trace of any format to be redacted: no crash; what may not leave (a string that was
// planted) is in no copy; and a copy is read as the same events, requests and quantities, in the same
// times.
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/files.h"
#include "base/json.h"
#include "trace/reader.h"
#include "trace/redact/redact.h"

using namespace lynxbench;

namespace {

// Where a secret may stand in a copy of a Chrome trace: in a name of device work, of which only pieces
// that look private go.
bool is_in_chrome(const std::string& copy, std::string_view secret) {
  const Json json = Json::parse(copy, nullptr, false);
  CHECK(!json.is_discarded());
  const Json& events = json.is_object() ? json["traceEvents"] : json;
  for (const Json& event : events) {
    if (!event.is_object()) continue;
    Json rest = event;
    const std::string category = event.value("cat", "");
    if (category != "user_annotation" && category != "other") rest.erase("name");
    if (rest.dump().find(secret) != std::string::npos) return true;
  }
  return false;
}

// Formats in which names of kernels or of well-known metrics stand, in which a secret may be taken for one.
bool may_be_in(const std::string& format) {
  return format == "ONNX Runtime profile" || format == "rocprofv3 JSON" || format == "XLA xplane" ||
         format == "Prometheus metrics";
}

bool is_in(const std::string& copy, const std::string& format, std::string_view secret) {
  if (format == "Chrome trace") return is_in_chrome(copy, secret);
  return !may_be_in(format) && copy.find(secret) != std::string::npos;
}

void check_same_requests(const Timeline& a, const Timeline& b) {
  CHECK(a.requests.size() == b.requests.size());
  for (std::size_t i = 0; i < a.requests.size(); ++i) {
    CHECK(a.requests[i].begin_ns == b.requests[i].begin_ns);
    CHECK(a.requests[i].end_ns == b.requests[i].end_ns);
    CHECK(a.requests[i].parent == b.requests[i].parent);
    CHECK(a.requests[i].stages == b.requests[i].stages);
    CHECK(a.requests[i].failed == b.requests[i].failed);
  }
  CHECK(a.spans.size() == b.spans.size());
  for (std::size_t i = 0; i < a.spans.size(); ++i) {
    CHECK(a.spans[i].begin_ns == b.spans[i].begin_ns);
    CHECK(a.spans[i].end_ns == b.spans[i].end_ns);
    CHECK(a.spans[i].parent == b.spans[i].parent);
  }
}

void check_same_quantities(const Timeline& a, const Timeline& b) {
  CHECK(a.totals.size() == b.totals.size());
  for (std::size_t i = 0; i < a.totals.size(); ++i) {
    CHECK(a.totals[i].count == b.totals[i].count);
    CHECK(a.totals[i].total_ns == b.totals[i].total_ns);
  }
  // Cells in a unit that nvidia-smi has not are left out, and run::redact() says so.
  if (a.format == "nvidia-smi") return;
  CHECK(a.series.size() == b.series.size());
  for (std::size_t i = 0; i < a.series.size(); ++i) {
    CHECK(a.series[i].missing == b.series[i].missing);
    CHECK(a.series[i].kind == b.series[i].kind);
    CHECK(a.series[i].value.size() == b.series[i].value.size());
    for (std::size_t k = 0; k < a.series[i].value.size(); ++k) {
      CHECK(a.series[i].at_ns[k] == b.series[i].at_ns[k]);
      CHECK(a.series[i].value[k] == b.series[i].value[k]);
    }
  }
}

void check_same(const Timeline& a, const Timeline& b) {
  check_same_requests(a, b);
  check_same_quantities(a, b);
  CHECK(a.device.size() == b.device.size());
  CHECK(a.host.size() == b.host.size());
  CHECK(a.waits.size() == b.waits.size());
  for (std::size_t i = 0; i < a.device.size(); ++i) {
    CHECK(a.device.begin_ns[i] == b.device.begin_ns[i]);
    CHECK(a.device.end_ns[i] == b.device.end_ns[i]);
    CHECK(a.device.call[i] == b.device.call[i]);
  }
  for (std::size_t i = 0; i < a.host.size(); ++i) {
    CHECK(a.host.begin_ns[i] == b.host.begin_ns[i]);
    CHECK(a.host.end_ns[i] == b.host.end_ns[i]);
    CHECK(a.host.work[i] == b.host.work[i]);
  }
}

bool is_damaged(const Timeline& timeline) {
  for (const Loss& loss : timeline.losses) {
    if (loss.severity == Severity::kDamage) return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.starts_with("SQLite format 3") || text.starts_with("\x1f\x8b")) return 0;
  static const std::string base =
      (fs::temp_directory_path() / ("lynx_fuzz_redact" + std::to_string(getpid()))).string();
  const std::string in = base + ".in";
  const std::string out = base + ".out";
  CHECK(write_file_atomic(in, text).ok());
  const auto done = trace::redact::redact_file(in, out, {});
  if (done.ok()) {
    const std::string copy = read_file(fs::path(out)).value();
    CHECK(!is_in(copy, done->format, "PLANTED"));
    const auto before = trace::read_file(in, {.threads = 1, .columns = ""});
    const auto after = trace::read_file(out, {.threads = 1, .columns = ""});
    // Of a damaged trace what is left may be no trace; run::redact() then removes the copy.
    CHECK(after.ok() || !before.ok() || is_damaged(before->front()));
    if (before.ok() && after.ok()) check_same(before->front(), after->front());
    fs::remove(out);
  }
  CHECK(!fs::exists(out));
  fs::remove(in);
  return 0;
}
