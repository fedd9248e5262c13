// An answer before it is written: its pieces in time, and the bytes of each. A maker per protocol.
// Inside stub only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "stub/exchange.h"
#include "stub/options.h"
#include "stub/truth.h"

namespace lynxbench::stub {

struct Piece {
  PieceKind kind = PieceKind::kAnswer;
  std::uint32_t tokens = 0;
  std::int64_t gap_ns = 0;  // from the piece before; of the first: from the end of service
};

// Whose metrics a request is counted in.
enum class Meter : std::uint8_t { kNone, kOpenAi, kKserve };

class Answer {
 public:
  virtual ~Answer() = default;
  // Appends the body's bytes of the next piece: called once for each of `pieces`, in order, but where
  // a fault ends the answer before.
  virtual void render(const Piece& piece, std::string& out) = 0;
  // The body of a failure; `in_stream`: as an event of a stream that has begun.
  virtual void render_error(int status_code, std::string_view message, bool in_stream, std::string& out) = 0;
  [[nodiscard]] virtual std::vector<std::pair<std::string, std::string>> trailers(int /*status*/) const { return {}; }

  std::string route;
  std::string id;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  int status = 200;         // other than 200: the client's mistake, and pieces is one kError
  bool streamed = false;
  bool grpc = false;        // failures are trailers with HTTP's 200
  bool at_once = false;     // no part of the load: metadata, health, metrics; no queue and no fault
  Meter meter = Meter::kNone;
  bool length_limited = false;  // it ended where the request's limit is
  std::uint32_t prompt_tokens = 0;
  std::vector<Piece> pieces;
};

// What is drawn for each request, in order of their arrival.
struct Draws {
  explicit Draws(std::uint64_t seed)
      : ttft(seed, "stub.ttft"), itl(seed, "stub.itl"), delay(seed, "stub.delay"), tokens(seed, "stub.tokens"),
        chunk(seed, "stub.chunk"), service(seed, "stub.service"), fault(seed, "stub.fault") {}
  Random ttft, itl, delay, tokens, chunk, service, fault;
};

// The pieces of `tokens` tokens in chunks, with their gaps; appended.
void append_content(const Behaviour& behaviour, Draws& draws, std::int64_t tokens, std::vector<Piece>& pieces);
[[nodiscard]] std::int64_t drawn_ns(const Distribution& distribution, Random& random);

// An answer that says what the client did wrong.
[[nodiscard]] std::unique_ptr<Answer> refusal(std::string_view route, int status, std::string message);
// `bytes` bytes of text.
[[nodiscard]] std::unique_ptr<Answer> plain_answer(const Incoming& request, const Behaviour& behaviour, Draws& draws);
// A document at once: /v1/models, /health, /metrics.
[[nodiscard]] std::unique_ptr<Answer> document(std::string_view route, std::string content_type, std::string text);
// POST /v1/chat/completions and /v1/completions. `behaviour` is changed by the request's "stub" member.
[[nodiscard]] std::unique_ptr<Answer> openai_answer(const Incoming& request, bool chat, const std::string& model,
                                                    std::uint64_t number, Behaviour& behaviour, Draws& draws);

}  // namespace lynxbench::stub
