// How fast raw data goes into a bundle, how large it is there, and how long sealing and checking
// take.
//
//   bundle_bench FOLDER [REQUESTS]      FOLDER must not exist; it is left for the peer
//   (bundle_peer.py)
//
// Prints "name value" lines; bench/bundle.sh reads them.
#include <fmt/format.h>

#include <charconv>

#include "base/clock.h"
#include "base/random.h"
#include "bundle/bundle.h"

namespace lynxbench {
namespace {

constexpr std::size_t kPerCall = 20'000;  // half a second of a fast target

// Requests as a server under load gives them: every stage, times with jitter.
std::vector<RequestRecord> make_requests(std::uint64_t count) {
  Random random(1, "bundle bench");
  std::vector<RequestRecord> requests;
  std::int64_t due = 20'000'000'000;
  for (std::uint64_t i = 0; i < count; ++i) {
    due += static_cast<std::int64_t>(random.below(50'000));
    std::int64_t at = due;
    auto later = [&] { return at += static_cast<std::int64_t>(random.below(3'000'000)); };
    RequestRecord request{
        i, due, later(), 0, 0, static_cast<std::uint32_t>(i % 16), 92160, 4096, RequestStatus::kOk,
        {}};
    ServerStages stages{later(), later(), later(), later(), later(), later(),
                        later(), later(), i / 3,   3,       0,       {}};
    request.stages = stages;
    request.first_byte_ns = later();
    request.done_ns = later();
    requests.push_back(request);
  }
  return requests;
}

double seconds_since(const SystemClock& clock, Nanos start) {
  return static_cast<double>((clock.now() - start).count()) * 1e-9;
}

Status write_documents(bundle::Writer& writer) {
  for (const char* name : {"contract.yaml", "contract.json", "executor.json", "figures.json"}) {
    TRY_STATUS(writer.write_text(name, "{}\n"));
  }
  return ok_status();
}

Status measure(const fs::path& folder, std::uint64_t count) {
  SystemClock clock;
  std::vector<RequestRecord> requests = make_requests(count);
  bundle::Writer writer = TRY(bundle::Writer::create(folder, 0));
  Phase phase;
  phase.end_ns = 1;
  TRY_STATUS(writer.begin_phase(phase));
  Nanos start = clock.now();
  for (std::size_t i = 0; i < requests.size(); i += kPerCall) {
    std::size_t part = std::min(kPerCall, requests.size() - i);
    TRY_STATUS(writer.add_requests(0, std::span(requests).subspan(i, part)));
  }
  double added_s = seconds_since(clock, start);
  TRY_STATUS(writer.end_phase(phase));
  TRY_STATUS(write_documents(writer));
  Manifest manifest;
  manifest.complete = true;
  start = clock.now();
  TRY_STATUS(writer.seal(manifest));
  double sealed_s = seconds_since(clock, start);
  start = clock.now();
  bundle::CheckResult checked = TRY(bundle::check(folder));
  CHECK(checked.intact && checked.complete);
  double checked_s = seconds_since(clock, start);
  start = clock.now();
  RunRecord run = TRY(bundle::read_raw(folder));
  CHECK(run.phases.at(0).requests.size() == count);
  double read_s = seconds_since(clock, start);
  double rows = static_cast<double>(count);
  fmt::print(
      "rows_per_s {:.0f}\nbytes_per_request {:.1f}\nseal_s {:.3f}\ncheck_s {:.3f}\nread_s {:.3f}\n",
      rows / added_s, static_cast<double>(fs::file_size(folder / "raw.sqlite")) / rows, sealed_s,
      checked_s, read_s);
  return ok_status();
}

}  // namespace
}  // namespace lynxbench

int main(int argc, char** argv) {
  std::uint64_t count = 1'000'000;
  std::string_view number = argc == 3 ? argv[2] : "1000000";
  bool parsed =
      std::from_chars(number.data(), number.data() + number.size(), count).ec == std::errc();
  if (argc < 2 || argc > 3 || !parsed || count == 0) {
    fmt::print(stderr, "usage: bundle_bench FOLDER [REQUESTS]\n");
    return 2;
  }
  lynxbench::Status done = lynxbench::measure(argv[1], count);
  if (done.ok()) return 0;
  fmt::print(stderr, "bundle_bench: {}\n", done.error().text());
  return 1;
}
