// Reading a bundle that anybody may have written. The first byte chooses what the rest is:
//   'm'  manifest.json, then a zero byte and SEAL (without them: the seal that fits)
//   'r'  raw.sqlite, whole
//   'e'  changes to a sound raw.sqlite: three bytes of place and one of content, again and again
//   'w'  the same to the log of a bundle that was killed
// Nothing may crash or hang, and what cannot be read is an error of the input.
#include <stdlib.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "bundle/bundle.h"

namespace lynxbench {
namespace {

class Folder {
 public:
  Folder() {
    fs::path base = fs::is_directory("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path();
    std::string name = (base / "bundle-fuzz-XXXXXX").string();
    CHECK(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code problem;
    fs::remove_all(path_, problem);
  }
  [[nodiscard]] fs::path operator/(const char* name) const { return path_ / name; }

 private:
  fs::path path_;
};

void overwrite(const fs::path& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

Status write_run(bundle::Writer& writer) {
  Phase phase;
  for (std::uint64_t i = 0; i < 40; ++i) {
    RequestRecord request{i, 7, 8, 9, 10, 1, 2, 3, RequestStatus::kOk, ServerStages{}, {}};
    if (i % 2 == 1) request.stages.reset();
    if (i % 4 == 1) {
      request.exchange = Exchange{};
      request.exchange->detail = "HTTP 500";
      request.exchange->first_content_ns = 9;
      request.exchange->chunks = {{9, 1, Channel::kAnswer, true}, {10, 2, Channel::kTool, false}};
    }
    phase.requests.push_back(request);
  }
  phase.audit = InstrumentAudit{};
  TRY_STATUS(writer.begin_phase(phase));
  TRY_STATUS(writer.end_phase(phase));
  TRY_STATUS(writer.add_telemetry(
      {50, {{0, "cpu", "ratio", "/proc/stat"}}, {{0, 1, 0.5}}, {{1, 2}}, {"gpu"}}));
  TRY_STATUS(writer.add_profile({0, 0, 1, "profiles/0.json"}));
  for (const char* name : {"contract.yaml", "contract.json", "executor.json", "figures.json"}) {
    TRY_STATUS(writer.write_text(name, "{}"));
  }
  return ok_status();
}

// A sealed bundle and one that was killed, made once.
struct Originals {
  Folder folder;
  std::string raw, killed_raw, killed_log, manifest;

  Originals() {
    bundle::Writer writer = bundle::Writer::create(folder / "sealed", 1).value();
    CHECK(write_run(writer).ok());
    fs::copy(folder / "sealed", folder / "killed", fs::copy_options::recursive);
    killed_raw = read_file(folder / "killed/raw.sqlite").value();
    killed_log = read_file(folder / "killed/raw.sqlite-wal").value();
    Manifest sealed;
    sealed.complete = true;
    CHECK(writer.seal(sealed).ok());
    raw = read_file(folder / "sealed/raw.sqlite").value();
    manifest = read_file(folder / "sealed/manifest.json").value();
  }
};

std::string changed(std::string bytes, std::string_view changes) {
  for (; changes.size() >= 4; changes.remove_prefix(4)) {
    auto part = [&](std::size_t i) {
      return static_cast<std::size_t>(static_cast<unsigned char>(changes[i]));
    };
    std::size_t at = (part(0) << 16 | part(1) << 8 | part(2)) % bytes.size();
    bytes[at] = changes[3];
  }
  return bytes;
}

void require_input_error(const Error& problem) { CHECK(problem.code == ErrorCode::kInvalidInput); }

void read_sealed(const Originals& originals) {
  Result<RunRecord> run = bundle::read_raw(originals.folder / "sealed");
  if (!run.ok()) require_input_error(run.error());
}

void read_killed(const Originals& originals, std::string_view changes) {
  overwrite(originals.folder / "killed/raw.sqlite", originals.killed_raw);
  overwrite(originals.folder / "killed/raw.sqlite-wal", changed(originals.killed_log, changes));
  Result<RunRecord> run = bundle::read_raw(originals.folder / "killed");
  if (run.ok()) {
    CHECK(!run->complete);
  } else {
    require_input_error(run.error());
  }
}

void check_manifest(const Originals& originals, std::string_view data) {
  std::size_t zero = data.find('\0');
  std::string_view manifest = data.substr(0, zero);
  std::string seal = zero == std::string_view::npos ? "sha256:" + sha256_hex(manifest) + "\n"
                                                    : std::string(data.substr(zero + 1));
  overwrite(originals.folder / "sealed/raw.sqlite", originals.raw);
  overwrite(originals.folder / "sealed/manifest.json", manifest);
  overwrite(originals.folder / "sealed/SEAL", seal);
  bundle::CheckResult result = bundle::check(originals.folder / "sealed").value();
  CHECK(result.intact || !result.problems.empty());
  Result<Bundle> bundle = bundle::read(originals.folder / "sealed");
  if (!bundle.ok()) require_input_error(bundle.error());
  overwrite(originals.folder / "sealed/manifest.json", originals.manifest);
}

}  // namespace
}  // namespace lynxbench

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lynxbench;
  static const Originals originals;
  if (size == 0) return 0;
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 'm') {
    check_manifest(originals, rest);
  } else if (data[0] == 'w') {
    read_killed(originals, rest);
  } else {
    overwrite(originals.folder / "sealed/raw.sqlite",
              data[0] == 'e' ? changed(originals.raw, rest) : rest);
    read_sealed(originals);
  }
  return 0;
}
