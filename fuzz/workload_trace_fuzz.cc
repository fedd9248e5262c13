// Any bytes as a request log or trace: no crash, requests by time with sane numbers, the same when read
// again from our own format; and the JSON scanner tells what another library's parser does wherever
// the bytes are well-formed JSON.
#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/result.h"
#include "workload/trace/anonymous.h"
#include "workload/trace/json_scanner.h"
#include "workload/trace/summary.h"

using namespace lynxbench;
using namespace lynxbench::workload::trace;

namespace {

// A digest of events that both parsers can make: their kinds, depths, and keys without escapes.
class Told {
 public:
  void say(char kind, int depth, std::string_view key) {
    mix(static_cast<std::uint64_t>(kind));
    mix(static_cast<std::uint64_t>(depth));
    for (char c : key.substr(0, JsonScanner::kKept)) mix(static_cast<unsigned char>(c));
  }
  std::uint64_t hash = 0xcbf29ce484222325ULL;

 private:
  void mix(std::uint64_t value) { hash = (hash ^ value) * 0x100000001b3ULL; }
};

class Scanned final : public JsonEvents {
 public:
  Told told;
  bool broken = false;
  void begin_object(std::string_view key, int depth) override { told.say('{', depth, key); }
  void end_object(int depth) override { told.say('}', depth, ""); }
  void begin_array(std::string_view key, int depth) override { told.say('[', depth, key); }
  void end_array(int depth) override { told.say(']', depth, ""); }
  void text(std::string_view key, std::string_view /*value*/, int depth) override { told.say('s', depth, key); }
  void number(std::string_view key, std::string_view /*value*/, int depth) override { told.say('n', depth, key); }
  void damaged(std::uint64_t /*byte*/) override { broken = true; }
};

// nlohmann's own stream of events.
struct Reference : nlohmann::json_sax<nlohmann::json> {
  Told told;
  int depth = 0;
  std::string next_key;
  std::string key_now() { return std::exchange(next_key, ""); }
  bool scalar() { told.say('n', depth, key_now()); return true; }
  bool null() override { return scalar(); }
  bool boolean(bool) override { return scalar(); }
  bool number_integer(number_integer_t) override { return scalar(); }
  bool number_unsigned(number_unsigned_t) override { return scalar(); }
  bool number_float(number_float_t, const string_t&) override { return scalar(); }
  bool string(string_t&) override { told.say('s', depth, key_now()); return true; }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { told.say('{', depth++, key_now()); return true; }
  bool key(string_t& value) override { next_key = value; return true; }
  bool end_object() override { told.say('}', --depth, ""); return true; }
  bool start_array(std::size_t) override { told.say('[', depth++, key_now()); return true; }
  bool end_array() override { told.say(']', --depth, ""); return true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }
};

bool nests_deeply(std::string_view text) {
  return static_cast<int>(std::count(text.begin(), text.end(), '[') + std::count(text.begin(), text.end(), '{')) >= JsonScanner::kDeepest;
}

void compare_scanners(std::string_view text) {
  // Escapes are left as they are by the scanner, and decoded by the other.
  if (text.find('\\') != std::string_view::npos || nests_deeply(text)) return;
  Reference reference;
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &reference)) return;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  for (std::size_t piece : {std::size_t{1}, std::size_t{7}, text.size() + 1}) {
    Scanned scanned;
    JsonScanner scanner(scanned);
    for (std::size_t at = 0; at < text.size(); at += piece) scanner.feed(text.substr(at, piece));
    scanner.finish();
    CHECK(!scanned.broken);
    CHECK(scanned.told.hash == reference.told.hash);
  }
}

void check(const std::optional<std::int64_t>& value) { CHECK(!value || *value >= 0); }

void read_trace(std::string_view text) {
  Result<std::unique_ptr<RequestReader>> opened = open_bytes(text, "fuzz");
  if (!opened.ok()) return;
  RequestReader& reader = **opened;
  std::string own = head_line(reader.shape());
  std::int64_t before = 0;
  std::uint32_t blocks = 0, count = 0;
  while (std::optional<TracedRequest> request = reader.next()) {
    CHECK(request->at_ns >= before && (count > 0 || request->at_ns == 0));
    before = request->at_ns;
    ++count;
    for (const auto& value : {request->input_tokens, request->output_tokens, request->request_bytes, request->response_bytes}) check(value);
    for (std::uint32_t block : request->blocks) {
      CHECK(block <= blocks);
      blocks = std::max(blocks, block + 1);
    }
    own += line_of(*request);
  }
  CHECK(!reader.next().has_value());
  for (const Loss& loss : reader.losses()) CHECK(loss.count > 0 && !loss.what.empty());
  std::unique_ptr<RequestReader> again = open_bytes(own, "again").value();
  Summary summary = summarise(*again);
  CHECK(summary.requests == count && summary.length_ns == before && again->losses().empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  compare_scanners(text);
  read_trace(text);
  return 0;
}
