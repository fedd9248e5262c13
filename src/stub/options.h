// What the stub does, as options: times, lengths, faults, queue, stalls. Every option is a name and a
// text, the same on the command line (--ttft 20ms), in a file ({"ttft": "20ms"}), in a request's
// header (x-stub-ttft: 20ms) and in a request's JSON ({"stub": {"ttft": "20ms"}}).
//
//   Options options;
//   TRY_STATUS(set_option(options, "ttft", "lognormal:20ms:0.5"));
//   TRY_STATUS(set_option(options, "servers", "4"));
//
// Each function fails with kInvalidArgument, saying what was read and what would be right.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/random.h"
#include "base/result.h"

namespace lynxbench::stub {

// Of times (then in nanoseconds) or of counts.
struct Distribution {
  enum class Kind { kFixed, kUniform, kExponential, kLogNormal };
  Kind kind = Kind::kFixed;
  double a = 0;  // the value; least; mean; median
  double b = 0;  // uniform: most; log-normal: standard deviation of the logarithm

  [[nodiscard]] double mean() const;
  [[nodiscard]] double draw(Random& random) const;  // never negative
};

// "20ms", "uniform:10ms:30ms", "exp:20ms" (mean), "lognormal:20ms:0.5" (median, sigma).
[[nodiscard]] Result<Distribution> parse_times(std::string_view text);
// "128", "uniform:1:4", "exp:128", "lognormal:128:1".
[[nodiscard]] Result<Distribution> parse_counts(std::string_view text);

enum class Fault : std::uint8_t {
  kNone,
  kStatus500,
  kStatus503,
  kStatus429,   // with Retry-After
  kMidStream,   // an error object after half of the content, then the end; unary: as kStatus500
  kCut,         // the stream ends in order of HTTP but without its own end; unary: half of the bytes
  kReset,       // half of the content, then TCP's reset
  kHtml,        // 200 with an HTML page
  kHalfChunk,   // half of the content, half of the next chunk, then the connection is closed
  kSilence,     // nothing, until the client goes
};
inline constexpr int kFaults = 10;
[[nodiscard]] std::string_view name_of(Fault fault);

struct FaultRate {
  Fault fault = Fault::kNone;
  double ratio = 0;
};

// When the first chunk of a chat stream, which has a role and no content, is written.
enum class RoleChunk { kAtOnce, kWithContent, kNone };

// What one request gets.
struct Behaviour {
  Distribution ttft{Distribution::Kind::kFixed, 20e6};  // end of service -> first content
  Distribution itl{Distribution::Kind::kFixed, 10e6};   // from one chunk of content to the next
  Distribution delay;                                   // unary answers: end of service -> answer
  std::optional<Distribution> tokens;                   // of an answer; nothing: as many as asked, else 16
  Distribution tokens_per_chunk{Distribution::Kind::kFixed, 1};
  std::int64_t reasoning_tokens = 0;   // the first so many of an answer
  std::int64_t tool_calls = 0;         // chunks of one at the end of the content, a token each
  RoleChunk role = RoleChunk::kAtOnce;
  bool usage = false;                  // the usage chunk also where it was not asked for
  std::optional<Distribution> service; // what the queue's server is held for; nothing: the whole answer
  std::vector<FaultRate> faults;
  std::int64_t retry_after_s = 1;
  std::int64_t bytes = 128;            // of the plain answer
};

struct QueueSpec {
  enum class Kind { kInfinite, kServers, kBatch };
  Kind kind = Kind::kInfinite;
  std::int64_t servers = 1;
  std::optional<std::int64_t> limit;  // requests that may wait; one more is answered 503
  std::int64_t batch = 8;
  double batch_fixed_ns = 10e6;       // time of a batch: fixed + per item
  double batch_per_item_ns = 1e6;
  std::int64_t batch_timeout_ns = 5'000'000;
};

// The server does nothing at all, and no work gets on, in [at, at + length), and again every `every`.
struct StallSpec {
  std::int64_t at_ns = 0;  // since the start
  std::int64_t length_ns = 0;
  std::int64_t every_ns = 0;  // 0: once
};

struct Listen {
  std::uint16_t port = 0;  // 0: one that is free
  bool tls = false;
};

struct Options {
  Behaviour behaviour;
  QueueSpec queue;
  std::vector<StallSpec> stalls;
  std::uint64_t seed = 1;
  std::string host = "127.0.0.1";
  std::vector<Listen> listen;        // empty: one free port without TLS
  std::string certificate_file;      // PEM; empty: one made in memory
  std::string key_file;
  std::string model = "stub";
  std::optional<int> cpu;            // pins the server's thread
  Nanos spin{50'000};                // the last of a wait is spun for
  bool keep_truth = true;            // of every request; totals are always kept
  std::string truth_file;            // "": not written
  std::int64_t truth_memory = 512 << 20;  // beyond so many bytes the truth goes to the file; without one
                                          // no further request's is kept, and they are counted
};

// Names that set_option knows; those of a request are marked.
struct OptionName {
  std::string_view name;
  std::string_view help;
  bool of_request = false;
};
[[nodiscard]] std::span<const OptionName> option_names();

[[nodiscard]] Status set_option(Options& options, std::string_view name, std::string_view text);
// Of one request. "_" and "-" are the same in a name.
[[nodiscard]] Status set_behaviour(Behaviour& behaviour, std::string_view name, std::string_view text);
// Every member of a JSON object, whose values are texts, numbers, booleans or lists of them.
[[nodiscard]] Status set_options(Options& options, const Json& document);

// Requests a second that the queue can serve at most, where there is a limit; for a streamed answer of
// `tokens` tokens, or a unary one.
[[nodiscard]] std::optional<double> capacity_per_s(const Options& options, bool streamed);

}  // namespace lynxbench::stub
